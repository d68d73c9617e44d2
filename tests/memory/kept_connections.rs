//! Connections that stay open: nothing is kept of what was received on them, or sent.

use socketio_conformance::client::handshake;
use socketio_conformance::http_client::{HttpClient, text};
use socketio_driver_tokio::{Namespace, Server, Socket, Text};

use crate::{HEAP, eventually, grown_since, one_at_a_time, started};

const CONNECTIONS: usize = 20;

const LARGE: usize = 900_000;

/// What a connection may keep, request and answer behind it.
const KEPT: usize = 64 << 10;

#[test]
fn nothing_is_kept_of_a_large_post_and_its_answer() {
    let _turn = one_at_a_time();
    let echo = Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        let _ = socket.send(&text);
    });
    let (address, handle) = started(Server::builder().namespace(echo));

    let packet = format!("3:::{}", "x".repeat(LARGE));
    let before = HEAP.allocated();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut http = HttpClient::open(address);
        let sid = handshake(address, "");
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        assert_eq!(text(&http.get(&target)), "1::");
        let posted = http.request("POST", &target, "", &packet);
        assert_eq!(posted.status, 200);
        assert!(text(&http.get(&target)) == packet, "the echo");
        connections.push(http);
    }
    eventually("nothing is kept", || {
        grown_since(before) <= CONNECTIONS * KEPT
    });
    assert_eq!(handle.connection_count(), CONNECTIONS);
}
