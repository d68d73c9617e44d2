//! What a transport could not write goes out on the next one: once, in order, whoever comes.

use socketio_invariants::session::script::{GLOBAL, Script, message};
use socketio_proto::TransportName;
use socketio_session::{Action, DisconnectReason, Loss, OverflowPolicy, SendOptions};

/// A poll that was handed `news` and whose response is being written.
fn answering(news: &str) -> (Script, socketio_session::TransportId) {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.emits(GLOBAL, news);
    let (packets, _) = script.transmits(poll);
    assert_eq!(packets, [format!("3:::{news}")]);
    let _ = script.actions();
    (script, poll)
}

#[test]
fn a_response_that_was_not_written_is_queued_again() {
    let (mut script, poll) = answering("one");
    script.emits(GLOBAL, "two");
    script.gives_back(poll, 1);
    let poll = script.polls();
    script.gets_last(poll, ["3:::one", "3:::two"]);
    script.hears([]);
}

#[test]
fn a_response_that_was_written_is_not() {
    let (mut script, poll) = answering("one");
    script.loses(poll, Loss::Ended);
    script.gives_back(poll, 1);
    let poll = script.polls();
    script.emits(GLOBAL, "two");
    script.gets_last(poll, ["3:::two"]);
}

#[test]
fn the_close_timeout_starts_when_the_response_is_written() {
    let (mut script, poll) = answering("one");
    assert_eq!(script.deadline(), Some(60.0));
    script.after(59.0);
    script.loses(poll, Loss::Ended);
    assert_eq!(script.deadline(), Some(119.0));
}

#[test]
fn a_response_that_is_never_done_ends_the_session() {
    let (mut script, poll) = answering("one");
    script.after(60.0);
    script.hears(["global left: close timeout", "closed: close timeout"]);
    assert_eq!(script.actions(), [Action::Close(poll)]);
    script.gives_back(poll, 1);
    script.is_finished();
}

#[test]
fn a_newer_poll_waits_for_what_becomes_of_the_older_response() {
    let (mut script, old) = answering("one");
    let new = script.polls();
    assert_eq!(script.actions(), [Action::Close(old)]);
    script.emits(GLOBAL, "two");
    script.gets(new, []);
    let _ = script.actions();
    script.gives_back(old, 1);
    assert_eq!(script.actions(), [Action::Flush(new)]);
    script.gets_last(new, ["3:::one", "3:::two"]);
}

#[test]
fn a_newer_poll_goes_on_when_the_older_response_was_written() {
    let (mut script, old) = answering("one");
    let new = script.polls();
    script.emits(GLOBAL, "two");
    script.gets(new, []);
    script.loses(old, Loss::Ended);
    assert!(script.actions().contains(&Action::Flush(new)));
    script.gets_last(new, ["3:::two"]);
}

#[test]
fn a_newer_poll_that_waits_is_released_like_any_other() {
    let (mut script, old) = answering("one");
    script.after(10.0);
    let new = script.polls();
    script.after(20.0);
    assert!(script.actions().contains(&Action::Flush(new)));
    script.gets_last(new, ["8::"]);
    script.gives_back(old, 1);
    let next = script.polls();
    script.gets_last(next, ["3:::one"]);
}

#[test]
fn an_older_response_does_not_hold_up_others_for_ever() {
    let (mut script, old) = answering("one");
    script.after(10.0);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets(websocket, []);
    let _ = script.actions();
    script.after(59.9);
    script.hears([]);
    script.after(0.1);
    script.hears(["global left: close timeout", "closed: close timeout"]);
    assert!(script.actions().contains(&Action::Close(old)));
    script.gets_last(websocket, []);
    script.is_finished();
}

#[test]
fn nothing_overtakes_however_many_come() {
    let (mut script, old) = answering("one");
    let second = script.polls();
    let third = script.opens(TransportName::JsonpPolling);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets_last(second, ["8::"]);
    script.gets_last(third, ["8::"]);
    script.gets(websocket, []);
    script.gives_back(old, 1);
    script.gets(websocket, ["1::", "3:::one"]);
}

#[test]
fn volatile_packets_do_not_wait_for_an_older_response() {
    let (mut script, old) = answering("one");
    let websocket = script.opens(TransportName::WebSocket);
    let packet = message(GLOBAL, "now or never");
    let sent = script.session.send(GLOBAL, &packet, SendOptions::VOLATILE);
    assert_eq!(sent, Ok(socketio_session::Delivery::Dropped));
    script.loses(old, Loss::Ended);
    script.gets(websocket, ["1::"]);
}

