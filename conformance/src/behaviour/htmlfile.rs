//! htmlfile: a document that does not end.

use std::time::{Duration, Instant};

use socketio_server::{
    DisconnectReason, Namespace, Origins, SendError, ServerBuilder, ServerLimits, SessionLimits,
    Socket, State, Text, TransportName,
};

use crate::client::{Client, Transport, WebSocket, handshake};
use crate::htmlfile_client::HtmlFile;
use crate::http_client::{HttpClient, text};
use crate::journal::Pen;
use crate::replay::raw_http::read_head;
use crate::server::TestServer;
use crate::waiting::{PATIENCE, eventually, in_background, wait_for};

tests![
    the_document_begins_at_once_and_says_what_it_is,
    nothing_in_a_packet_is_taken_for_markup_or_a_line_end,
    a_client_that_ends_the_stream_has_left,
    a_stream_that_breaks_can_be_taken_up_again,
    an_unknown_session_is_told_so_in_a_document_that_ends,
    heartbeats_go_over_the_stream,
    a_heartbeat_that_stays_unanswered_ends_the_stream,
    a_transport_that_takes_over_ends_the_stream,
    what_a_blocked_stream_could_not_write_goes_to_the_transport_that_takes_over,
    what_a_blocked_stream_has_written_of_many_small_messages_does_not_come_twice,
    a_stream_ends_with_a_goodbye_when_the_server_does,
    a_stream_that_is_not_read_takes_no_more_than_its_outbox,
    a_stream_that_is_left_unread_for_too_long_is_cut_off,
    a_client_of_http_1_0_reads_until_the_end,
    other_methods_have_no_meaning,
    frames_in_pages_of_other_sites_stay_empty,
];

fn builder() -> ServerBuilder {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
            pen.note(format_args!("{reason:?}"));
        });
    ServerBuilder::new().namespace(namespace)
}

fn the_document_begins_at_once_and_says_what_it_is() {
    let (server, _journal) = TestServer::noting(builder());
    let mut client = Client::connect(&server, Transport::HtmlFile);
    let head = &client.htmlfile().head;
    for (name, value) in [
        ("Content-Type", Some("text/html; charset=UTF-8")),
        ("Transfer-Encoding", Some("chunked")),
        ("Cache-Control", Some("no-store")),
        ("X-Content-Type-Options", Some("nosniff")),
        ("X-Frame-Options", None),
        ("Access-Control-Allow-Origin", None),
    ] {
        assert_eq!(head.header(name), value, "{name}");
    }
}

fn nothing_in_a_packet_is_taken_for_markup_or_a_line_end() {
    let (server, _journal) = TestServer::noting(builder());
    let mut client = Client::connect(&server, Transport::HtmlFile);
    for message in [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "\u{2028}\u{2029}\"\\'\n\r\u{0}\u{1F600}",
        "",
    ] {
        let packet = match message {
            "" => "3::".to_owned(),
            _ => format!("3:::{message}"),
        };
        client.send(&packet);
        let element = client.htmlfile().next_element();
        let (begin, end) = ("<script>_(\"", "\");</script>");
        let inside = element
            .strip_prefix(begin)
            .and_then(|it| it.strip_suffix(end));
        let inside = inside.unwrap_or_else(|| panic!("no script element: {element}"));
        let harmful = ['<', '\n', '\r', '\u{2028}', '\u{2029}'];
        assert!(!inside.contains(harmful), "{inside}");
        let read: String = serde_json::from_str(&format!("\"{inside}\"")).expect("JSON");
        assert_eq!(read, packet);
    }
}

fn a_client_that_ends_the_stream_has_left() {
    let (server, journal) = TestServer::noting_listening(builder());
    let client = Client::connect(&server, Transport::HtmlFile);
    drop(client);
    journal.expect("TransportClosed");
    server.wait_until_deserted();
}

fn a_stream_that_breaks_can_be_taken_up_again() {
    let (server, _journal) = TestServer::noting(builder());
    let sid = handshake(server.address, "");
    let mut breaking = HttpClient::open(server.address);
    breaking.begin("GET", &format!("/socket.io/1/htmlfile/{sid}"), "", "");
    let global = server.handle.of("").expect("the global namespace");
    eventually("it is served", || global.sockets().len() == 1);
    let deadline = Instant::now() + PATIENCE;
    read_head(&mut breaking.connection, deadline).expect("an answer");
    // With unread bytes, the connection is not ended but reset.
    assert_eq!(global.send("never read").queued, 1);
    eventually("there is something unread", || {
        breaking.connection.has_arrivals()
    });
    drop(breaking);
    eventually("the break is noticed", || {
        server.handle.connection_count() == 0
    });
    assert_eq!(global.send("kept").queued, 1);
    let mut again = HtmlFile::open(server.address, &sid);
    assert_eq!(again.next(), "3:::kept");
}

