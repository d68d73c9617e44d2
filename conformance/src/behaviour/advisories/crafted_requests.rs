//! Requests that were made up to bring a server down, and connections that break anywhere.

use socketio_server::{Namespace, ServerBuilder, Socket, Text, TransportName};

use super::{HTTP_TRANSPORTS, WEBSOCKETS};
use crate::client::{Client, Transport, handshake, upgrade_request};
use crate::http_client::{HttpClient, text};
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{SHORT, TestServer, with_close_timeout};

tests![
    cve_2022_21676_no_request_line_brings_the_server_down,
    cve_2022_41940_connections_may_be_reset_at_every_byte,
    cve_2023_31125_transports_may_be_asked_for_what_others_do,
    cve_2023_43669_a_head_that_never_ends_is_refused,
    cve_2024_37890_more_headers_than_anybody_needs_are_refused,
    cve_2021_32640_protocols_of_websockets_are_not_looked_at,
    ghsa_5v72_xg48_5rpm_extensions_of_websockets_are_not_looked_at,
    paths_lead_to_no_files,
];

fn echoing() -> ServerBuilder {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    ServerBuilder::new()
        .namespace(namespace)
        .transports(TransportName::ALL)
}

/// An honest client is served as if nothing had happened.
#[track_caller]
fn expect_serving(server: &TestServer) {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut client = Client::connect(server, transport);
        client.send("3:::hello");
        client.expect("3:::hello");
        client.send("0::");
    }
}