#[test]
fn a_greeting_that_was_lost_is_repeated_on_a_transport_of_the_same_name() {
    let mut script = Script::new();
    let poll = script.polls();
    script.begins_last(poll, ["1::"]);
    script.gives_back(poll, 1);
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    let poll = script.polls();
    script.gets(poll, []);
}

#[test]
fn a_greeting_that_arrived_is_not_repeated_to_who_came_too_early() {
    let mut script = Script::new();
    let old = script.polls();
    script.begins_last(old, ["1::"]);
    let new = script.polls();
    script.loses(old, Loss::Ended);
    script.gets(new, []);
}

#[test]
fn a_websocket_gives_back_what_it_did_not_finish() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["one", "two", "three"] {
        script.emits(GLOBAL, text);
    }
    script.gets(websocket, ["3:::one", "3:::two", "3:::three"]);
    script.emits(GLOBAL, "four");
    script.gives_back(websocket, 2);
    assert_eq!(script.deadline(), Some(60.0));
    let websocket = script.opens(TransportName::WebSocket);
    script.gets(websocket, ["3:::two", "3:::three", "3:::four"]);
    script.hears([]);
}

#[test]
fn a_websocket_that_comes_again_has_written_what_it_had() {
    let (mut script, old) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(old, ["3:::one"]);
    let new = script.opens(TransportName::WebSocket);
    script.emits(GLOBAL, "two");
    script.gets(new, []);
    script.gets_last(old, []);
    script.gets(new, ["3:::two"]);
}

#[test]
fn a_replaced_websocket_gives_back_to_the_newer_one() {
    let (mut script, old) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(old, ["3:::one"]);
    let new = script.opens(TransportName::WebSocket);
    script.emits(GLOBAL, "two");
    script.gets(new, []);
    script.gives_back(old, 1);
    script.gets(new, ["3:::one", "3:::two"]);
}

#[test]
fn heartbeats_are_not_repeated() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.emits(GLOBAL, "one");
    script.gets(websocket, ["2::", "3:::one"]);
    script.gives_back(websocket, 2);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets(websocket, ["3:::one"]);
    // The next one comes in its time, and is not taken for one that waits already.
    script.after(25.0);
    script.gets(websocket, ["2::"]);
}

