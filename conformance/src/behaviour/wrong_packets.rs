//! Packets that reach no handler: each has one answer, and the session goes on.

use socketio_server::{Fault, FaultKind, Namespace, ServerBuilder, Socket};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen, journal};
use crate::server::TestServer;

tests![
    what_cannot_be_decoded_is_answered_on_its_endpoint,
    a_payload_that_breaks_off_is_told_to_the_application_alone,
    an_answer_that_was_asked_for_comes_even_if_the_packet_cannot_be_decoded,
    unknown_namespaces_are_answered_on_their_endpoint,
    a_namespace_that_was_left_is_unknown_to_the_client,
    what_nothing_handles_is_answered,
    an_answer_from_nobody_is_not_left_hanging,
    event_names_outside_of_the_pattern_are_answered,
    reserved_event_names_are_neither_answered_nor_delivered,
];

/// The global namespace and `/chat`; both handle `ping`, and note the faults that they hear of.
fn server() -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let hook = pen.clone();
    let builder = ServerBuilder::new()
        .namespace(noting_faults(Namespace::global(), &pen))
        .namespace(noting_faults(Namespace::new("/chat"), &pen))
        .on_fault(move |_, fault| hook.note(format_args!("hook {}", shown(fault))));
    (TestServer::start(builder), journal)
}

fn noting_faults(namespace: Namespace, pen: &Pen) -> Namespace {
    let pen = pen.clone();
    namespace
        .on("ping", async |socket: Socket| {
            socket.emit("pong", ()).is_ok()
        })
        .on_error(move |socket: Socket, fault: Fault| {
            pen.note(format_args!("{:?} {}", socket.namespace(), shown(&fault)));
            async {}
        })
}

fn shown(fault: &Fault) -> String {
    let kind = match &fault.kind {
        FaultKind::InvalidPacket(_) => "InvalidPacket".to_owned(),
        FaultKind::InvalidPayload(error) => format!("InvalidPayload {error}"),
        kind => format!("{kind:?}"),
    };
    format!("{:?} {kind}", fault.endpoint)
}

