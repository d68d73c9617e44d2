//! Handlers that take long: their client is not read from without end, and others go on.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_lock::Semaphore;
use socketio_server::{Namespace, ServerBuilder, SessionLimits, Socket, State, Text};

use crate::client::{Client, Transport, handshake, upgrade_request};
use crate::journal::{Journal, Pen};
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    a_client_that_floods_a_blocked_handler_is_not_read_from,
    a_post_is_answered_when_the_application_has_caught_up,
    a_client_of_a_blocked_handler_may_leave,
    a_question_makes_room_for_its_answer_behind_a_post_that_waits,
];

type Gate = Arc<Semaphore>;

/// `block` waits for the gate; messages are noted by their length.
fn server(gate: &Gate) -> (TestServer, Journal) {
    let namespace = Namespace::global()
        .on("block", async |State(gate): State<Gate>| {
            let _ = gate.acquire().await;
        })
        .on("ping", async || "pong")
        .on_message(async |Text(text): Text, State(pen): State<Pen>| pen.note(text.len()));
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(Gate::clone(gate));
    TestServer::noting(builder)
}

fn a_client_that_floods_a_blocked_handler_is_not_read_from() {
    const MESSAGES: usize = 1024;
    const LENGTH: usize = 64 << 10;
    let gate = Gate::new(Semaphore::new(0));
    let (server, journal) = server(&gate);
    let sid = handshake(server.address, "");
    let mut flooding = TcpStream::connect(server.address).expect("a connection");
    let request = upgrade_request(server.address, &sid, "");
    flooding
        .write_all(request.as_bytes())
        .expect("an open connection");
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let flood = std::thread::spawn(move || {
        let block = frame_bytes(TEXT, true, true, br#"5:::{"name":"block"}"#);
        flooding.write_all(&block).expect("an open connection");
        let message = format!("3:::{}", "x".repeat(LENGTH));
        let frame = frame_bytes(TEXT, true, true, message.as_bytes());
        for _ in 0..MESSAGES {
            flooding.write_all(&frame).expect("an open connection");
            count.fetch_add(1, Ordering::SeqCst);
        }
        flooding
    });
    let mut other = Client::connect(&server, Transport::WebSocket);
    let settled = || {
        let before = written.load(Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(200));
        before > 0 && before == written.load(Ordering::SeqCst)
    };
    eventually("no more is taken", settled);
    assert!(
        written.load(Ordering::SeqCst) < MESSAGES / 2,
        "64 MB were read ahead"
    );
    other.ask(1, "ping", "[]");
    other.expect(r#"6:::1+["pong"]"#);
    gate.add_permits(1);
    for _ in 0..MESSAGES {
        journal.expect(&LENGTH.to_string());
    }
    drop(flood.join());
}

fn a_post_is_answered_when_the_application_has_caught_up() {
    let gate = Gate::new(Semaphore::new(0));
    let (server, journal) = server(&gate);
    let mut client = Client::connect(&server, Transport::Polling);
    client.emit("block", "[]");
    let framed = "\u{fffd}5\u{fffd}3:::x".repeat(900);
    client.polling().begin_post(&framed);
    let mut other = Client::connect(&server, Transport::Polling);
    for id in 1..20 {
        other.ask(id, "ping", "[]");
        other.expect(&format!(r#"6:::{id}+["pong"]"#));
    }
    let posts = &mut client.polling().posts;
    posts.connection.look();
    assert!(posts.connection.unread().is_empty(), "answered too early");
    gate.add_permits(1);
    assert_eq!(posts.answer("POST").body, b"1");
    for _ in 0..900 {
        journal.expect("1");
    }
    client.emit("block", "[]");
    client.send("3:::still there");
    journal.expect("11");
}

fn a_client_of_a_blocked_handler_may_leave() {
    let gate = Gate::new(Semaphore::new(0));
    let (server, _journal) = server(&gate);
    let mut websocket = Client::connect(&server, Transport::WebSocket);
    websocket.emit("block", "[]");
    websocket.send("0::");
    websocket.expect("0::");
    drop(websocket);
    let mut polling = Client::connect(&server, Transport::Polling);
    polling.emit("block", "[]");
    polling.send("0::");
    drop(polling);
    eventually("the connections are gone", || {
        server.handle.connection_count() == 0
    });
    gate.add_permits(1);
    server.wait_until_deserted();
}

fn a_question_makes_room_for_its_answer_behind_a_post_that_waits() {
    let gate = Gate::new(Semaphore::new(0));
    let namespace = Namespace::global()
        .on("ask", async |socket: Socket, State(gate): State<Gate>| {
            let _ = gate.acquire().await;
            socket.emit_with_ack("question", ()).await?;
            socket.emit("answered", ())?;
            Ok(())
        })
        .on_message(async |_: Text| ());
    let mut limits = SessionLimits::default();
    limits.inbox_packets = 1;
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .session_limits(limits)
        .state(Gate::clone(&gate));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    client.emit("ask", "[]");
    // Too much for the inbox, as long as nobody asks the client anything.
    client.polling().begin_post("3:::waits");
    let mut other = Client::connect(&server, Transport::Polling);
    for id in 1..20 {
        other.send(&format!("3:{id}::meanwhile"));
        other.expect(&format!("6:::{id}"));
    }
    gate.add_permits(1);
    client.expect(r#"5:1+::{"name":"question"}"#);
    // Real clients post one thing after another: this one must be over first.
    assert_eq!(client.polling().posts.answer("POST").body, b"1");
    client.send("6:::1");
    client.expect(r#"5:::{"name":"answered"}"#);
}
