//! A websocket through the proxy, and its end.

use std::time::{Duration, Instant};

use socketio_conformance::replay::raw_websocket::read_frame;
use socketio_driver_tokio::{Server, TransportName};

use crate::http_client::{HttpClient, handshake};
use crate::in_process::InProcessServer;
use crate::proxy::{PATIENCE, Proxy, behind_each_proxy};

/// A greeted websocket, with the key of RFC 6455's example.
fn websocket(proxy: &Proxy) -> HttpClient {
    let sid = handshake(proxy.address);
    let mut websocket = HttpClient::open(proxy.address);
    // As Firefox has it.
    let headers = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let target = format!("/socket.io/1/websocket/{sid}");
    websocket.begin("GET", &target, headers, "");
    let head = websocket.head();
    assert_eq!(head.status, 101);
    let accepted = head.header("Sec-WebSocket-Accept");
    assert_eq!(accepted, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(next_text(&mut websocket), "1::");
    websocket
}

fn next_text(websocket: &mut HttpClient) -> String {
    let frame = read_frame(&mut websocket.connection, Instant::now() + PATIENCE);
    String::from_utf8_lossy(&frame.expect("a frame").payload).into_owned()
}

#[test]
fn a_client_that_vanishes_is_noticed() {
    behind_each_proxy(|kind| {
        let builder = Server::builder()
            .transports([TransportName::WebSocket])
            .heartbeat_interval(None)
            .close_timeout(Duration::from_millis(200));
        let server = InProcessServer::start(builder);
        let proxy = Proxy::start(kind, server.twice());
        let websocket = websocket(&proxy);
        assert_eq!(server.handle.session_count(), 1, "{kind:?}");
        drop(websocket);
        server.wait_for_sessions(0);
    });
}
