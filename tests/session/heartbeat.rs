//! Heartbeats: the server asks, any packet answers.

use std::time::Duration;

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{Action, DisconnectReason, Loss, TransportId};

#[test]
fn is_sent_an_interval_after_the_transport_opened() {
    let (mut script, websocket) = Script::on_websocket();
    let _ = script.actions();
    script.after(24.9);
    script.gets(websocket, []);
    assert_eq!(script.deadline(), Some(25.0));
    script.after(0.1);
    assert_eq!(script.actions(), [Action::Flush(websocket)]);
    script.gets(websocket, ["2::"]);
}

#[test]
fn answered_is_sent_again_an_interval_after_the_answer() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(3.0);
    script.sends("2::");
    assert_eq!(script.deadline(), Some(53.0));
    script.after(24.9);
    script.gets(websocket, []);
    script.after(0.1);
    script.gets(websocket, ["2::"]);
}

#[test]
fn unanswered_ends_the_session_without_a_word() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(59.9);
    script.gets(websocket, []);
    script.hears([]);
    script.after(0.1);
    script.hears([
        "global left: heartbeat timeout",
        "closed: heartbeat timeout",
    ]);
    script.gets_last(websocket, []);
    script.is_finished();
}

#[test]
fn no_second_one_is_sent_while_one_is_unanswered() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(50.0);
    script.gets(websocket, []);
}

#[test]
fn is_answered_by_any_packet() {
    for sign in ["3:::hello", "8::", "6:::1", "2::", "rubbish", "1::/chat"] {
        let (mut script, websocket) = Script::on_websocket();
        script.after(25.0);
        script.gets(websocket, ["2::"]);
        script.after(10.0);
        script.sends(sign);
        assert_eq!(script.deadline(), Some(60.0), "{sign}");
    }
}

#[test]
fn is_not_put_off_by_other_traffic() {
    // The client waits for a sign of life in its turn, so one must come at the interval.
    let (mut script, websocket) = Script::on_websocket();
    for _ in 0..24 {
        script.after(1.0);
        script.sends("3:::still here");
        script.sends("2::");
    }
    assert_eq!(script.deadline(), Some(25.0));
    script.after(1.0);
    script.gets(websocket, ["2::"]);
}

#[test]
fn waits_behind_what_is_queued() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "first");
    script.after(25.0);
    script.emits(GLOBAL, "last");
    script.gets(websocket, ["3:::first", "2::", "3:::last"]);
}

#[test]
fn is_not_needed_while_polling() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    assert_eq!(script.deadline(), Some(20.0));
    script.after(20.0);
    script.gets_last(poll, ["8::"]);
    script.after(30.0);
    let poll = script.polls();
    script.after(5.0);
    script.gets(poll, []);
}

#[test]
fn starts_anew_on_a_stream_that_replaces_polls() {
    let mut script = Script::between_polls();
    script.after(10.0);
    let stream = script.opens(TransportName::HtmlFile);
    script.gets(stream, ["1::"]);
    assert_eq!(script.deadline(), Some(35.0));
    script.after(25.0);
    script.gets(stream, ["2::"]);
}

#[test]
fn stops_when_the_transport_is_lost() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(10.0);
    script.loses(websocket, Loss::Broken);
    // Only the close timeout is left, and what comes back finds no old heartbeat.
    assert_eq!(script.deadline(), Some(70.0));
    script.after(40.0);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets(websocket, []);
    assert_eq!(script.deadline(), Some(75.0));
}

#[test]
fn an_awaited_one_is_forgotten_with_its_transport() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(50.0);
    script.loses(websocket, Loss::Broken);
    script.after(20.0);
    let websocket = script.opens(TransportName::WebSocket);
    script.after(24.9);
    script.gets(websocket, []);
    script.hears([]);
}

#[test]
fn can_be_switched_off() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.heartbeat_interval = None);
    assert_eq!(script.deadline(), None);
    script.after(1_000_000.0);
    script.gets(websocket, []);
    script.hears([]);
}

