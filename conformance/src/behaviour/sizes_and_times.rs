//! What is too large or too slow.

use std::time::Duration;

use socketio_server::{
    DisconnectReason, Namespace, ServerBuilder, ServerLimits, Socket, State, Text,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::http_client::{HttpClient, text};
use crate::journal::Pen;
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{TestServer, with_close_timeout};

tests![
    a_packet_of_the_largest_size_arrives,
    a_post_that_is_too_large_ends_the_session,
    a_packet_that_is_too_large_in_a_post_that_is_not_is_answered,
    however_many_packets_a_post_brings_all_of_them_arrive,
    json_that_is_too_deep_is_answered,
    a_websocket_message_that_is_too_large_ends_the_session,
    a_body_that_takes_too_long_is_given_up_and_the_session_goes_on,
    a_connection_that_never_says_what_it_wants_is_ended,
    a_head_has_all_its_time_however_long_the_answer_before_took,
    a_head_that_is_too_large_is_refused,
    more_connections_than_allowed_wait_until_one_has_ended,
    a_handshake_that_is_not_taken_up_is_forgotten,
    a_client_that_stops_polling_is_given_up,
    a_client_that_answers_heartbeats_is_sent_the_next,
    a_client_that_leaves_heartbeats_unanswered_is_given_up,
    times_may_be_as_long_as_there_are_any,
];

/// What a body may be longer than a packet, for the framing of a payload.
const FRAMING: usize = 64 << 10;

fn limited(change: impl FnOnce(&mut ServerLimits)) -> ServerBuilder {
    let mut limits = ServerLimits::default();
    change(&mut limits);
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| {
            socket.send(&text.len().to_string()).is_ok()
        })
        .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
            pen.note(format_args!("{reason:?}"));
        });
    ServerBuilder::new().namespace(namespace).limits(limits)
}

fn times_may_be_as_long_as_there_are_any() {
    let limits = ServerLimits::default()
        .request_head_timeout(Duration::MAX)
        .request_body_timeout(Duration::MAX)
        .unread_response_timeout(Duration::MAX)
        .authorization_timeout(Duration::MAX)
        .handler_timeout(Some(Duration::MAX))
        .upload_timeout(Duration::MAX)
        .websocket_close_timeout(Duration::MAX);
    on_each_transport(|transport| {
        let builder = limited(|known| *known = limits.clone())
            .authorize(async |_| Ok(true))
            .handshake_timeout(Duration::MAX);
        let (server, _journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, transport);
        client.send("3:::four");
        client.expect("3:::4");
    });
}

fn message(length: usize) -> String {
    format!("3:::{}", "x".repeat(length - 4))
}

fn a_packet_of_the_largest_size_arrives() {
    on_each_transport(|transport| {
        let builder = limited(|limits| limits.decode.max_packet_bytes = 1000);
        let (server, _journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, transport);
        client.send(&message(1000));
        client.expect("3:::996");
    });
}

fn a_post_that_is_too_large_ends_the_session() {
    let builder = limited(|limits| limits.decode.max_packet_bytes = 1000);
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    let polling = client.polling();
    polling.begin_post(&message(1000 + FRAMING + 1));
    let answer = polling.posts.answer("POST");
    assert_eq!((answer.status, text(&answer)), (413, "payload too large"));
    polling.posts.expect_end();
    journal.expect("PacketTooLarge");
    client.expect("7:::1+0");
}

