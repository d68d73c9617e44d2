//! Dispatchers: what becomes of a packet before a handler is looked up.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{
    Ack, Acl, Args, Dispatch, EventName, EventNames, HandlerError, Namespace, PacketKind, RawJson,
    RawPacket, ServerBuilder, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Pen, journal};
use crate::server::TestServer;

tests![
    a_packet_is_passed_on_renamed_handled_or_dropped,
    a_dispatcher_that_fails_is_answered_for,
    rules_hold_for_the_name_under_which_a_packet_is_passed_on,
    packets_wait_while_a_dispatcher_decides,
    nothing_is_handled_for_who_was_sent_away_meanwhile,
    a_dispatcher_may_take_the_answer_in_hand,
    a_rule_for_names_that_panics_hurts_one_packet,
];

/// Passes on, passes on as `on_…`, handles, drops, fails, panics, by the event's name.
async fn decide(packet: RawPacket, socket: Socket) -> Result<Dispatch, HandlerError> {
    match packet.name() {
        Some("handled") => Dispatch::handled((packet.data().len(), "by the dispatcher")),
        Some("dropped") => Ok(Dispatch::Drop),
        Some("failing") => Err(HandlerError::new("undecided", "cannot tell")),
        Some("panicking") => panic!("secret"),
        Some("kicked") => {
            socket.disconnect()?;
            Ok(Dispatch::Pass)
        }
        Some(name) if name.starts_with("user ") => {
            Ok(Dispatch::PassAs(format!("on_{}", name.replace(' ', "_"))))
        }
        Some(name) if name.starts_with("as:") => Ok(Dispatch::PassAs(name[3..].into())),
        None if packet.kind() == PacketKind::Message => Ok(Dispatch::PassAs("line".into())),
        _ => Ok(Dispatch::Pass),
    }
}

fn dispatched(name: &str) -> Namespace {
    Namespace::new(name)
        .dispatch(decide)
        .on(
            "on_user_message",
            async |EventName(name): EventName, Args((text,)): Args<(String,)>| (name, text),
        )
        .on(
            "line",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.send(&format!("line {text}")).is_ok()
            },
        )
        .on_json(async |socket: Socket, json: RawJson| socket.send_json(&json).is_ok())
        .on("plain", async || "plain")
        .on("marker", async || "marker")
}

fn a_packet_is_passed_on_renamed_handled_or_dropped() {
    on_each_transport(|transport| {
        let server = TestServer::of([dispatched("")]);
        let mut client = Client::connect(&server, transport);
        client.ask(1, "plain", "[]");
        client.expect(r#"6:::1+["plain"]"#);
        client.ask(2, "user message", r#"["hello"]"#);
        client.expect(r#"6:::2+["on_user_message","hello"]"#);
        client.ask(3, "handled", "[1,2]");
        client.expect(r#"6:::3+[5,"by the dispatcher"]"#);
        client.ask(4, "dropped", "[]");
        client.send("3:::say \"x\"");
        client.expect("3:::line say \"x\"");
        client.send("4:::{\"a\":1}");
        client.expect("4:::{\"a\":1}");
        client.ask(5, "marker", "[]");
        client.expect(r#"6:::5+["marker"]"#);
    });
}

fn a_dispatcher_that_fails_is_answered_for() {
    let server = TestServer::of([dispatched("")]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "failing", "[]");
    client.expect(r#"5:::{"name":"error","args":["undecided","cannot tell"]}"#);
    client.expect(r#"6:::1+[{"error":"undecided","message":"cannot tell"}]"#);
    client.ask(2, "panicking", "[]");
    client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
    client.expect(r#"6:::2+[{"error":"handler_panicked","message":"internal error"}]"#);
    client.ask(3, "as:nothing handles it", "[]");
    let unknown = client.next();
    assert!(unknown.contains(r#""no_such_method","Nothing handles 'nothing handles it'"#));
}

fn rules_hold_for_the_name_under_which_a_packet_is_passed_on() {
    let namespace = dispatched("/strict").initial_acl(Acl::only(["connect", "plain", "secret%"]));
    let (journal, pen) = journal();
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .on_fault(move |_, fault| pen.note(format_args!("{:?}", fault.kind)));
    let server = TestServer::start(builder);
    let mut client = Client::join(&server, Transport::WebSocket, "/strict");
    for (name, fault) in [
        // Not what was called, but what it came to.
        ("as:on_user_message", r#"AccessDenied("on_user_message")"#),
        ("user message", r#"AccessDenied("on_user_message")"#),
        ("as:secret%", r#"UnallowedEventName("secret%")"#),
    ] {
        client.send(&format!(r#"5::/strict:{{"name":"{name}"}}"#));
        let told = client.next();
        assert!(told.contains("error"), "{told}");
        journal.expect(fault);
    }
    client.send("3::/strict:text");
    client.next();
    journal.expect(r#"AccessDenied("line")"#);
    client.send(r#"5:1+:/strict:{"name":"as:plain"}"#);
    client.expect(r#"6::/strict:1+["plain"]"#);
    // What the dispatcher does itself is its own business.
    client.send(r#"5:2+:/strict:{"name":"handled"}"#);
    client.expect(r#"6::/strict:2+[2,"by the dispatcher"]"#);
}

fn packets_wait_while_a_dispatcher_decides() {
    on_each_transport(|transport| {
        let gate = Arc::new(Semaphore::new(0));
        let namespace = Namespace::global()
            .dispatch(
                async |packet: RawPacket, State(gate): State<Arc<Semaphore>>| {
                    if packet.name() == Some("slow") {
                        let _ = gate.acquire().await;
                    }
                    Dispatch::Pass
                },
            )
            .on_any(async |EventName(name): EventName| name);
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .state(Arc::clone(&gate));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        client.send_together(&[r#"5:1+::{"name":"slow"}"#, r#"5:2+::{"name":"next"}"#]);
        gate.add_permits(1);
        client.expect(r#"6:::1+["slow"]"#);
        client.expect(r#"6:::2+["next"]"#);
    });
}

fn nothing_is_handled_for_who_was_sent_away_meanwhile() {
    let namespace = dispatched("/chat").on("kicked", async |State(pen): State<Pen>| {
        pen.note("handled");
    });
    let namespace = namespace.on_disconnect(async |State(pen): State<Pen>| pen.note("gone"));
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send(r#"5::/chat:{"name":"kicked"}"#);
    client.expect("0::/chat");
    journal.expect("gone");
}

fn a_dispatcher_may_take_the_answer_in_hand() {
    let namespace = Namespace::global()
        .dispatch(async |ack: Ack, packet: RawPacket| {
            if packet.name() == Some("by hand") {
                let _ = ack.send(("by hand",));
            }
            Dispatch::Pass
        })
        .on_any(async || "by return");
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "by hand", "[]");
    client.expect(r#"6:::1+["by hand"]"#);
    client.ask(2, "dropped", "[]");
    client.expect(r#"5:::{"name":"error","args":["not_answered","the handler gave no answer"]}"#);
    client.expect(r#"6:::2+[{"error":"not_answered","message":"the handler gave no answer"}]"#);
}

fn a_rule_for_names_that_panics_hurts_one_packet() {
    let names = EventNames::matching(|name| {
        assert_ne!(name, "bad", "secret");
        name.len() < 5
    });
    let namespace = Namespace::global()
        .event_names(names)
        .on_any(async || "any");
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("bad", "[]");
    client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
    client.emit("too long", "[]");
    let told = client.next();
    assert!(told.contains("unallowed_event_name"), "{told}");
    client.ask(1, "ok", "[]");
    client.expect(r#"6:::1+["any"]"#);
}
