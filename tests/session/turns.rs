//! Packets wait in the session for their turn with the application, within bounds.

use std::time::Duration;

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::{AckMode, Body};
use socketio_session::Instant;

#[test]
fn no_input_is_wanted_while_too_many_packets_wait() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_packets = 2);
    script.sends("3:::one");
    assert!(script.session.wants_input());
    script.sends("3:::two");
    assert!(!script.session.wants_input());
    assert!(script.next_event().is_some());
    assert!(script.session.wants_input());
}

#[test]
fn no_input_is_wanted_while_too_many_bytes_wait() {
    for text in ["3:::12345678", "4:::12345678", r#"5:::{"name":"abcdef"}"#] {
        let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_bytes = 9);
        script.sends(text);
        assert!(script.session.wants_input(), "{text}");
        script.sends(text);
        assert!(!script.session.wants_input(), "{text}");
        let _ = script.events();
        assert!(script.session.wants_input(), "{text}");
    }
}

#[test]
fn the_bytes_that_may_wait_are_counted_exactly() {
    for (bytes, wants) in [(8, false), (9, true)] {
        let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_bytes = bytes);
        script.sends("3:::12345678");
        assert_eq!(script.session.wants_input(), wants);
    }
}

#[test]
fn what_arrives_unwanted_is_kept() {
    // One upload can carry more packets than there is room for.
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_packets = 1);
    script.sends("3:::one");
    script.sends("3:::two");
    script.hears(["global message one", "global message two"]);
}

#[test]
fn what_never_waits_does_not_count() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_packets = 1);
    for text in ["2::", "6:::1", "8::", "1::"] {
        script.sends(text);
    }
    assert!(script.session.wants_input());
    script.hears([]);
}

#[test]
fn a_question_to_the_application_fills_the_line_behind_it() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_packets = 2);
    for text in ["1::/vault", "3:::one", "3:::two"] {
        script.sends(text);
    }
    script.hears(["/vault joining"]);
    assert!(!script.session.wants_input());
    assert_eq!(script.admits(), Ok(()));
    script.hears(["/vault joined", "global message one", "global message two"]);
    assert!(script.session.wants_input());
}

#[test]
fn packets_of_all_kinds_come_as_they_were_sent() {
    let (mut script, _) = Script::on_websocket();
    for text in [
        "3:::",
        "3:::a:b:c\n\u{1f600}",
        "4:::{\"a\": [1, 2]}",
        r#"5:::{"name":"move","args":[1,{"x":"y"}]}"#,
        r#"5:::{"name":"m\u006fve"}"#,
        "7:::1+0",
    ] {
        script.sends(text);
    }
    script.hears([
        "global message ",
        "global message a:b:c\n\u{1f600}",
        "global json {\"a\": [1, 2]}",
        r#"global event move [1,{"x":"y"}]"#,
        "global event move []",
        "global error Some(ClientNotHandshaken) Some(Reconnect)",
    ]);
}

#[test]
fn there_is_twice_the_room_while_an_answer_may_stand_behind_it() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.inbox_packets = 1);
    let ack = script.session.send_with_ack(
        Instant::START,
        GLOBAL,
        Body::Message("there?"),
        AckMode::Automatic,
        Duration::from_secs(30),
    );
    assert!(ack.is_ok());
    script.sends("3:::one");
    assert!(script.session.wants_input());
    script.sends("3:::two");
    assert!(!script.session.wants_input());
    script.sends("6:::1");
    assert!(!script.session.wants_input());
    assert!(script.next_event().is_some());
    assert!(!script.session.wants_input());
    assert!(script.next_event().is_some());
    assert!(script.session.wants_input());
}

#[test]
fn no_input_is_wanted_while_more_than_half_of_the_outbox_is_taken() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.limits.outbox_packets = 5;
        config.limits.outbox_bytes = 100;
    });
    for (text, wants) in [("a", true), ("b", true), ("c", false)] {
        script.emits(GLOBAL, text);
        assert_eq!(script.session.wants_input(), wants, "{text}");
    }
    let _ = script.transmits_within(websocket, 0);
    assert!(script.session.wants_input());
    script.gets(websocket, ["3:::b", "3:::c"]);
    for (length, wants) in [(46, true), (47, false)] {
        script.emits(GLOBAL, &"x".repeat(length));
        assert_eq!(script.session.wants_input(), wants, "{length}");
        let _ = script.transmits(websocket);
    }
}

#[test]
fn what_was_said_waits_until_the_client_takes_what_it_is_sent() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_packets = 2);
    script.sends("3:::one");
    script.sends("3:::two");
    script.emits(GLOBAL, "a");
    assert_eq!(script.next_event().as_deref(), Some("global message one"));
    script.emits(GLOBAL, "b");
    assert!(!script.session.has_events());
    script.hears([]);
    script.gets(websocket, ["3:::a", "3:::b"]);
    assert!(script.session.has_events());
    script.hears(["global message two"]);
}

#[test]
fn what_was_said_does_not_wait_for_a_client_that_is_gone() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.outbox_packets = 2);
    script.sends("3:::one");
    script.emits(GLOBAL, "a");
    script.emits(GLOBAL, "b");
    script.hears([]);
    script.sends("0::");
    script.hears([
        "global message one",
        "global left: client disconnected",
        "closed: client disconnected",
    ]);
}
