//! One answer for each wrong thing that a client can send.

use socketio_invariants::session::script::{CHAT, GLOBAL, Script};
use socketio_proto::{Arguments, Dialect};
use socketio_session::{EventNames, FaultKind, Misuse};

/// What the client is told of a fault, and what its unanswered question is answered with.
fn answers(endpoint: &str, code: &str, text: &str, asked: &str) -> [String; 2] {
    [
        format!(r#"5::{endpoint}:{{"name":"error","args":["{code}","{text}"]}}"#),
        format!(r#"6::{endpoint}:{asked}+[{{"error":"{code}","message":"{text}"}}]"#),
    ]
}

#[track_caller]
fn tells_both(mut script: Script, sent: &str, heard: &str, expected: [String; 2]) {
    let poll = script.polls();
    script.sends(sent);
    script.hears([heard]);
    let [error, ack] = &expected;
    script.gets_last(poll, [error, ack]);
}

#[test]
fn an_unknown_namespace() {
    tells_both(
        Script::between_polls(),
        "3:1+:/nope:text",
        "/nope fault no_such_namespace",
        answers(
            "/nope",
            "no_such_namespace",
            "The endpoint '/nope' was not joined or does not exist",
            "1",
        ),
    );
}

#[test]
fn a_namespace_that_was_not_joined() {
    tells_both(
        Script::between_polls(),
        r#"5:20+:/vault:{"name":"hello"}"#,
        "/vault fault no_such_namespace",
        answers(
            "/vault",
            "no_such_namespace",
            "The endpoint '/vault' was not joined or does not exist",
            "20",
        ),
    );
}

#[test]
fn a_name_that_is_not_allowed() {
    tells_both(
        Script::between_polls(),
        r#"5:1+::{"name":"__proto__"}"#,
        "global fault unallowed_event_name",
        answers(
            "",
            "unallowed_event_name",
            "'__proto__' is not an allowed event name",
            "1",
        ),
    );
}

#[test]
fn a_method_that_is_denied() {
    let mut script = Script::between_polls();
    assert_eq!(script.session.acl(CHAT).err(), Some(Misuse::NotJoined));
    *script.session.acl(GLOBAL).expect("joined") = socketio_session::Acl::nothing();
    tells_both(
        script,
        "4:007+::[1]",
        "global fault method_access_denied",
        answers("", "method_access_denied", "You may not call 'json'", "007"),
    );
}

#[test]
fn a_packet_that_cannot_be_decoded() {
    tells_both(
        Script::between_polls(),
        "4:1+:/chat:{broken",
        "/chat fault invalid_packet",
        answers("/chat", "invalid_packet", "malformed JSON at byte 12", "1"),
    );
}

#[test]
fn a_packet_of_which_nothing_can_be_read_is_answered_globally() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("9::/chat:what");
    script.hears(["global fault invalid_packet"]);
    script.gets(
        websocket,
        [r#"5:::{"name":"error","args":["invalid_packet","unknown packet type at byte 0"]}"#],
    );
}

#[test]
fn what_the_application_found_wrong() {
    for (kind, code, text) in [
        (
            FaultKind::NoSuchMethod("jump".into()),
            "no_such_method",
            "Nothing handles 'jump'",
        ),
        (
            FaultKind::InvalidArguments {
                event: "jump".into(),
                why: "too high".into(),
            },
            "invalid_method_args",
            "The arguments of 'jump' do not fit: too high",
        ),
        (
            FaultKind::HandlerFailed {
                name: "broken leg".into(),
                message: "ouch".into(),
            },
            "broken leg",
            "ouch",
        ),
    ] {
        let (mut script, websocket) = Script::on_websocket();
        script.sends(r#"5:3+::{"name":"jump"}"#);
        script.hears(["global event jump [] (asks)"]);
        let reply = script.next_reply();
        let fault = script.session.answer_fault(GLOBAL, kind.clone(), reply);
        assert_eq!(fault.kind, kind);
        assert_eq!((&*fault.endpoint, fault.namespace), ("", Some(GLOBAL)));
        assert_eq!(fault.to_string(), format!("{code}: {text}"));
        let [error, ack] = answers("", code, text, "3");
        script.gets(websocket, [&error, &ack]);
    }
}

#[test]
fn without_a_question_there_is_no_acknowledgement() {
    for text in ["3::/nope:text", "3:1:/nope:text"] {
        let mut script = Script::between_polls();
        script.sends(text);
        script.hears(["/nope fault no_such_namespace"]);
        let poll = script.polls();
        let (packets, _) = script.transmits(poll);
        let errors = packets.iter().filter(|packet| packet.starts_with('5'));
        assert_eq!(errors.count(), 1);
        assert!(!packets.iter().any(|packet| packet.contains('+')));
    }
}

#[test]
fn text_from_the_client_stays_within_its_quotes() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends(r#"3::/"no\pe:text"#);
    script.hears([r#"/"no\pe fault no_such_namespace"#]);
    let (packets, _) = script.transmits(websocket);
    let (_, json) = packets[0].split_once(":{").expect("an event");
    let event: serde_json::Value = serde_json::from_str(&format!("{{{json}")).expect("well-formed");
    assert_eq!(
        event["args"][1],
        r#"The endpoint '/"no\pe' was not joined or does not exist"#
    );
}

#[test]
fn long_names_are_not_thrown_back_whole() {
    // Else a client could have the server send twice what it sent itself.
    let (mut script, websocket) = Script::on_websocket();
    let name = "é".repeat(1000);
    script.sends(&format!(r#"5:1+::{{"name":"{name}"}}"#));
    script.hears(["global fault unallowed_event_name"]);
    let text = format!("'{}…' is not an allowed event name", "é".repeat(64));
    let [error, ack] = answers("", "unallowed_event_name", &text, "1");
    script.gets(websocket, [&error, &ack]);
    let fault = FaultKind::NoSuchMethod("x".repeat(64).into());
    assert_eq!(
        fault.text(""),
        format!("Nothing handles '{}'", "x".repeat(64))
    );
}

#[test]
fn a_fault_found_after_the_end_is_told_to_nobody() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends(r#"5:3+::{"name":"jump"}"#);
    let _ = script.events();
    script.sends("0::");
    let reply = script.next_reply();
    let kind = FaultKind::NoSuchMethod("jump".into());
    let fault = script.session.answer_fault(GLOBAL, kind, reply);
    assert_eq!(fault.kind.code(), "no_such_method");
    script.gets_last(websocket, ["0::"]);
}

#[test]
fn names_that_mean_something_else_are_inert() {
    let (mut script, websocket) = Script::on_websocket();
    for name in ["connect", "disconnect", "newListener"] {
        assert!(EventNames::is_inert(name));
        script.sends(&format!(r#"5:1+::{{"name":"{name}"}}"#));
    }
    script.hears([]);
    script.gets(websocket, []);
}

#[test]
fn inert_names_stay_inert_where_every_name_is_let_through() {
    let mut listed = EventNames::any();
    listed.list("connect");
    let (mut script, _) = Script::on_websocket_with(|config| {
        config.namespaces[0].event_names = listed;
    });
    script.sends(r#"5:::{"name":"connect"}"#);
    script.sends(r#"5:::{"name":"user:moved","args":[1]}"#);
    script.hears(["global event user:moved [1]"]);
}

#[test]
fn only_words_are_names_unless_listed() {
    let mut names = EventNames::default();
    for good in ["a", "Z", "user message", "a_1", "x "] {
        assert!(names.allows(good), "{good:?}");
    }
    for bad in ["", " a", "_a", "1a", "a:b", "a-b", "é", "a\n", "a\u{e9}"] {
        assert!(!names.allows(bad), "{bad:?}");
    }
    names.list("a:b");
    assert!(names.allows("a:b"));
    assert!(!names.allows("a:b:c"));
    let short = EventNames::matching(|name| name.len() < 3);
    assert!(short.allows("??") && !short.allows("long"));
}

#[test]
fn a_fault_does_not_end_the_session() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["rubbish", "3::/nope:x", r#"5:::{"name":"?"}"#, "3:1+::fine"] {
        script.sends(text);
    }
    script.hears([
        "global fault invalid_packet",
        "/nope fault no_such_namespace",
        "global fault unallowed_event_name",
        "global message fine (asks)",
    ]);
    let reply = script.next_reply().expect("asked for");
    assert_eq!(script.session.acknowledge(reply, Arguments::NONE), Ok(()));
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets.len(), 4);
}

#[test]
fn what_is_told_in_logs_stays_on_one_line() {
    let (mut script, _websocket) = Script::on_websocket();
    script.sends(r#"5:1+::{"name":"jump"}"#);
    let _ = script.events();
    let kind = FaultKind::HandlerFailed {
        name: "Oops".into(),
        message: "a\nb\u{1B}[31mc\u{2028}d\u{9B}é".into(),
    };
    let reply = script.next_reply();
    let fault = script.session.answer_fault(GLOBAL, kind, reply);
    let told = r"Oops: a\nb\u{1b}[31mc\u{2028}d\u{9b}é";
    assert_eq!(fault.to_string(), told);
}

#[test]
fn a_payload_that_cannot_be_taken_apart_is_told_with_its_reason() {
    let mut packets = Dialect::Legacy.unframe("\u{FFFD}x\u{FFFD}3:::a");
    let error = packets.find_map(Result::err).expect("a fault");
    let kind = FaultKind::InvalidPayload(error);
    assert_eq!(kind.code(), "invalid_payload");
    assert_eq!(kind.text("/chat"), error.to_string());
}
