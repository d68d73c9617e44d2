//! More than anybody means: what comes without an end is bounded, and takes nothing from others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_lock::Semaphore;
use socketio_server::{
    DisconnectReason, Namespace, ServerBuilder, ServerLimits, Socket, State, Text, TransportName,
};

use super::HTTP_TRANSPORTS;
use crate::client::{Client, Transport, form, handshake, on_each_transport};
use crate::http_client::{HttpClient, text};
use crate::journal::Pen;
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    cve_2020_36048_bodies_are_limited_whatever_they_say_of_themselves,
    socketioxide_762_one_limit_holds_on_every_transport,
    cve_2026_48802_handlers_of_one_client_are_limited,
    a_handshake_takes_no_more_than_its_head,
];

fn small() -> ServerBuilder {
    let mut limits = ServerLimits::default();
    limits.decode.max_packet_bytes = 1000;
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| {
            socket.send(&text.len().to_string()).is_ok()
        })
        .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
            pen.note(format_args!("{reason:?}"));
        });
    ServerBuilder::new()
        .namespace(namespace)
        .limits(limits)
        .transports(TransportName::ALL)
}

/// More than a body may be, which is a packet and 64 KiB for framing.
const TOO_LARGE: usize = 200_000;

fn cve_2020_36048_bodies_are_limited_whatever_they_say_of_themselves() {
    let (server, journal) = TestServer::noting_listening(small());
    for transport in HTTP_TRANSPORTS {
        let mut chunks = "8000\r\n".to_owned() + &"x".repeat(0x8000) + "\r\n";
        if transport == "jsonp-polling" {
            // The field that counts, and no other.
            chunks.replace_range(6..8, "d=");
            chunks = chunks.clone() + &chunks.replace("d=", "xx");
        }
        let session = || {
            let mut client = Client::connect(&server, Transport::Polling);
            // It polls, so that it is told.
            client.polling().begin_poll();
            client
        };
        let client = session();
        let target = format!("/socket.io/1/{transport}/{}", client.sid);
        let mut http = HttpClient::open(server.address);
        http.send(&format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        ));
        let mut sent = 0;
        while sent < 100 * TOO_LARGE && http.connection.send(chunks.as_bytes()).is_ok() {
            sent += chunks.len();
            http.connection.look();
        }
        assert!(sent < 100 * TOO_LARGE, "{transport}: all of it was read");
        journal.expect("PacketTooLarge");
        drop(client);
        server.wait_until_deserted();
        // Who only says that it will be large, is not waited for.
        let client = session();
        let target = format!("/socket.io/1/{transport}/{}", client.sid);
        let mut http = HttpClient::open(server.address);
        let length = u64::MAX >> 1;
        http.send(&format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nd={}",
            "x".repeat(TOO_LARGE)
        ));
        assert_eq!(http.answer("POST").status, 413, "{transport}");
        journal.expect("PacketTooLarge");
        drop(client);
        server.wait_until_deserted();
    }
}

fn socketioxide_762_one_limit_holds_on_every_transport() {
    let (server, _journal) = TestServer::noting(small());
    let largest = format!("3:::{}", "x".repeat(996));
    let larger = format!("{largest}x");
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        client.send(&largest);
        client.expect("3:::996");
        client.send_together(&[&largest, &largest]);
        client.expect("3:::996");
        client.expect("3:::996");
        client.send(&larger);
        if transport == Transport::WebSocket {
            client.websocket().expect_close(1009);
        } else {
            let told = client.next();
            assert!(told.contains("invalid_packet"), "{transport:?}: {told}");
        }
    });
    // Beside streams, which share it with the others.
    for transport in ["xhr-multipart", "htmlfile"] {
        let sid = handshake(server.address, "");
        let target = format!("/socket.io/1/{transport}/{sid}");
        let mut http = HttpClient::open(server.address);
        let body = "x".repeat(70_000);
        let answer = http.request("POST", &target, "", &body);
        assert_eq!((answer.status, text(&answer)), (413, "payload too large"));
    }
    let sid = handshake(server.address, "");
    let target = format!("/socket.io/1/jsonp-polling/{sid}");
    let mut http = HttpClient::open(server.address);
    let answer = http.request("POST", &target, "", &form(&"x".repeat(70_000)));
    assert_eq!((answer.status, text(&answer)), (413, "payload too large"));
}

/// Handlers that wait for a gate.
#[derive(Clone)]
struct Count {
    running: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

fn cve_2026_48802_handlers_of_one_client_are_limited() {
    const CONCURRENT: usize = 4;
    let count = Count {
        running: Arc::default(),
        most: Arc::default(),
        gate: Arc::new(Semaphore::new(0)),
    };
    let namespace = Namespace::global()
        .on_concurrently("wait", async |State(count): State<Count>| {
            let now = count.running.fetch_add(1, Ordering::SeqCst) + 1;
            count.most.fetch_max(now, Ordering::SeqCst);
            let _ = count.gate.acquire().await;
            count.running.fetch_sub(1, Ordering::SeqCst);
        })
        .on("ping", async || "pong");
    let mut limits = ServerLimits::default();
    limits.concurrent_handlers = CONCURRENT;
    let builder = ServerBuilder::new().namespace(namespace).limits(limits);
    let server = TestServer::start(builder.state(count.clone()));
    let mut flooding = Client::connect(&server, Transport::WebSocket);
    for id in 0..1000 {
        flooding.ask(id, "wait", "[]");
    }
    // As many as may run beside each other, and the one whose turn it is.
    eventually("they run", || {
        count.running.load(Ordering::SeqCst) == CONCURRENT + 1
    });
    let mut other = Client::connect(&server, Transport::WebSocket);
    for id in 1..50 {
        other.ask(id, "ping", "[]");
        other.expect(&format!(r#"6:::{id}+["pong"]"#));
    }
    assert_eq!(count.running.load(Ordering::SeqCst), CONCURRENT + 1);
    count.gate.add_permits(1000);
    for _ in 0..1000 {
        let answer = flooding.next();
        assert!(answer.starts_with("6:::"), "{answer}");
    }
    assert_eq!(count.most.load(Ordering::SeqCst), CONCURRENT + 1);
}

/// Sessions keep their head, so it must not grow on the way.
fn a_handshake_takes_no_more_than_its_head() {
    const LENGTH: usize = 7000;
    let server = TestServer::listening(ServerBuilder::new());
    let mut http = HttpClient::open(server.address);
    let mut request = b"GET /socket.io/1/ HTTP/1.1\r\nHost: x\r\nX-Odd: ".to_vec();
    request.extend([0xFF; LENGTH]);
    request.extend(b"\r\nX-Even: \xC3\xA9\xC3\r\n\r\n");
    http.connection.send(&request).expect("an open connection");
    assert_eq!(http.answer("GET").status, 200);
    let sessions = server.handle.sessions();
    let handshake = sessions[0].handshake();
    assert_eq!(handshake.header("x-odd"), Some(&*"?".repeat(LENGTH)));
    assert_eq!(handshake.header("x-even"), Some("\u{e9}?"));
}