fn a_packet_that_is_too_large_in_a_post_that_is_not_is_answered() {
    let builder = limited(|limits| limits.decode.max_packet_bytes = 1000);
    let (server, _journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    client.send(&message(1001));
    let error = client.next();
    assert!(error.contains("invalid_packet"), "{error}");
    client.send("3:::hello");
    client.expect("3:::5");
}

fn however_many_packets_a_post_brings_all_of_them_arrive() {
    let noting =
        Namespace::global().on_message(async |State(pen): State<Pen>, Text(text): Text| {
            pen.note(text);
        });
    let (server, journal) = TestServer::noting_of(noting);
    let mut client = Client::connect(&server, Transport::Polling);
    let packets: Vec<String> = (0..5000).map(|number| format!("3:::{number}")).collect();
    let packets: Vec<&str> = packets.iter().map(String::as_str).collect();
    client.send_together(&packets);
    for number in 0..5000 {
        journal.expect(&number.to_string());
    }
}

fn json_that_is_too_deep_is_answered() {
    on_each_transport(|transport| {
        let builder = limited(|limits| limits.decode.max_json_depth = 3);
        let (server, _journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, transport);
        client.ask(1, "event", "[[[[]]]]");
        let error = client.next();
        assert!(error.contains("invalid_packet"), "{error}");
        let answer = client.next();
        assert!(answer.contains("invalid_packet"), "{answer}");
        client.ask(2, "event", "[[[]]]");
        let error = client.next();
        assert!(error.contains("no_such_method"), "{error}");
    });
}

fn a_websocket_message_that_is_too_large_ends_the_session() {
    let builder = || limited(|limits| limits.decode.max_packet_bytes = 1000);
    let (server, journal) = TestServer::noting(builder());
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send(&message(1001));
    client.websocket().expect_close(1009);
    journal.expect("PacketTooLarge");
    drop(client);

    let mut client = Client::connect(&server, Transport::WebSocket);
    let text = message(1001);
    let (one, other) = text.as_bytes().split_at(600);
    client
        .websocket()
        .send_bytes(&frame_bytes(TEXT, false, true, one));
    client
        .websocket()
        .send_bytes(&frame_bytes(0, true, true, other));
    client.websocket().expect_close(1009);
    journal.expect("PacketTooLarge");
    drop(client);
    server.wait_until_deserted();
}

fn a_body_that_takes_too_long_is_given_up_and_the_session_goes_on() {
    let builder = limited(|limits| limits.request_body_timeout = Duration::from_millis(50));
    let (server, _journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    let mut slow = HttpClient::open(server.address);
    slow.send(&format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n3:::"
    ));
    let answer = server.clock.running(|| slow.answer("POST"));
    assert_eq!((answer.status, text(&answer)), (408, "request too slow"));
    slow.expect_end();
    client.send("3:::hello");
    client.expect("3:::5");
}

fn a_connection_that_never_says_what_it_wants_is_ended() {
    let builder = limited(|limits| limits.request_head_timeout = Duration::from_millis(50));
    let (server, _journal) = TestServer::noting_listening(builder);
    let silent = HttpClient::open(server.address);
    let mut halting = HttpClient::open(server.address);
    halting.send("GET /socket.io/1/ HTTP/1.1\r\nHost:");
    let mut idle = HttpClient::open(server.address);
    assert_eq!(idle.get("/socket.io/1/").status, 200);
    server.clock.run();
    for mut connection in [silent, halting, idle] {
        connection.expect_end();
    }
}

fn a_head_has_all_its_time_however_long_the_answer_before_took() {
    let head_timeout = Duration::from_millis(100);
    let builder = limited(|limits| limits.request_head_timeout = head_timeout);
    let builder = builder.polling_duration(2 * head_timeout);
    let (server, _journal) = TestServer::noting_listening(builder);
    let client = Client::connect(&server, Transport::Polling);
    let poll = format!("/socket.io/1/xhr-polling/{}", client.sid);
    let mut kept = HttpClient::open(server.address);
    kept.begin("GET", &poll, "", "");
    let released = server.clock.running(|| kept.answer("GET"));
    assert_eq!(text(&released), "8::");
    assert_eq!(kept.get("/socket.io/1/").status, 200);
    server.clock.run();
    kept.expect_end();
}

fn a_head_that_is_too_large_is_refused() {
    let builder = limited(|limits| limits.request_head_bytes = 8 << 10);
    let (server, _journal) = TestServer::noting_listening(builder);
    let mut http = HttpClient::open(server.address);
    let long = format!("X: {}\r\n", "x".repeat(8 << 10));
    let answer = http.request("GET", "/socket.io/1/", &long, "");
    assert_eq!(answer.status, 431);
    http.expect_end();
    assert_eq!(server.handle.session_count(), 0);
}

fn more_connections_than_allowed_wait_until_one_has_ended() {
    let builder = limited(|limits| limits.connections = 1);
    let (server, _journal) = TestServer::noting_listening(builder);
    let mut first = HttpClient::open(server.address);
    assert_eq!(first.get("/socket.io/1/").status, 200);
    let mut second = HttpClient::open(server.address);
    second.begin("GET", "/socket.io/1/", "", "");
    for _ in 0..50 {
        assert_eq!(first.get("/elsewhere").status, 404);
    }
    second.connection.look();
    assert!(second.connection.unread().is_empty(), "answered too early");
    assert_eq!(server.handle.connection_count(), 1);
    drop(first);
    assert_eq!(second.answer("GET").status, 200);
}

fn a_handshake_that_is_not_taken_up_is_forgotten() {
    let builder = limited(|_| {}).handshake_timeout(Duration::from_millis(50));
    let (server, _journal) = TestServer::noting(builder);
    crate::client::handshake(server.address, "");
    server.wait_until_deserted();
}

fn a_client_that_stops_polling_is_given_up() {
    let builder = with_close_timeout(limited(|_| {}), Duration::from_millis(50));
    let (server, journal) = TestServer::noting(builder);
    let client = Client::connect(&server, Transport::Polling);
    server.clock.run();
    journal.expect("CloseTimeout");
    drop(client);
    server.wait_until_deserted();
}

fn a_client_that_answers_heartbeats_is_sent_the_next() {
    let builder = limited(|_| {}).heartbeat_interval(Duration::from_millis(20));
    let (server, _journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for _ in 0..3 {
        server.clock.running(|| client.expect("2::"));
        client.send("2::");
    }
}

fn a_client_that_leaves_heartbeats_unanswered_is_given_up() {
    let builder = limited(|_| {})
        .heartbeat_interval(Duration::from_millis(20))
        .heartbeat_timeout(Duration::from_millis(50));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    server.clock.run();
    client.expect("2::");
    client.websocket().expect_close(1000);
    journal.expect("HeartbeatTimeout");
    drop(client);
    server.wait_until_deserted();
}
