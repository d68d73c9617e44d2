//! Frames of websockets that were made up to take memory, time, or somebody else's bytes.

use std::time::{Duration, Instant};

use socketio_server::{
    DisconnectReason, Namespace, ServerBuilder, ServerLimits, Socket, State, Text,
};

use crate::client::{Client, Transport, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::journal::{Journal, Pen};
use crate::replay::raw_websocket::{
    BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame_bytes, read_frame,
};
use crate::server::TestServer;
use crate::waiting::PATIENCE;

tests![
    a_message_in_tiny_fragments_arrives_whole,
    cve_2026_62389_a_message_that_never_ends_ends_its_session,
    cve_2026_9675_the_size_of_a_message_is_that_of_its_fragments,
    cve_2016_10518_pings_are_answered_with_their_own_bytes,
    cve_2026_45736_nobody_is_sent_what_others_have_written,
    ghsa_hxp9_w8x3_p566_nothing_is_inflated,
    cve_2026_48804_binary_messages_leave_nothing_behind,
    ghsa_55mf_67qm_4wpg_binary_messages_are_as_limited_as_others,
];

fn server(builder: ServerBuilder) -> (TestServer, Journal) {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
            pen.note(format_args!("{reason:?}"));
        });
    TestServer::noting(builder.namespace(namespace))
}

fn small() -> ServerBuilder {
    let mut limits = ServerLimits::default();
    limits.decode.max_packet_bytes = 1000;
    ServerBuilder::new().limits(limits)
}

fn connected(server: &TestServer) -> Client {
    Client::connect(server, Transport::WebSocket)
}

fn a_message_in_tiny_fragments_arrives_whole() {
    let (server, _journal) = server(ServerBuilder::new());
    let mut client = connected(&server);
    let websocket = client.websocket();
    websocket.send_bytes(&frame_bytes(TEXT, false, true, b"3:::"));
    let empty = frame_bytes(CONTINUATION, false, true, b"").repeat(1000);
    let single = frame_bytes(CONTINUATION, false, true, b"x").repeat(1000);
    for _ in 0..50 {
        websocket.send_bytes(&empty);
        websocket.send_bytes(&single);
    }
    websocket.send_bytes(&frame_bytes(CONTINUATION, true, true, b""));
    client.expect(&format!("3:::{}", "x".repeat(50_000)));
}

fn cve_2026_62389_a_message_that_never_ends_ends_its_session() {
    let builder = ServerBuilder::new()
        .heartbeat_interval(Duration::from_secs(20))
        .heartbeat_timeout(Duration::from_secs(60));
    let (server, journal) = server(builder);
    for fragment in [&b""[..], b"x"] {
        let mut client = connected(&server);
        let websocket = client.websocket();
        websocket.send_bytes(&frame_bytes(TEXT, false, true, b"3:::"));
        let more = frame_bytes(CONTINUATION, false, true, fragment);
        // No heartbeat can be answered in the middle of a message.
        while websocket.connection().send(&more).is_ok() {
            websocket.connection().look();
            server.clock.advance(Duration::from_millis(100));
        }
        drop(client);
        journal.expect("HeartbeatTimeout");
        server.wait_until_deserted();
    }
}

fn cve_2026_9675_the_size_of_a_message_is_that_of_its_fragments() {
    let (server, journal) = server(small());
    for opcode in [TEXT, BINARY] {
        let mut client = connected(&server);
        let websocket = client.websocket();
        websocket.send_bytes(&frame_bytes(opcode, false, true, &[b'x'; 500]));
        websocket.send_bytes(&frame_bytes(CONTINUATION, false, true, &[b'x'; 500]));
        websocket.send_bytes(&frame_bytes(CONTINUATION, true, true, b"x"));
        websocket.expect_close(1009);
        journal.expect("PacketTooLarge");
    }
    // A frame that only says to be large takes no room either.
    for announced in [1001_u64, 1 << 32, u64::MAX >> 1] {
        let mut client = connected(&server);
        let mut frame = vec![0x81, 0xFF];
        frame.extend(announced.to_be_bytes());
        frame.extend([0; 4]);
        client.websocket().send_bytes(&frame);
        client.websocket().expect_close(1009);
        journal.expect("PacketTooLarge");
    }
}

fn cve_2016_10518_pings_are_answered_with_their_own_bytes() {
    let (server, journal) = server(ServerBuilder::new());
    let mut client = connected(&server);
    for length in 0..=125_u8 {
        let payload: Vec<u8> = (0..length).collect();
        client.websocket().send(PING, &payload);
        let pong = client.websocket().next_frame();
        assert_eq!((pong.opcode, pong.payload), (PONG, payload));
    }
    client.websocket().send(PING, &[0; 126]);
    client.websocket().expect_close(1002);
    journal.expect("ProtocolViolation");
}

