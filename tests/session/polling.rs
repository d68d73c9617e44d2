//! Polls: held until there is news, released when there is none.

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{Action, Loss};

#[test]
fn the_first_is_answered_with_the_greeting_alone() {
    let mut script = Script::new();
    let poll = script.polls();
    script.hears(["global joined"]);
    script.emits(GLOBAL, "welcome");
    script.gets_last(poll, ["1::"]);
    let poll = script.polls();
    script.gets_last(poll, ["3:::welcome"]);
}

#[test]
fn one_without_news_is_held() {
    let mut script = Script::between_polls();
    let _ = script.actions();
    let poll = script.polls();
    assert_eq!(script.actions(), []);
    // A driver may ask at any time.
    script.gets(poll, []);
    script.after(19.9);
    script.gets(poll, []);
    script.emits(GLOBAL, "news");
    assert_eq!(script.actions(), [Action::Flush(poll)]);
    script.gets_last(poll, ["3:::news"]);
}

#[test]
fn one_held_long_enough_is_released_with_a_noop() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    assert_eq!(script.deadline(), Some(20.0));
    script.after(20.0);
    assert!(script.actions().contains(&Action::Flush(poll)));
    script.gets_last(poll, ["8::"]);
    assert_eq!(script.deadline(), Some(80.0));
}

#[test]
fn news_that_comes_just_after_the_release_replaces_the_noop() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.after(20.0);
    script.emits(GLOBAL, "just in time");
    script.gets_last(poll, ["3:::just in time"]);
}

#[test]
fn one_answer_carries_everything_that_is_queued() {
    let mut script = Script::between_polls();
    for text in ["one", "two", "three"] {
        script.emits(GLOBAL, text);
    }
    let poll = script.polls();
    assert!(script.actions().contains(&Action::Flush(poll)));
    script.gets_last(poll, ["3:::one", "3:::two", "3:::three"]);
}

#[test]
fn one_answer_carries_no_more_than_clients_can_take_apart() {
    let mut script = Script::between_polls();
    for _ in 0..1001 {
        script.emits(GLOBAL, "x");
    }
    let poll = script.polls();
    let (packets, _) = script.transmits(poll);
    assert_eq!(packets.len(), 1000);
    script.loses(poll, Loss::Ended);
    let poll = script.polls();
    script.gets_last(poll, ["3:::x"]);
}

#[test]
fn the_older_of_two_is_dismissed() {
    let mut script = Script::between_polls();
    let old = script.polls();
    let _ = script.actions();
    let new = script.polls();
    assert_eq!(script.actions(), [Action::Flush(old)]);
    script.emits(GLOBAL, "for the newest");
    script.gets_last(old, ["8::"]);
    script.gets_last(new, ["3:::for the newest"]);
    script.hears([]);
}

#[test]
fn the_newer_of_two_is_held_for_its_own_time() {
    let mut script = Script::between_polls();
    let _old = script.polls();
    script.after(15.0);
    let new = script.polls();
    assert_eq!(script.deadline(), Some(35.0));
    script.after(19.9);
    script.gets(new, []);
    script.after(0.1);
    script.gets_last(new, ["8::"]);
}

#[test]
fn what_was_queued_for_a_vanished_one_is_kept() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.emits(GLOBAL, "kept");
    script.loses(poll, Loss::Broken);
    script.gets_last(poll, []);
    let poll = script.polls();
    script.gets_last(poll, ["3:::kept"]);
}

#[test]
fn each_answer_starts_the_close_timeout_anew() {
    let mut script = Script::between_polls();
    for _ in 0..10 {
        script.after(59.0);
        let poll = script.polls();
        script.emits(GLOBAL, "news");
        script.gets_last(poll, ["3:::news"]);
    }
    script.hears([]);
    script.after(60.0);
    script.hears(["global left: close timeout", "closed: close timeout"]);
}

#[test]
fn an_upload_before_the_first_is_processed_and_the_greeting_kept() {
    let mut script = Script::new();
    script.after(10.0);
    script.sends("3:::early");
    script.hears(["global joined", "global message early"]);
    script.emits(GLOBAL, "reply");
    assert_eq!(script.deadline(), Some(70.0));
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    let poll = script.polls();
    script.gets_last(poll, ["3:::reply"]);
}

#[test]
fn an_upload_is_no_substitute_for_the_first() {
    let mut script = Script::new();
    script.sends("3:::early");
    script.after(60.0);
    script.hears([
        "global joined",
        "global message early",
        "global left: close timeout",
        "closed: close timeout",
    ]);
    script.is_finished();
}

#[test]
fn on_jsonp_they_are_held_alike() {
    let mut script = Script::new();
    let poll = script.opens(TransportName::JsonpPolling);
    script.gets_last(poll, ["1::"]);
    let poll = script.opens(TransportName::JsonpPolling);
    script.after(20.0);
    script.gets_last(poll, ["8::"]);
}

#[test]
fn one_that_its_driver_forgets_does_not_hold_the_session_for_ever() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.after(20.0);
    // Released, but the driver never asks for the answer.
    assert!(script.deadline().is_some());
    script.after(60.0);
    script.hears(["global left: close timeout", "closed: close timeout"]);
    let _ = script.actions();
    script.after(60.0);
    assert_eq!(script.actions(), [Action::Close(poll)]);
    script.is_finished();
}