fn cve_2022_21676_no_request_line_brings_the_server_down() {
    let server = TestServer::listening(echoing());
    let sid = handshake(server.address, "");
    let targets = [
        "/socket.io/",
        "/socket.io/1",
        "/socket.io/1/%00",
        "/socket.io/1/%",
        "/socket.io/1/%ff%fe/%e2%82",
        "/socket.io/1/websocket/%2f%2e%2e%2f",
        "/socket.io/1/xhr-polling/../../1/",
        "/socket.io/1//",
        "/socket.io/1/xhr-polling//",
        "/socket.io/1/?jsonp=%00&t=%",
        "/socket.io/1/?jsonp&jsonp=&=&&&",
        "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=3&transport=websocket&sid=../../x",
        "/socket.io/18446744073709551616/",
        "//socket.io//1//",
        "/socket.io/1/__proto__/__proto__?__proto__=1",
        "*",
        "http://other.example/socket.io/1/",
        "other.example:443",
        "socket.io/1/",
        "/socket.io/1/ HTTP/1.1 GET",
        "/socket.io/1/\u{1}",
        "/socket.io/1/\u{fffd}",
    ];
    let methods = [
        "GET", "POST", "OPTIONS", "HEAD", "CONNECT", "PRI", "get", "X-", "G\u{0}T",
    ];
    for target in targets {
        for method in methods {
            let mut http = HttpClient::open(server.address);
            http.send(&format!("{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
            let status = http.answer(method).status;
            assert!((200..600).contains(&status), "{method} {target}: {status}");
        }
    }
    for line in [
        "GET / HTTP/9.9",
        "GET / HTTP/1.1 ",
        "GET /",
        "/",
        "HTTP/1.1 200 OK",
        "\u{16}\u{3}\u{1}",
        "\u{0}",
    ] {
        let mut http = HttpClient::open(server.address);
        http.send(&format!("{line}\r\nHost: x\r\n\r\n"));
        assert_eq!(http.answer("GET").status, 400, "{line:?}");
        http.expect_end();
    }
    // The first byte of what no HTTP/1 begins with; a preface of HTTP/2.
    let mut http = HttpClient::open(server.address);
    http.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    http.connection
        .wait(std::time::Instant::now() + crate::waiting::PATIENCE);
    assert!(
        server
            .handle
            .session(&socketio_server::SessionId::parse(&sid).expect("an id"))
            .is_some()
    );
    expect_serving(&server);
}

/// Each beginning of `bytes` on a connection of its own, which is then reset.
fn reset_everywhere(server: &TestServer, bytes: impl Fn() -> Vec<u8>) {
    for length in 0..=bytes().len() {
        let mut http = HttpClient::open(server.address);
        http.connection
            .send(&bytes()[..length])
            .expect("an open connection");
        http.connection.reset();
    }
}

fn cve_2022_41940_connections_may_be_reset_at_every_byte() {
    let builder = with_close_timeout(echoing().handshake_timeout(SHORT), SHORT);
    let server = TestServer::listening(builder);
    let frames = [
        frame_bytes(TEXT, true, true, b"3:::one"),
        frame_bytes(TEXT, false, true, b"3:::t"),
        frame_bytes(8, true, true, &[3, 232]),
    ];
    let frames = frames.concat();
    // A session for every byte at which a websocket breaks off.
    reset_everywhere(&server, || {
        let sid = handshake(server.address, "");
        let mut bytes = upgrade_request(server.address, &sid, "").into_bytes();
        bytes.extend(&frames);
        bytes
    });
    let sid = handshake(server.address, "");
    for transport in HTTP_TRANSPORTS {
        let target = format!("/socket.io/1/{transport}/{sid}");
        let get = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
        let body = "d=%223%3A%3A%3Ax%22";
        let post = format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        reset_everywhere(&server, || get.clone().into_bytes());
        reset_everywhere(&server, || post.clone().into_bytes());
    }
    expect_serving(&server);
    server.wait_until_deserted();
}

fn cve_2023_31125_transports_may_be_asked_for_what_others_do() {
    let server = TestServer::listening(echoing());
    let mut client = Client::connect(&server, Transport::Polling);
    let sid = client.sid.clone();
    for name in WEBSOCKETS {
        for method in ["GET", "POST", "HEAD", "PUT"] {
            let target = format!("/socket.io/1/{name}/{sid}");
            let answer = HttpClient::open(server.address).request(method, &target, "", "");
            assert_eq!(answer.status, 426, "{method} {name}");
        }
    }
    for name in HTTP_TRANSPORTS {
        for method in ["PUT", "HEAD", "DELETE", "TRACE"] {
            let target = format!("/socket.io/1/{name}/{sid}");
            let answer = HttpClient::open(server.address).request(method, &target, "", "");
            assert_eq!(answer.status, 405, "{method} {name}");
        }
        // An upgrade where none is spoken of is a request like any other: here for nobody's poll.
        let request = upgrade_request(server.address, "nobody", "");
        let request = request.replacen("/websocket/", &format!("/{name}/"), 1);
        let mut http = HttpClient::open(server.address);
        let request = request.replacen("\r\n", &format!("\r\n{}", http.referer()), 1);
        http.send(&request);
        assert_eq!(http.answer("GET").status, 200, "{name}");
    }
    client.send("3:::hello");
    client.expect("3:::hello");
}

fn cve_2023_43669_a_head_that_never_ends_is_refused() {
    let server = TestServer::listening(echoing());
    // A line that goes on with the one before may be seen before the head is too large.
    let (large, folded) = (&[431][..], &[400, 431][..]);
    let pieces = [
        ("X: x\r\n", large),
        ("x", large),
        (" ", large),
        ("\r\n ", folded),
    ];
    for (piece, refused) in pieces {
        let sid = handshake(server.address, "");
        let request = upgrade_request(server.address, &sid, "X-Long: ");
        let mut http = HttpClient::open(server.address);
        http.send(request.trim_end());
        // Byte by byte, and no further than the server cares to read.
        for _ in 0..20_000 {
            if http.connection.send(piece.as_bytes()).is_err() {
                break;
            }
        }
        let status = http.answer("GET").status;
        assert!(refused.contains(&status), "{piece:?}: {status}");
        http.expect_end();
    }
    expect_serving(&server);
}

fn cve_2024_37890_more_headers_than_anybody_needs_are_refused() {
    let server = TestServer::listening(echoing());
    let sid = handshake(server.address, "");
    for (count, status) in [(90, 101), (100, 431), (1000, 431), (2000, 431)] {
        let headers: String = (0..count).map(|_| "a: \r\n").collect();
        let mut http = HttpClient::open(server.address);
        http.send(&upgrade_request(server.address, &sid, &headers));
        assert_eq!(http.answer("GET").status, status, "{count} headers");
    }
    expect_serving(&server);
}

fn cve_2021_32640_protocols_of_websockets_are_not_looked_at() {
    let values = [
        format!("b{}x", " ".repeat(12_000)),
        ",".repeat(12_000),
        "x,".repeat(6000),
    ];
    expect_ignored(&["Sec-WebSocket-Protocol", "Accept"], &values);
}

fn ghsa_5v72_xg48_5rpm_extensions_of_websockets_are_not_looked_at() {
    let values = [
        "constructor".to_owned(),
        "__proto__; hasOwnProperty=1, toString".to_owned(),
        "x; constructor; constructor=\"".to_owned(),
        "permessage-deflate; x=1, ".repeat(400),
    ];
    expect_ignored(&["Sec-WebSocket-Extensions"], &values);
}

/// A websocket opens, whatever its client asks for in these headers, and nothing of it is granted.
fn expect_ignored(headers: &[&str], values: &[String]) {
    let server = TestServer::listening(echoing());
    for value in values {
        for name in headers {
            let sid = handshake(server.address, "");
            let asked = format!("{name}: {value}\r\n");
            let mut http = HttpClient::open(server.address);
            http.send(&upgrade_request(server.address, &sid, &asked));
            let head = http.head();
            assert_eq!(head.status, 101, "{name}");
            assert_eq!(head.header("Sec-WebSocket-Protocol"), None);
            assert_eq!(head.header("Sec-WebSocket-Extensions"), None);
        }
    }
    expect_serving(&server);
}

fn paths_lead_to_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = folder.path().join("served");
    std::fs::create_dir(&served).expect("room for a folder");
    for (file, content) in [
        (served.join("socket.io.js"), "var io;"),
        (served.join("beside.js"), "secret"),
        (folder.path().join("above.js"), "secret"),
    ] {
        std::fs::write(file, content).expect("room for a file");
    }
    let builder = echoing().client_script_file(served.join("socket.io.js"));
    let server = TestServer::listening(builder);
    let script = HttpClient::open(server.address).get("/socket.io/socket.io.js");
    assert_eq!(text(&script), "var io;");
    for path in [
        "beside.js",
        "socket.io.js/../beside.js",
        "static/../beside.js",
        "../above.js",
        "%2e%2e/above.js",
        "static/../../above.js",
        "static/..%2f..%2fabove.js",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "static/../../../../etc/passwd",
        "static/..%2f..%2f..%2fetc%2fpasswd",
        "static/flashsocket/../../../Cargo.toml",
        "socket.io.js/../../../Cargo.toml",
        "socket.io.js%00",
        "..\\..\\Cargo.toml",
    ] {
        let target = format!("/socket.io/{path}");
        let answer = HttpClient::open(server.address).get(&target);
        assert!(!text(&answer).contains("secret"), "{path}: {answer:?}");
        assert!(
            answer.status != 200 || text(&answer) == "Welcome to socket.io.",
            "{path}: {answer:?}"
        );
    }
}