/// The session still works, and nothing else was sent.
fn expect_going_on(client: &mut Client, endpoint: &str) {
    client.send(&format!(r#"5::{endpoint}:{{"name":"ping"}}"#));
    client.expect(&format!(r#"5::{endpoint}:{{"name":"pong"}}"#));
}

/// The `error` event of this code, on this endpoint.
fn expect_error(client: &mut Client, endpoint: &str, code: &str) {
    let packet = client.next();
    let begin = format!(r#"5::{endpoint}:{{"name":"error","args":["{code}","#);
    assert!(packet.starts_with(&begin), "{packet}");
}

/// The answer to `id` that says the same.
fn expect_error_ack(client: &mut Client, endpoint: &str, id: &str, code: &str) {
    let packet = client.next();
    let begin = format!(r#"6::{endpoint}:{id}+[{{"error":"{code}","message":"#);
    assert!(packet.starts_with(&begin), "{packet}");
}

fn what_cannot_be_decoded_is_answered_on_its_endpoint() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        for (packet, endpoint) in [
            ("garbage", ""),
            ("9::", ""),
            ("5:::{not json", ""),
            ("5::/chat:{not json", "/chat"),
            ("4::/chat:[1,", "/chat"),
        ] {
            client.send(packet);
            expect_error(&mut client, endpoint, "invalid_packet");
            journal.expect(&format!("hook {endpoint:?} InvalidPacket"));
            journal.expect(&format!("{endpoint:?} {endpoint:?} InvalidPacket"));
        }
        expect_going_on(&mut client, "/chat");
        expect_going_on(&mut client, "");
    });
}

fn a_payload_that_breaks_off_is_told_to_the_application_alone() {
    let (server, journal) = server();
    let mut client = Client::connect(&server, Transport::Polling);
    let ping = r#"5:::{"name":"ping"}"#;
    let begin = format!("\u{fffd}{}\u{fffd}{ping}", ping.len());
    for (rest, error) in [
        ("\u{fffd}-4\u{fffd}3:::b", "bad frame length at byte 30"),
        (
            "\u{fffd}99\u{fffd}3:::b",
            "frame longer than the payload at byte 35",
        ),
        ("3:::b", "missing frame marker at byte 27"),
    ] {
        client.send(&format!("{begin}{rest}"));
        client.expect(r#"5:::{"name":"pong"}"#);
        journal.expect(&format!(r#"hook "" InvalidPayload {error}"#));
    }
    expect_going_on(&mut client, "");
}

fn an_answer_that_was_asked_for_comes_even_if_the_packet_cannot_be_decoded() {
    on_each_transport(|transport| {
        let (server, _journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        client.send("5:3+:/chat:{not json");
        expect_error(&mut client, "/chat", "invalid_packet");
        expect_error_ack(&mut client, "/chat", "3", "invalid_packet");
        client.send("5:4:/chat:{not json");
        client.expect("6::/chat:4");
        expect_error(&mut client, "/chat", "invalid_packet");
        expect_going_on(&mut client, "/chat");
    });
}

fn unknown_namespaces_are_answered_on_their_endpoint() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::connect(&server, transport);
        for packet in [
            "1::/nowhere",
            "3::/nowhere:hello",
            r#"5::/nowhere:{"name":"ping"}"#,
        ] {
            client.send(packet);
            expect_error(&mut client, "/nowhere", "no_such_namespace");
            journal.expect(r#"hook "/nowhere" NoSuchNamespace"#);
        }
        client.send(r#"5:8+:/nowhere:{"name":"ping"}"#);
        expect_error(&mut client, "/nowhere", "no_such_namespace");
        expect_error_ack(&mut client, "/nowhere", "8", "no_such_namespace");
        expect_going_on(&mut client, "");
    });
}

fn a_namespace_that_was_left_is_unknown_to_the_client() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        client.send("0::/chat");
        client.send(r#"5::/chat:{"name":"ping"}"#);
        expect_error(&mut client, "/chat", "no_such_namespace");
        journal.expect(r#"hook "/chat" NoSuchNamespace"#);
        client.send("1::/chat");
        client.expect("1::/chat");
        expect_going_on(&mut client, "/chat");
    });
}

fn what_nothing_handles_is_answered() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        for (packet, method) in [
            (r#"5::/chat:{"name":"other"}"#, "other"),
            ("3::/chat:hello", "message"),
            ("4::/chat:[1]", "json"),
        ] {
            client.send(packet);
            let error = format!(
                r#"5::/chat:{{"name":"error","args":["no_such_method","Nothing handles '{method}'"]}}"#
            );
            client.expect(&error);
            journal.expect(&format!(r#"hook "/chat" NoSuchMethod("{method}")"#));
            journal.expect(&format!(r#""/chat" "/chat" NoSuchMethod("{method}")"#));
        }
        expect_going_on(&mut client, "/chat");
    });
}

fn an_answer_from_nobody_is_not_left_hanging() {
    on_each_transport(|transport| {
        let (server, _journal) = server();
        let mut client = Client::connect(&server, transport);
        client.send(r#"5:1+::{"name":"other"}"#);
        client
            .expect(r#"5:::{"name":"error","args":["no_such_method","Nothing handles 'other'"]}"#);
        client.expect(r#"6:::1+[{"error":"no_such_method","message":"Nothing handles 'other'"}]"#);
        // What the library answers by itself, it answers before it looks for a handler.
        client.send("3:2::hello");
        client.expect("6:::2");
        expect_error(&mut client, "", "no_such_method");
        expect_going_on(&mut client, "");
    });
}

fn event_names_outside_of_the_pattern_are_answered() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::connect(&server, transport);
        client.send(r#"5:1+::{"name":"__proto__"}"#);
        expect_error(&mut client, "", "unallowed_event_name");
        expect_error_ack(&mut client, "", "1", "unallowed_event_name");
        journal.expect(r#"hook "" UnallowedEventName("__proto__")"#);
        journal.expect(r#""" "" UnallowedEventName("__proto__")"#);
        expect_going_on(&mut client, "");
    });
}

fn reserved_event_names_are_neither_answered_nor_delivered() {
    let (journal, pen) = journal();
    let namespace = Namespace::global().on_any(move |name: socketio_server::EventName| {
        pen.note(name.0);
        async { true }
    });
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for name in ["connect", "disconnect", "newListener"] {
        client.send(&format!(r#"5:1+::{{"name":"{name}"}}"#));
    }
    client.send(r#"5:2+::{"name":"marker"}"#);
    client.expect("6:::2+[true]");
    journal.expect("marker");
}