fn cve_2026_45736_nobody_is_sent_what_others_have_written() {
    let (server, _journal) = server(ServerBuilder::new());
    let secret = format!("3:::{}", "secret ".repeat(1000));
    for round in 0..20 {
        let mut owner = connected(&server);
        owner.send(&secret);
        owner.expect(&secret);
        // In mid-message, when it leaves.
        let frame = frame_bytes(TEXT, true, true, secret.as_bytes());
        owner.websocket().send_bytes(&frame[..frame.len() / 2]);
        drop(owner);
        let mut other = connected(&server);
        let hello = format!("3:::{round}");
        other.send(&hello);
        other.expect(&hello);
        other.websocket().send(8, &[3, 232]);
        let close = other.websocket().next_frame();
        assert_eq!((close.opcode, close.payload), (8, vec![3, 232]));
        other.websocket().expect_end();
    }
}

fn ghsa_hxp9_w8x3_p566_nothing_is_inflated() {
    let (server, journal) = server(ServerBuilder::new());
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    let headers = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    http.send(&upgrade_request(server.address, &sid, headers));
    assert_eq!(http.head().header("Sec-WebSocket-Extensions"), None);
    // With something unread, the end of the connection would be a reset.
    let greeting = read_frame(&mut http.connection, Instant::now() + PATIENCE);
    assert_eq!(greeting.expect("a frame").payload, b"1::");
    drop(http);
    journal.expect("TransportClosed");
    let mut client = connected(&server);
    // "3:::" and many zeros, deflated; the first reserved bit says so.
    let mut frame = frame_bytes(
        TEXT,
        true,
        true,
        b"\x32\xb6\xb2\xb2\x32\x18\x05\xa3\x60\x14\x00",
    );
    frame[0] |= 0x40;
    client.websocket().send_bytes(&frame);
    client.websocket().expect_close(1002);
    journal.expect("ProtocolViolation");
    // Nor is the body of a post: a packet that gzip has wrapped up is none.
    let mut client = Client::connect(&server, Transport::Polling);
    let wrapped =
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x0c\0\xf3\xff3:::inflated\xd4\xf9\x1c\x02\x0c\0\0\0";
    let head = format!(
        "POST /socket.io/1/xhr-polling/{} HTTP/1.1\r\nHost: x\r\n\
         Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        client.sid,
        wrapped.len()
    );
    let mut http = HttpClient::open(server.address);
    let request = [head.as_bytes(), wrapped].concat();
    http.connection.send(&request).expect("an open connection");
    assert_eq!(http.answer("POST").body, b"1");
    let told = client.next();
    assert!(told.contains("invalid_packet"), "{told}");
}

fn cve_2026_48804_binary_messages_leave_nothing_behind() {
    let (server, _journal) = server(ServerBuilder::new());
    let sid = handshake(server.address, "");
    let early = frame_bytes(
        BINARY,
        true,
        true,
        b"451-[\"event\",{\"_placeholder\":true}]",
    );
    let mut websocket = crate::client::WebSocket::open_sending(server.address, &sid, &early);
    assert_eq!(websocket.next_frame().payload, b"1::");
    for _ in 0..100 {
        websocket.send_bytes(&frame_bytes(BINARY, true, true, &[4; 1000]).repeat(100));
    }
    websocket.send(TEXT, b"3:::hello");
    assert_eq!(websocket.next_frame().payload, b"3:::hello");
    // Half of one goes with its connection.
    websocket.send_bytes(&frame_bytes(BINARY, false, true, &[4; 1000]));
    drop(websocket);
    server.wait_until_deserted();
}

fn ghsa_55mf_67qm_4wpg_binary_messages_are_as_limited_as_others() {
    let (server, journal) = server(small());
    let sid = handshake(server.address, "");
    let early = frame_bytes(BINARY, true, true, &[4; 1001]);
    let mut websocket = crate::client::WebSocket::open_sending(server.address, &sid, &early);
    let first = websocket.next_frame();
    // The greeting may be on its way already.
    if first.opcode == TEXT {
        assert_eq!(first.payload, b"1::");
        websocket.expect_close(1009);
    } else {
        assert_eq!(first.opcode, CLOSE);
        assert_eq!(first.payload.get(..2), Some(&1009_u16.to_be_bytes()[..]));
    }
    journal.expect("PacketTooLarge");
    server.wait_until_deserted();
}
