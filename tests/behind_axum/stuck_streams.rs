//! A stream that its client does not read, and what comes after it: what axum's connection has
//! taken is written, and keeps nobody waiting.

use std::time::Instant;

use socketio_conformance::ServerBuilder;
use socketio_conformance::client::{Client, Transport, handshake};
use socketio_conformance::http_client::HttpClient;
use socketio_conformance::replay::connection::Arrival;
use socketio_conformance::server::TestServer;
use socketio_conformance::tests;
use socketio_conformance::waiting::{PATIENCE, eventually};
use socketio_driver_tokio::{SessionLimits, TransportName};

tests![whoever_comes_after_a_stuck_stream_does_not_wait_for_it,];

/// More than the sockets of both sides hold when the client has little room.
const LARGE: usize = 5 << 20;

fn whoever_comes_after_a_stuck_stream_does_not_wait_for_it() {
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = 2 * LARGE;
    let builder = ServerBuilder::new()
        .session_limits(limits)
        .transports([TransportName::HtmlFile, TransportName::XhrPolling]);
    let server = TestServer::start(builder);
    let everybody = server.handle.of("").expect("the global namespace");
    let sid = handshake(server.address, "");
    let mut stuck = HttpClient::open_narrow(server.address);
    stuck.begin("GET", &format!("/socket.io/1/htmlfile/{sid}"), "", "");
    eventually("it is there", || !everybody.sockets().is_empty());
    assert_eq!(everybody.send(&"x".repeat(LARGE)).queued, 1);
    // With the beginning of the message, there is no doubt that it is under way.
    while stuck.connection.unread().len() < 64 << 10 {
        let arrival = stuck.connection.wait(Instant::now() + PATIENCE);
        assert_eq!(arrival, Arrival::Bytes);
    }
    assert_eq!(everybody.send("next").queued, 1);
    let mut client = Client::resume(&server, Transport::Polling, sid);
    client.expect("3:::next");
}
