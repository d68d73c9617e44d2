//! Requests that two servers in a row would take apart differently. What a proxy takes for one
//! request must not be two here, and the other way round.

use socketio_server::{Namespace, ServerBuilder, Socket, Text};

use crate::client::{Client, Transport, handshake};
use crate::http_client::HttpClient;
use crate::server::TestServer;

tests![
    lengths_that_contradict_each_other_are_refused,
    a_body_in_chunks_is_the_last_of_its_connection,
    chunks_that_are_none_are_refused,
    headers_that_can_be_read_in_two_ways_are_refused,
    a_line_may_end_in_a_line_feed_alone,
    what_follows_a_body_that_nobody_reads_is_no_request,
];

/// A post to a session of nobody, with these headers. Whatever `rest` is, a request for
/// `/elsewhere` stands behind it.
fn post(server: &TestServer, headers: &str, rest: &str) -> HttpClient {
    let mut http = HttpClient::open(server.address);
    http.send(&format!(
        "POST /socket.io/1/xhr-polling/nobody HTTP/1.1\r\nHost: x\r\n{headers}\r\n{rest}{BEHIND}"
    ));
    http
}

const BEHIND: &str = "GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n";

fn server() -> TestServer {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    TestServer::listening(ServerBuilder::new().namespace(namespace))
}

#[track_caller]
fn expect_refused(mut http: HttpClient, what: &str) {
    assert_eq!(http.answer("POST").status, 400, "{what:?}");
    http.expect_end();
}

fn lengths_that_contradict_each_other_are_refused() {
    let server = server();
    for headers in [
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Content-Length: 3, 4\r\n",
        "Content-Length: +3\r\n",
        "Content-Length: -3\r\n",
        "Content-Length: 0x3\r\n",
        "Content-Length: 3 \u{b}\r\n",
        "Content-Length:\r\n",
        "Content-Length: 99999999999999999999\r\n",
    ] {
        expect_refused(post(&server, headers, "2::"), headers);
    }
    // Twice the same is one length.
    let same = "Content-Length: 3\r\nContent-Length: 3\r\n";
    let mut http = post(&server, same, "2::");
    assert_eq!(http.answer("POST").status, 200);
    assert_eq!(http.answer("GET").status, 404);
}

fn a_body_in_chunks_is_the_last_of_its_connection() {
    let server = server();
    let mut client = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    for headers in [
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    ] {
        let mut http = HttpClient::open(server.address);
        http.send(&format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n9\r\n3:::chunk\r\n0\r\n\r\n{BEHIND}"
        ));
        let answer = http.answer("POST");
        assert_eq!(answer.status, 200, "{headers:?}");
        assert_eq!(answer.header("Connection"), Some("close"), "{headers:?}");
        http.expect_end();
        client.expect("3:::chunk");
    }
}

fn chunks_that_are_none_are_refused() {
    let server = server();
    for headers in [
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u{b}chunked\r\n",
    ] {
        expect_refused(post(&server, headers, "0\r\n\r\n"), headers);
    }
    for chunks in [
        "-1\r\n",
        "0x3\r\n2::\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n2::\r\n",
        "3\r\n2::0\r\n",
    ] {
        expect_refused(
            post(&server, "Transfer-Encoding: chunked\r\n", chunks),
            chunks,
        );
    }
    // Of HTTP/1.0 there are no chunks.
    let mut http = HttpClient::open(server.address);
    http.send(&format!(
        "POST /socket.io/1/xhr-polling/nobody HTTP/1.0\r\nHost: x\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{BEHIND}"
    ));
    expect_refused(http, "HTTP/1.0");
}

fn headers_that_can_be_read_in_two_ways_are_refused() {
    let server = server();
    for headers in [
        "X: a\r\n Content-Length: 3\r\n",
        "X: a\r\n\tfolded\r\n",
        " Content-Length: 3\r\n",
        "Content-Length : 3\r\n",
        "Content-Length\r\n",
        "Content\u{0}Length: 3\r\n",
        "X: a\rContent-Length: 3\r\n",
        "X: a\u{0}\r\n",
        ": a\r\n",
    ] {
        expect_refused(post(&server, headers, ""), headers);
    }
}

/// RFC 9112, 2.2 lets a server read it so, and the next request begins where it does for others
/// that read it so. A proxy that does not passes no such head on.
fn a_line_may_end_in_a_line_feed_alone() {
    let server = server();
    let mut http = HttpClient::open(server.address);
    http.send("POST /socket.io/1/xhr-polling/nobody HTTP/1.1\nHost: x\nContent-Length: 3\n\n2::");
    http.send(BEHIND);
    assert_eq!(http.answer("POST").status, 200);
    assert_eq!(http.answer("GET").status, 404);
    // In a body in chunks, nothing does.
    let chunks = "3\n2::\n0\n\n";
    expect_refused(
        post(&server, "Transfer-Encoding: chunked\r\n", chunks),
        chunks,
    );
}

fn what_follows_a_body_that_nobody_reads_is_no_request() {
    let server = server();
    let sid = handshake(server.address, "");
    for (method, target, status) in [
        ("POST", "/socket.io/1/".to_owned(), 200),
        ("GET", "/elsewhere".to_owned(), 404),
        ("GET", "/socket.io/1/xhr-polling/nobody".to_owned(), 200),
        ("PUT", format!("/socket.io/1/xhr-polling/{sid}"), 405),
        ("POST", format!("/socket.io/1/websocket/{sid}"), 426),
    ] {
        let before = server.handle.session_count();
        let mut http = HttpClient::open(server.address);
        // A body that is a request for a handshake, whole and within its length.
        let body = "GET /socket.io/1/ HTTP/1.1\r\nHost: x\r\n\r\n";
        let answer = http.request(method, &target, "", body);
        assert_eq!(answer.status, status, "{method} {target}");
        let made = usize::from(target == "/socket.io/1/");
        http.connection.finish();
        http.expect_end();
        assert_eq!(server.handle.session_count(), before + made, "{target}");
    }
}
