//! Requests on transports that are not offered, or not in the way that they work.

use std::time::Instant;

use socketio_server::{ServerBuilder, TransportName};

use crate::client::{handshake, upgrade_request};
use crate::http_client::{HttpClient, text};
use crate::replay::raw_websocket::read_frame;
use crate::server::TestServer;
use crate::waiting::PATIENCE;

tests![
    a_transport_that_is_not_offered_or_made_up_is_not_found_and_the_connection_closed,
    a_websocket_must_be_asked_for_properly,
    a_websocket_is_asked_for_over_http_1_1_and_without_a_body,
    other_methods_are_not_allowed_on_polling,
    what_is_not_ours_goes_to_the_fallback,
    the_browser_client_is_served_if_there_is_one,
];

fn a_transport_that_is_not_offered_or_made_up_is_not_found_and_the_connection_closed() {
    let builder = ServerBuilder::new().transports([TransportName::XhrPolling]);
    let server = TestServer::start(builder);
    let sid = handshake(server.address, "");
    for name in [
        "websocket",
        "jsonp-polling",
        "htmlfile",
        "made-up",
        "XHR-POLLING",
    ] {
        for method in ["GET", "POST"] {
            let mut http = HttpClient::open(server.address);
            let target = format!("/socket.io/1/{name}/{sid}");
            let answer = http.request(method, &target, "", "");
            assert_eq!(
                (answer.status, text(&answer)),
                (404, "transport not offered")
            );
            http.expect_end();
        }
    }
    let mut http = HttpClient::open(server.address);
    http.send(&upgrade_request(server.address, &sid, ""));
    assert_eq!(http.answer("GET").status, 404);
    http.expect_end();
}

fn a_websocket_must_be_asked_for_properly() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    let target = format!("/socket.io/1/websocket/{sid}");
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    for (headers, status) in [
        (String::new(), 426),
        (
            format!("{upgrade}Sec-WebSocket-Version: 14\r\nSec-WebSocket-Key: eA==\r\n"),
            426,
        ),
        (format!("{upgrade}Sec-WebSocket-Version: 13\r\n"), 400),
    ] {
        let mut http = HttpClient::open(server.address);
        let answer = http.request("GET", &target, &headers, "");
        assert_eq!(answer.status, status, "{headers}");
        http.expect_end();
    }
}

fn a_websocket_is_asked_for_over_http_1_1_and_without_a_body() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    let request = |headers| upgrade_request(server.address, &sid, headers);
    let chunked = request("Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n";
    for (request, refusal) in [
        (
            request("").replace("HTTP/1.1", "HTTP/1.0"),
            "a websocket needs HTTP/1.1",
        ),
        (
            request("Content-Length: 2\r\n") + "{}",
            "a websocket's request has no body",
        ),
        (chunked, "a websocket's request has no body"),
    ] {
        let mut http = HttpClient::open(server.address);
        http.send(&request);
        let answer = http.answer("GET");
        assert_eq!((answer.status, text(&answer)), (400, refusal), "{request}");
        http.expect_end();
    }
    // Nobody has taken the session up; and a body of no bytes is none.
    let mut http = HttpClient::open(server.address);
    http.send(&request("Content-Length: 0\r\n"));
    assert_eq!(http.answer("GET").status, 101);
    let greeting = read_frame(&mut http.connection, Instant::now() + PATIENCE);
    assert_eq!(greeting.expect("a frame").payload, b"1::");
}

fn other_methods_are_not_allowed_on_polling() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    let answer = http.request("PUT", &format!("/socket.io/1/xhr-polling/{sid}"), "", "x");
    assert_eq!(answer.status, 405);
    http.expect_end();
}

fn what_is_not_ours_goes_to_the_fallback() {
    let server = TestServer::listening(ServerBuilder::new());
    let answer = HttpClient::open(server.address).get("/index.html");
    assert_eq!(answer.status, 404);
    let builder = ServerBuilder::new().fallback(|request| {
        http::Response::new(bytes::Bytes::from(format!(
            "you asked for {}",
            request.uri()
        )))
    });
    let server = TestServer::listening(builder);
    let answer = HttpClient::open(server.address).get("/index.html?a=b");
    assert_eq!(text(&answer), "you asked for /index.html?a=b");
}

fn the_browser_client_is_served_if_there_is_one() {
    let target = "/socket.io/socket.io.js";
    let server = TestServer::of([]);
    assert_eq!(HttpClient::open(server.address).get(target).status, 404);
    let server = TestServer::start(ServerBuilder::new().client_script("var io;"));
    let answer = HttpClient::open(server.address).get(target);
    assert_eq!((answer.status, text(&answer)), (200, "var io;"));
    assert_eq!(
        answer.header("Content-Type"),
        Some("application/javascript")
    );
}
