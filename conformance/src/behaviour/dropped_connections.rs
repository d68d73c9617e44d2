//! Connections that end, or stop, anywhere.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use socketio_server::{Namespace, ServerBuilder, ServerLimits, Socket, Text};

use crate::client::{Client, Transport, WebSocket, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{SHORT, TestServer, with_close_timeout};
use crate::waiting::eventually;

tests![
    requests_may_end_anywhere,
    websockets_may_end_anywhere,
    a_websocket_that_breaks_can_be_taken_up_again,
    who_does_not_read_an_answer_is_not_waited_for_without_end,
    a_fallback_that_panics_is_an_answer,
];

fn echoing() -> Namespace {
    Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
}

/// Sends every beginning of `bytes`, each on a connection of its own that ends then.
fn send_beginnings(server: &TestServer, bytes: &[u8]) {
    for length in 0..=bytes.len() {
        let mut http = HttpClient::open(server.address);
        http.connection
            .send(&bytes[..length])
            .expect("an open connection");
    }
}

fn requests_may_end_anywhere() {
    let builder = ServerBuilder::new()
        .namespace(echoing())
        .handshake_timeout(SHORT);
    let server = TestServer::listening(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    send_beginnings(
        &server,
        b"GET /socket.io/1/?t=1 HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    let poll = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    send_beginnings(&server, poll.as_bytes());
    let post = format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n3:::post");
    let (beginning, _) = post.split_at(post.len() - 1);
    send_beginnings(&server, beginning.as_bytes());
    // Connections are accepted in order: when this one is served, all others were seen.
    assert_eq!(
        HttpClient::open(server.address).get("/elsewhere").status,
        404
    );
    eventually("only the client's own are left", || {
        server.handle.connection_count() == 2
    });
    client.send("3:::whole");
    client.expect("3:::whole");
    client.send("0::");
    drop(client);
    server.wait_until_deserted();
}

fn websockets_may_end_anywhere() {
    let builder = ServerBuilder::new()
        .namespace(echoing())
        .handshake_timeout(Duration::from_millis(100));
    let builder = with_close_timeout(builder, Duration::from_millis(100));
    let server = TestServer::start(builder);
    let frames = [
        frame_bytes(TEXT, true, true, b"3:::one"),
        frame_bytes(TEXT, false, true, b"3:::"),
        frame_bytes(9, true, true, b"ping"),
        frame_bytes(0, true, true, b"two"),
    ];
    let frames = frames.concat();
    for length in 0..=frames.len() {
        let sid = handshake(server.address, "");
        let mut request = upgrade_request(server.address, &sid, "").into_bytes();
        request.extend(&frames[..length]);
        let mut http = HttpClient::open(server.address);
        http.connection.send(&request).expect("an open connection");
    }
    let sid = handshake(server.address, "");
    send_beginnings(
        &server,
        upgrade_request(server.address, &sid, "").as_bytes(),
    );
    server.wait_until_deserted();
}

fn a_websocket_that_breaks_can_be_taken_up_again() {
    let server = TestServer::of([echoing()]);
    let sid = handshake(server.address, "");
    let mut breaking = TcpStream::connect(server.address).expect("a connection");
    let request = upgrade_request(server.address, &sid, "");
    breaking
        .write_all(request.as_bytes())
        .expect("an open connection");
    let greeted = || {
        let mut buffer = [0; 1024];
        let length = breaking.peek(&mut buffer).expect("an open connection");
        buffer[..length].ends_with(b"1::")
    };
    eventually("it is greeted", greeted);
    // With unread bytes, the connection is not ended but reset.
    drop(breaking);
    eventually("the break is noticed", || {
        server.handle.connection_count() == 0
    });
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("kept").queued, 1);
    let mut websocket = WebSocket::open(server.address, &sid);
    assert_eq!(websocket.next_frame().payload, b"3:::kept");
}

fn who_does_not_read_an_answer_is_not_waited_for_without_end() {
    let mut limits = ServerLimits::default();
    limits.unread_response_timeout = Duration::from_millis(50);
    let builder = ServerBuilder::new()
        .limits(limits)
        .client_script(vec![b' '; 32 << 20]);
    let server = TestServer::listening(builder);
    let mut http = HttpClient::open(server.address);
    http.begin("GET", "/socket.io/socket.io.js", "", "");
    eventually("it is accepted", || server.handle.connection_count() == 1);
    server.wait_until_deserted();
}

fn a_fallback_that_panics_is_an_answer() {
    let builder = ServerBuilder::new().fallback(|_| panic!("secret"));
    let server = TestServer::listening(builder);
    let mut http = HttpClient::open(server.address);
    let answer = http.get("/elsewhere");
    assert_eq!(
        (answer.status, &*answer.body),
        (500, &b"internal error"[..])
    );
    assert_eq!(http.get("/socket.io/1/").status, 200);
}
