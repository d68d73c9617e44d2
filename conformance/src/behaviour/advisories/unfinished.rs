//! What somebody begins and never ends is given up.

use socketio_server::{Namespace, ServerBuilder, TransportName};

use super::HTTP_TRANSPORTS;
use crate::client::{handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::replay::connection::Connection;
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{TestServer, impatient};
use crate::waiting::eventually;

tests![
    socketioxide_731_an_upgrade_may_be_abandoned_at_every_step,
    slow_posts_are_given_up_on_every_transport,
    slow_readers_are_given_up_on_every_transport,
];

fn server() -> TestServer {
    let builder = ServerBuilder::new()
        .namespace(Namespace::global())
        .transports(TransportName::ALL);
    TestServer::listening(impatient(builder))
}

/// A client that still is there, says nothing more, and has stopped after `bytes`.
fn stopped(server: &TestServer, bytes: &[u8]) -> Connection {
    let mut http = HttpClient::open(server.address);
    // What the server has given up already takes nothing more.
    let _ = http.connection.send(bytes);
    http.connection
}

fn socketioxide_731_an_upgrade_may_be_abandoned_at_every_step() {
    let server = server();
    let request = |sid: &str| upgrade_request(server.address, sid, "");
    let whole = request(&handshake(server.address, "")).len();
    let frame = frame_bytes(TEXT, true, true, b"1::/chat");
    let close = frame_bytes(8, true, true, &[3, 232]);
    let mut left = Vec::new();
    // In the request line, in every line behind it, in frames, behind the close frame.
    let steps = (0..whole).step_by(7).chain([whole - 2, whole - 1]);
    for step in steps {
        let sid = handshake(server.address, "");
        left.push(stopped(&server, &request(&sid).as_bytes()[..step]));
    }
    for frames in [
        Vec::new(),
        frame[..1].to_vec(),
        frame[..5].to_vec(),
        frame[..frame.len() - 1].to_vec(),
        frame.clone(),
        frame_bytes(TEXT, false, true, b"3:::"),
        frame_bytes(9, true, true, b"ping"),
        close.clone(),
        [frame, close].concat(),
    ] {
        let sid = handshake(server.address, "");
        left.push(stopped(
            &server,
            &[request(&sid).as_bytes(), &*frames].concat(),
        ));
    }
    // During an upgrade of a client that polls, too.
    for step in [whole / 2, whole] {
        let sid = handshake(server.address, "");
        let poll = format!("GET /socket.io/1/xhr-polling/{sid} HTTP/1.1\r\nHost: x\r\n\r\n");
        left.push(stopped(&server, poll.as_bytes()));
        left.push(stopped(&server, &request(&sid).as_bytes()[..step]));
    }
    server.wait_until_deserted();
    drop(left);
}

fn slow_posts_are_given_up_on_every_transport() {
    let server = server();
    let sid = handshake(server.address, "");
    let mut left = Vec::new();
    for transport in HTTP_TRANSPORTS {
        for body in [
            "Content-Length: 100\r\n\r\n",
            "Content-Length: 100\r\n\r\nd=%22",
            "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n3:::",
            "Transfer-Encoding: chunked\r\n\r\n5;x=",
        ] {
            let target = format!("/socket.io/1/{transport}/{sid}");
            let post = format!("POST {target} HTTP/1.1\r\nHost: x\r\n{body}");
            left.push(stopped(&server, post.as_bytes()));
        }
    }
    server.eventually("nothing is left of them", || {
        server.handle.connection_count() == 0
    });
    drop(left);
}

fn slow_readers_are_given_up_on_every_transport() {
    let server = server();
    let everybody = server.handle.of("").expect("the global namespace");
    let mut left = Vec::new();
    for transport in HTTP_TRANSPORTS {
        let sid = handshake(server.address, "");
        let mut http = HttpClient::open_narrow(server.address);
        let headers = http.referer();
        let target = format!("/socket.io/1/{transport}/{sid}");
        http.begin("GET", &target, &headers, "");
        left.push(http.connection);
    }
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open_narrow(server.address);
    http.send(&upgrade_request(server.address, &sid, ""));
    left.push(http.connection);
    eventually("all of them are greeted", || everybody.sockets().len() == 5);
    // Those that poll are answered with it, when they come again.
    everybody.send(&"x".repeat(900_000));
    server.wait_until_deserted();
    drop(left);
}
