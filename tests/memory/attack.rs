//! Many connections that each take as much as they can get: together they get no more than the
//! memory budget, and the others go on.

use std::net::SocketAddr;
use std::time::Duration;

use socketio_conformance::client::{WebSocket, handshake};
use socketio_conformance::http_client::HttpClient;
use socketio_conformance::replay::raw_websocket::{TEXT, frame_bytes};
use socketio_driver_tokio::{
    DisconnectReason, Namespace, PeerShare, Server, ServerHandle, ServerLimits, SessionLimits,
    Socket, Text,
};

use crate::{HEAP, eventually, grown_since, one_at_a_time, patient, started};

/// Of each kind.
const ATTACKERS: usize = 30;

const BUDGET: usize = 2 << 20;

/// What each of them tries to have the server hold.
const EACH: usize = 900_000;

fn of_sessions() -> SessionLimits {
    SessionLimits::default()
        .namespaces(1)
        .rooms(16)
        .awaited_acks(16)
}

fn of_server() -> ServerLimits {
    ServerLimits::default()
        .memory_budget_bytes(BUDGET)
        .sessions(7 * ATTACKERS + 1)
        .connections(8 * ATTACKERS)
        .sessions_per_peer(PeerShare::Whole)
        .connections_per_peer(PeerShare::Whole)
        .request_head_bytes(8 << 10)
        .peers(16)
}

fn start() -> (SocketAddr, ServerHandle) {
    let echo = Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        let _ = socket.send(&text);
    });
    let builder = Server::builder()
        .namespace(echo)
        .session_limits(of_sessions())
        .limits(of_server());
    started(patient(builder))
}

/// A connection that is kept, whether the server keeps it or not.
enum Attacker {
    WebSocket(WebSocket),
    Http(HttpClient),
}

impl Attacker {
    /// The server may have turned it away already.
    fn send(&mut self, bytes: &[u8]) {
        let connection = match self {
            Self::WebSocket(websocket) => websocket.connection(),
            Self::Http(http) => &mut http.connection,
        };
        let _ = connection.send(bytes);
    }
}

/// The beginning of a message that never ends: of the frame's head, `bytes` and nothing more.
fn unfinished_message(server: SocketAddr, bytes: usize) -> Attacker {
    let sid = handshake(server, "");
    let mut attacker = Attacker::WebSocket(WebSocket::open(server, &sid));
    let frame = frame_bytes(TEXT, true, true, &vec![b'x'; EACH]);
    attacker.send(&frame[..14 + bytes]);
    attacker
}

fn unfinished_body(server: SocketAddr, transport: &str, beginning: &str) -> Attacker {
    let sid = handshake(server, "");
    let mut attacker = Attacker::Http(HttpClient::open(server));
    let head = format!(
        "POST /socket.io/1/{transport}/{sid}?i=0 HTTP/1.1\r\nHost: x\r\n\
         Content-Length: {EACH}\r\n\r\n{beginning}"
    );
    attacker.send(head.as_bytes());
    attacker.send("x".repeat(EACH - 1000).as_bytes());
    attacker
}

/// A client that is sent what it does not read.
fn unread(server: SocketAddr, handle: &ServerHandle, is_narrow: bool) -> Attacker {
    let sid = handshake(server, "");
    let attacker = if is_narrow {
        Attacker::WebSocket(WebSocket::open_narrow(server, &sid))
    } else {
        let mut http = HttpClient::open(server);
        let greeted = http.get(&format!("/socket.io/1/xhr-polling/{sid}"));
        assert_eq!(greeted.status, 200);
        Attacker::Http(http)
    };
    let global = handle.of("").expect("the global namespace");
    let is_own = |socket: &Socket| socket.id().as_str() == sid;
    eventually("it is connected", || global.sockets().iter().any(is_own));
    let socket = global.sockets().into_iter().find(is_own);
    let text = "x".repeat(EACH / 3);
    // Most of them are ended at that.
    let socket = socket.expect("just looked");
    for _ in 0..3 {
        let _ = socket.send(&text);
    }
    attacker
}

fn echo(server: SocketAddr) {
    let mut websocket = WebSocket::open(server, &handshake(server, ""));
    assert_eq!(websocket.next_frame().payload, b"1::");
    for _ in 0..10 {
        websocket.send(TEXT, b"3:::hello");
        assert_eq!(websocket.next_frame().payload, b"3:::hello");
    }
    websocket.send(TEXT, b"0::");
    websocket.drain();
}

#[test]
fn attackers_get_no_more_than_the_budget_and_others_go_on() {
    let _turn = one_at_a_time();
    let (address, handle) = start();
    echo(address);
    let before = HEAP.allocated();
    let worst = of_server().worst_case_bytes(&of_sessions());
    assert!(
        worst < 2 * ATTACKERS * EACH,
        "{worst} is no limit for what they try"
    );
    let mut attackers = Vec::new();
    let mut most = 0;
    for _ in 0..ATTACKERS {
        attackers.extend([
            unfinished_message(address, 0),
            unfinished_message(address, EACH / 2),
            unfinished_body(address, "xhr-polling", "3:::"),
            unfinished_body(address, "jsonp-polling", "d=%22"),
            unread(address, &handle, true),
            unread(address, &handle, false),
            unread(address, &handle, false),
        ]);
        echo(address);
        most = most.max(grown_since(before));
        let reserved = handle.counters().memory_reserved;
        assert!(reserved <= BUDGET, "{reserved} of {BUDGET}");
    }
    let counters = handle.counters();
    println!(
        "{most} bytes of {worst}, {} reserved",
        counters.memory_reserved
    );
    assert!(most <= worst, "{most} of {worst}");
    assert!(counters.memory_reserved >= BUDGET / 2);
    let refusals = &counters.memory_refusals;
    assert!(refusals.get("post") > 0 && refusals.get("websocket") > 0);
    let exhausted = DisconnectReason::MemoryExhausted;
    assert!(counters.sessions.ended_for(exhausted) > 0);

    drop(attackers);
    let ended = handle.shutdown(Duration::from_millis(100));
    socketio_tests::one_runtime::runtime().block_on(ended);
    eventually("nobody is left", || {
        handle.session_count() == 0 && handle.connection_count() == 0
    });
    eventually("everything is given back", || {
        handle.counters().memory_reserved == 0
    });
    eventually("the heap is what it was, but for a tenth", || {
        grown_since(before) <= most / 10
    });
}