#[test]
fn times_come_from_the_settings() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.heartbeat_interval = Some(Duration::from_secs(3));
        config.heartbeat_timeout = Duration::from_secs(4);
    });
    script.after(3.0);
    script.gets(websocket, ["2::"]);
    assert_eq!(script.deadline(), Some(7.0));
    script.after(4.0);
    script.hears([
        "global left: heartbeat timeout",
        "closed: heartbeat timeout",
    ]);
}

#[test]
fn are_not_heaped_up_for_a_client_that_talks_but_does_not_read() {
    let (mut script, websocket) = Script::on_websocket();
    for _ in 0..1000 {
        script.after(25.0);
        script.sends("2::");
    }
    assert_eq!(script.session.backlog(), (1, 3));
    script.gets(websocket, ["2::"]);
    script.after(25.0);
    script.gets(websocket, ["2::"]);
}

#[test]
fn is_not_missed_while_nothing_is_read_because_the_application_is_behind() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.limits.inbox_packets = 2;
    });
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.sends("3:::one");
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.sends("3:::two");
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(60.0);
    script.hears(["global message one", "global message two"]);
    // From here on it is read again, and has to answer what it was sent fifteen seconds ago.
    script.gets(websocket, ["2::"]);
    script.after(44.9);
    script.hears([]);
    script.after(0.1);
    script.hears([
        "global left: heartbeat timeout",
        "closed: heartbeat timeout",
    ]);
}

/// A heartbeat is awaited, and the client is sent so much that nothing more is read.
fn full_while_awaited() -> (Script, TransportId) {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_packets = 4);
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    for text in ["a", "b", "c"] {
        script.emits(GLOBAL, text);
    }
    assert!(!script.session.wants_input());
    (script, websocket)
}

#[test]
fn is_not_missed_while_nothing_is_read_and_the_client_takes_what_it_is_sent() {
    let (mut script, websocket) = full_while_awaited();
    script.after(50.0);
    script.gets(websocket, ["3:::a", "3:::b", "3:::c"]);
    script.after(25.0);
    script.sends("2::");
    script.after(19.9);
    script.gets(websocket, []);
    // The client has not heard of the server since it took the three.
    script.after(0.1);
    script.gets(websocket, ["2::"]);
}

/// A client that talks faster than the application listens, and waits for heartbeats itself.
fn unheard() -> (Script, TransportId) {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.inbox_packets = 1);
    script.after(20.0);
    script.sends("3:::one");
    assert!(!script.session.wants_input());
    script.after(5.0);
    script.gets(websocket, ["2::"]);
    (script, websocket)
}

#[test]
fn is_sent_again_within_the_patience_of_a_client_whose_answers_nobody_reads() {
    let (mut script, websocket) = unheard();
    for _ in 0..10 {
        script.after(44.9);
        script.gets(websocket, []);
        script.after(0.1);
        script.gets(websocket, ["2::"]);
    }
    script.hears(["global message one"]);
    script.sends("2::");
    script.after(25.0);
    script.gets(websocket, ["2::"]);
}

#[test]
fn is_not_put_off_beyond_the_patience_of_a_client_by_an_answer_that_was_read_late() {
    let (mut script, websocket) = unheard();
    script.after(40.0);
    script.hears(["global message one"]);
    script.sends("2::");
    script.after(4.9);
    script.gets(websocket, []);
    script.after(0.1);
    script.gets(websocket, ["2::"]);
}

#[test]
fn is_missed_if_the_client_takes_nothing() {
    let (mut script, _) = full_while_awaited();
    script.after(59.9);
    assert!(!script.session.is_closed());
    script.after(0.1);
    let reason = script.session.close_reason();
    assert_eq!(reason, Some(DisconnectReason::HeartbeatTimeout));
}

#[test]
fn is_missed_if_the_client_takes_nothing_though_the_application_is_behind_as_well() {
    let (mut script, _) = full_while_awaited();
    for _ in 0..1000 {
        script.sends("2::");
        script.sends("3:::x");
    }
    script.after(24.9);
    script.after(60.1);
    let reason = script.session.close_reason();
    assert_eq!(reason, Some(DisconnectReason::HeartbeatTimeout));
}