fn an_unknown_session_is_told_so_in_a_document_that_ends() {
    let (server, _journal) = TestServer::noting(builder());
    let mut http = HttpClient::open(server.address);
    let answer = http.get("/socket.io/1/htmlfile/nobody");
    assert_eq!(answer.status, 200);
    assert!(text(&answer).starts_with("<html><body><script>"));
    assert!(text(&answer).ends_with(r#"<script>_("7:::1+0");</script>"#));
    // The connection goes on.
    assert_eq!(http.get("/elsewhere").status, 404);
}

fn heartbeats_go_over_the_stream() {
    let builder = builder().heartbeat_interval(Duration::from_millis(20));
    let (server, _journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::HtmlFile);
    for _ in 0..3 {
        server.clock.running(|| client.expect("2::"));
        client.send("2::");
    }
}

fn a_heartbeat_that_stays_unanswered_ends_the_stream() {
    let builder = builder()
        .heartbeat_interval(Duration::from_millis(20))
        .heartbeat_timeout(Duration::from_millis(50));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::HtmlFile);
    server.clock.run();
    client.expect("2::");
    client.htmlfile().expect_end();
    journal.expect("HeartbeatTimeout");
    drop(client);
    server.wait_until_deserted();
}

fn a_transport_that_takes_over_ends_the_stream() {
    let (server, journal) = TestServer::noting(builder());
    let mut client = Client::connect(&server, Transport::HtmlFile);
    let mut second = HtmlFile::open(server.address, &client.sid);
    client.htmlfile().expect_end();
    client.send("3:::to the second");
    assert_eq!(second.next(), "3:::to the second");
    let mut websocket = WebSocket::open(server.address, &client.sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    second.expect_end();
    // Who was replaced takes nothing with it.
    drop((client, second));
    websocket.send(1, b"3:::still here");
    assert_eq!(websocket.next_frame().payload, b"3:::still here");
    drop(websocket);
    journal.expect("TransportClosed");
}

/// The number of a message that begins with one.
fn number_of(packet: &[u8]) -> usize {
    let number = packet[4..].split(|byte| *byte == b'.').next();
    let number = std::str::from_utf8(number.expect("a number"));
    number.expect("digits").parse().expect("a number")
}

fn what_a_blocked_stream_could_not_write_goes_to_the_transport_that_takes_over() {
    const MESSAGES: usize = 32;
    let mut session = SessionLimits::default();
    session.outbox_bytes = 64 << 20;
    let (server, _journal) = TestServer::noting(builder().session_limits(session));
    let mut client = Client::connect(&server, Transport::HtmlFile);
    let everybody = server.handle.of("").expect("the global namespace");
    let padding = "x".repeat(1 << 20);
    for number in 0..MESSAGES {
        let message = format!("{number}.{padding}");
        assert_eq!(everybody.send(&message).queued, 1);
    }
    let mut websocket = WebSocket::open(server.address, &client.sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    let first = number_of(&websocket.next_frame().payload);
    for number in first + 1..MESSAGES {
        assert_eq!(number_of(&websocket.next_frame().payload), number);
    }
    // Everything before had been written to the stream.
    for number in 0..first {
        assert_eq!(number_of(client.htmlfile().next().as_bytes()), number);
    }
}

fn what_a_blocked_stream_has_written_of_many_small_messages_does_not_come_twice() {
    const MESSAGES: usize = 40_000;
    let mut session = SessionLimits::default();
    session.outbox_bytes = 64 << 20;
    session.outbox_packets = MESSAGES;
    let (server, _journal) = TestServer::noting(builder().session_limits(session));
    let mut client = Client::connect(&server, Transport::HtmlFile);
    let everybody = server.handle.of("").expect("the global namespace");
    let padding = "x".repeat(1000);
    for number in 0..MESSAGES {
        let message = format!("{number}.{padding}");
        assert_eq!(everybody.send(&message).queued, 1);
    }
    let mut websocket = WebSocket::open(server.address, &client.sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    let first = number_of(&websocket.next_frame().payload);
    let written = client.htmlfile().rest();
    let numbers = written.iter().map(|packet| number_of(packet.as_bytes()));
    assert!(numbers.eq(0..first), "{}, not {first}", written.len());
}

fn a_stream_ends_with_a_goodbye_when_the_server_does() {
    let (server, journal) = TestServer::noting(builder());
    let mut client = Client::connect(&server, Transport::HtmlFile);
    let everybody = server.handle.of("").expect("the global namespace");
    assert_eq!(everybody.send("last").queued, 1);
    let handle = server.handle.clone();
    let complete = in_background(async move { handle.shutdown(PATIENCE).await });
    client.expect("3:::last");
    client.expect("0::");
    client.htmlfile().expect_end();
    journal.expect("ShuttingDown");
    drop(client);
    assert!(wait_for(complete).expect("a shutdown"));
}

/// Waits no longer than this for anybody.
fn impatient(outbox_bytes: usize, patience: Duration) -> ServerBuilder {
    let mut session = SessionLimits::default();
    session.outbox_bytes = outbox_bytes;
    // The connection for posts is idle, and so is the other one if all of it fits into sockets.
    let limits = ServerLimits::default()
        .unread_response_timeout(patience)
        .request_head_timeout(patience);
    builder()
        .session_limits(session)
        .limits(limits)
        .transports([TransportName::HtmlFile])
        .heartbeat_interval(None)
        .close_timeout(patience)
}

fn a_stream_that_is_not_read_takes_no_more_than_its_outbox() {
    let outbox = 1 << 20;
    let patience = Duration::from_secs(3);
    let (server, journal) = TestServer::noting_listening(impatient(outbox, patience));
    let client = Client::connect(&server, Transport::HtmlFile);
    let global = server.handle.of("").expect("the global namespace");
    let socket = global.sockets().pop().expect("a client");
    let text = "x".repeat(64 << 10);
    let mut taken = 0;
    while let Ok(_) | Err(SendError::Serialize(_)) = socket.send(&text) {
        taken += text.len();
        // What sockets of both sides can hold between them, generously.
        assert!(taken < outbox + (32 << 20), "the outbox has no end");
        // The server's writer gets its turn.
        std::thread::yield_now();
    }
    journal.expect("SlowConsumer");
    // It still does not read, and is waited for no longer.
    server.wait_until_deserted();
    drop(client);
}

fn a_stream_that_is_left_unread_for_too_long_is_cut_off() {
    let patience = Duration::from_millis(100);
    let (server, journal) = TestServer::noting_listening(impatient(64 << 20, patience));
    let client = Client::connect(&server, Transport::HtmlFile);
    let everybody = server.handle.of("").expect("the global namespace");
    let text = "x".repeat(1 << 20);
    for _ in 0..32 {
        assert_eq!(everybody.send(&text).queued, 1);
    }
    // It may come back, and does not.
    server.clock.run();
    journal.expect("CloseTimeout");
    server.wait_until_deserted();
    drop(client);
}

fn a_client_of_http_1_0_reads_until_the_end() {
    let (server, _journal) = TestServer::noting_listening(builder());
    let mut http = HttpClient::open(server.address);
    let sid = handshake(server.address, "");
    http.send(&format!("GET /socket.io/1/htmlfile/{sid} HTTP/1.0\r\n\r\n"));
    let everybody = server.handle.of("").expect("the global namespace");
    eventually("it is served", || !everybody.sockets().is_empty());
    for socket in everybody.sockets() {
        socket.disconnect_session();
    }
    let answer = http.answer("GET");
    assert_eq!(answer.header("Transfer-Encoding"), None);
    assert!(text(&answer).ends_with(r#"<script>_("0::");</script>"#));
}

fn other_methods_have_no_meaning() {
    let (server, _journal) = TestServer::noting(builder());
    let sid = handshake(server.address, "");
    let target = format!("/socket.io/1/htmlfile/{sid}");
    for (method, status) in [("HEAD", 405), ("PUT", 405), ("OPTIONS", 200)] {
        let answer = HttpClient::open(server.address).request(method, &target, "", "");
        assert_eq!(answer.status, status, "{method}");
    }
    // None of them took the session up.
    Client::resume(&server, Transport::HtmlFile, sid);
}

fn frames_in_pages_of_other_sites_stay_empty() {
    let (server, _journal) = TestServer::noting(builder());
    let sid = handshake(server.address, "");
    let target = format!("/socket.io/1/htmlfile/{sid}");
    for headers in [
        "Origin: http://evil.example\r\n",
        "Referer: http://evil.example/page\r\n",
    ] {
        let answer = HttpClient::open(server.address).request("GET", &target, headers, "");
        assert_eq!(answer.status, 403, "{headers}");
    }
    let listed = builder().origins(Origins::list(["http://good.example"]));
    let (server, _journal) = TestServer::noting(listed);
    let headers = "Referer: http://good.example/page\r\n";
    let target = "/socket.io/1/htmlfile/nobody";
    let answer = HttpClient::open(server.address).request("GET", target, headers, "");
    assert_eq!(answer.status, 200);
}