#[test]
fn a_goodbye_that_was_not_written_waits_for_the_next_poll() {
    let (mut script, poll) = answering("one");
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.gives_back(poll, 1);
    let poll = script.polls();
    script.begins_last(poll, ["3:::one", "0::"]);
    assert!(!script.session.is_finished());
    script.after(5.0);
    script.gives_back(poll, 2);
    assert_eq!(script.deadline(), Some(60.0));
    let poll = script.polls();
    script.gets_last(poll, ["3:::one", "0::"]);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn a_goodbye_waits_no_longer_than_the_close_timeout() {
    let (mut script, poll) = answering("one");
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.after(60.0);
    assert_eq!(script.actions(), [Action::Close(poll)]);
    script.gives_back(poll, 1);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn a_websockets_goodbye_is_kept_until_it_is_written() {
    let (mut script, websocket) = Script::on_websocket();
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    script.begins_last(websocket, ["0::"]);
    let _ = script.events();
    assert!(!script.session.is_finished());
    script.gives_back(websocket, 1);
    let again = script.opens(TransportName::WebSocket);
    script.gets_last(again, ["0::"]);
    script.is_finished();
}

#[test]
fn who_comes_while_the_goodbye_is_written_gets_it_only_if_it_was_not() {
    for is_written in [true, false] {
        let (mut script, websocket) = Script::on_websocket();
        script
            .session
            .disconnect(script.now, DisconnectReason::ShuttingDown);
        script.begins_last(websocket, ["0::"]);
        let poll = script.polls();
        script.gets(poll, []);
        if is_written {
            script.loses(websocket, Loss::Ended);
            // As if it had come a moment later.
            script.gets_last(poll, []);
        } else {
            script.gives_back(websocket, 1);
            script.gets_last(poll, ["1::"]);
            let poll = script.polls();
            script.gets_last(poll, ["0::"]);
        }
        let _ = script.events();
        script.is_finished();
    }
}

#[test]
fn a_poll_that_was_held_long_enough_is_not_the_last_one_if_something_may_come_back() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(websocket, ["3:::one"]);
    let poll = script.polls();
    script.gets(poll, []);
    script.after(20.0);
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    script.gets_last(poll, ["8::"]);
    script.loses(poll, Loss::Ended);
    script.gives_back(websocket, 1);
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    let poll = script.polls();
    script.gets_last(poll, ["3:::one", "0::"]);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn a_stream_that_has_written_everything_holds_up_nobody() {
    for is_late in [true, false] {
        let mut script = Script::new();
        let stream = script.opens(TransportName::HtmlFile);
        script.gets(stream, ["1::"]);
        let _ = script.events();
        script.emits(GLOBAL, "one");
        script.gets(stream, ["3:::one"]);
        script.emits(GLOBAL, "two");
        if !is_late {
            script.session.settle(script.now, stream);
        }
        let poll = script.polls();
        if is_late {
            script.gets(poll, []);
            script.session.settle(script.now, stream);
        }
        script.gets_last(poll, ["1::"]);
        let poll = script.polls();
        script.gets_last(poll, ["3:::two"]);
        script.gets_last(stream, []);
    }
}

#[test]
fn nothing_is_kept_for_who_has_left() {
    let (mut script, poll) = answering("one");
    script.sends("0::");
    assert_eq!(script.actions(), [Action::Close(poll)]);
    script.gives_back(poll, 1);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn nothing_is_kept_after_an_end_without_goodbye() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(websocket, ["3:::one"]);
    script
        .session
        .fail(script.now, DisconnectReason::PacketTooLarge);
    script.gives_back(websocket, 1);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn what_comes_back_needs_no_room_and_leaves_none() {
    for (policy, expected) in [
        (OverflowPolicy::DropNewest, ["3:::one", "3:::two"]),
        (OverflowPolicy::DropOldest, ["3:::two", "3:::three"]),
    ] {
        let mut script = Script::between_polls_with(|config| {
            config.limits.outbox_packets = 2;
            config.overflow = policy;
        });
        let poll = script.polls();
        script.emits(GLOBAL, "one");
        script.begins_last(poll, ["3:::one"]);
        script.emits(GLOBAL, "two");
        script.gives_back(poll, 1);
        assert_eq!(script.session.backlog().0, 2);
        script.emits(GLOBAL, "three");
        let poll = script.polls();
        script.gets_last(poll, expected);
    }
}

#[test]
fn nobody_gives_back_twice_or_in_the_name_of_another() {
    let (mut script, old) = answering("one");
    let new = script.polls();
    script.gives_back(old, 1);
    script.begins_last(new, ["3:::one"]);
    script
        .session
        .lose_transport(script.now, old, Loss::Broken, []);
    script.loses(old, Loss::Broken);
    let newest = script.polls();
    // Still held: only the one that was handed the packets can say what became of them.
    script.gets(newest, []);
    script.loses(new, Loss::Ended);
    script.emits(GLOBAL, "two");
    script.gets_last(newest, ["3:::two"]);
}

/// So a driver says what it has left, whatever the end was like.
#[test]
fn a_replaced_websocket_gives_back_even_if_its_client_closes_it() {
    let (mut script, old) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(old, ["3:::one"]);
    let new = script.opens(TransportName::WebSocket);
    script.loses_with(old, Loss::Ended, 1);
    script.gets(new, ["3:::one"]);
    script.hears([]);
}

#[test]
fn after_a_farewell_nobody_fetches_the_rest() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(websocket, ["3:::one"]);
    script.loses_with(websocket, Loss::Ended, 1);
    script.hears(["global left: transport closed", "closed: transport closed"]);
    script.is_finished();
}

#[test]
fn a_poll_released_after_the_end_leaves_the_goodbye_to_the_next_one() {
    let (mut script, old) = answering("one");
    let held = script.polls();
    let reason = DisconnectReason::ServerDisconnected;
    script.session.disconnect(script.now, reason);
    script.gets(held, []);
    let next = script.polls();
    script.gets_last(held, ["8::"]);
    script.gives_back(old, 1);
    script.gets_last(next, ["3:::one", "0::"]);
}

#[test]
fn a_transport_that_is_gone_settles_nothing() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.gets(websocket, ["3:::one"]);
    script.loses(websocket, Loss::Broken);
    let settles = |script: &mut Script| {
        let before = format!("{:?}", script.session);
        script.session.settle(script.now, websocket);
        assert_eq!(format!("{:?}", script.session), before);
    };
    settles(&mut script);
    let poll = script.polls();
    settles(&mut script);
    script.emits(GLOBAL, "two");
    script.gets_last(poll, ["1::"]);
}
