//! What websockets carry besides packets, and what they must not carry.

use socketio_server::{DisconnectReason, Namespace, Socket, State, Text};

use crate::client::{Client, Transport, WebSocket, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::journal::{Journal, Pen};
use crate::replay::raw_websocket::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame_bytes};
use crate::server::TestServer;

tests![
    what_comes_with_the_request_is_not_lost,
    messages_in_fragments_are_put_together_around_pings,
    frames_may_come_byte_by_byte_and_many_at_once,
    binary_messages_are_ignored,
    a_close_is_answered_and_ends_the_session,
    an_end_without_a_word_ends_the_session,
    a_goodbye_may_be_followed_by_a_close_at_once,
    frames_that_break_the_rules_end_the_session,
    neither_extensions_nor_subprotocols_are_accepted,
    the_older_version_with_the_same_frames_is_spoken_too,
];

fn server() -> (TestServer, Journal) {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
            pen.note(format_args!("{reason:?}"));
        });
    TestServer::noting_of(namespace)
}

fn connected(server: &TestServer) -> Client {
    Client::connect(server, Transport::WebSocket)
}

fn what_comes_with_the_request_is_not_lost() {
    let (server, _journal) = server();
    let sid = handshake(server.address, "");
    let early = [
        frame_bytes(TEXT, true, true, b"3:::one"),
        frame_bytes(TEXT, true, true, b"3:::two"),
        frame_bytes(TEXT, true, true, b"3:::three")[..7].to_vec(),
    ];
    let mut websocket = WebSocket::open_sending(server.address, &sid, &early.concat());
    for packet in ["1::", "3:::one", "3:::two"] {
        assert_eq!(websocket.next_frame().payload, packet.as_bytes());
    }
    websocket.send_bytes(&frame_bytes(TEXT, true, true, b"3:::three")[7..]);
    assert_eq!(websocket.next_frame().payload, b"3:::three");
}

fn messages_in_fragments_are_put_together_around_pings() {
    let (server, _journal) = server();
    let mut client = connected(&server);
    let websocket = client.websocket();
    websocket.send_bytes(&frame_bytes(TEXT, false, true, b"3:::\xf0\x9f"));
    websocket.send(PING, b"there?");
    let pong = websocket.next_frame();
    assert_eq!((pong.opcode, &*pong.payload), (PONG, &b"there?"[..]));
    websocket.send_bytes(&frame_bytes(CONTINUATION, false, true, b""));
    websocket.send(PONG, b"unasked");
    websocket.send_bytes(&frame_bytes(CONTINUATION, true, true, b"\x98\x80!"));
    client.expect("3:::😀!");
}

fn frames_may_come_byte_by_byte_and_many_at_once() {
    let (server, _journal) = server();
    let mut client = connected(&server);
    for byte in frame_bytes(TEXT, true, true, "3:::☃".as_bytes()) {
        client.websocket().send_bytes(&[byte]);
    }
    client.expect("3:::☃");
    let messages: Vec<_> = (0..200).map(|number| format!("3:::{number}")).collect();
    let together: Vec<_> = messages.iter().map(String::as_str).collect();
    client.send_together(&together);
    for message in &messages {
        client.expect(message);
    }
    let long = format!("3:::{}", "x".repeat(300_000));
    client.send_together(&[&long, "3:::short"]);
    client.expect(&long);
    client.expect("3:::short");
}

fn binary_messages_are_ignored() {
    let (server, _journal) = server();
    let mut client = connected(&server);
    client.websocket().send(BINARY, b"3:::binary");
    client.websocket().send(TEXT, b"");
    client.send("3:::text");
    client.expect("3:::text");
}

fn a_close_is_answered_and_ends_the_session() {
    let (server, journal) = server();
    let mut client = connected(&server);
    client.websocket().send(CLOSE, &1001_u16.to_be_bytes());
    client.websocket().expect_close(1001);
    journal.expect("TransportClosed");
    drop(client);
    server.wait_until_deserted();
}

fn an_end_without_a_word_ends_the_session() {
    let (server, journal) = server();
    drop(connected(&server));
    journal.expect("TransportClosed");
    server.wait_until_deserted();
}

fn a_goodbye_may_be_followed_by_a_close_at_once() {
    let (server, journal) = server();
    let mut client = connected(&server);
    let goodbye = [
        frame_bytes(TEXT, true, true, b"0::"),
        frame_bytes(CLOSE, true, true, &1000_u16.to_be_bytes()),
    ];
    client.websocket().send_bytes(&goodbye.concat());
    journal.expect("ClientDisconnected");
    client.websocket().drain();
    drop(client);
    server.wait_until_deserted();
}

fn frames_that_break_the_rules_end_the_session() {
    let (server, journal) = server();
    for (what, frame, code) in [
        ("unmasked", frame_bytes(TEXT, true, false, b"3:::x"), 1002),
        ("of no kind", frame_bytes(3, true, true, b"3:::x"), 1002),
        (
            "of no kind, with more behind its head",
            frame_bytes(15, true, true, &[b'x'; 100]),
            1002,
        ),
        ("with reserved bits", reserved(), 1002),
        (
            "that goes on with nothing",
            frame_bytes(CONTINUATION, true, true, b"x"),
            1002,
        ),
        (
            "a ping in fragments",
            frame_bytes(PING, false, true, b"x"),
            1002,
        ),
        (
            "not UTF-8",
            frame_bytes(TEXT, true, true, b"3:::\xff"),
            1007,
        ),
    ] {
        let mut client = connected(&server);
        client.websocket().send_bytes(&frame);
        let close = client.websocket().next_frame();
        let expected: &[u8] = &u16::to_be_bytes(code);
        assert_eq!(
            (close.opcode, close.payload.get(..2)),
            (CLOSE, Some(expected)),
            "{what}"
        );
        client.websocket().expect_end();
        journal.expect("ProtocolViolation");
    }
    server.wait_until_deserted();
}

fn reserved() -> Vec<u8> {
    let mut frame = frame_bytes(TEXT, true, true, b"3:::x");
    frame[0] |= 0x40;
    frame
}

fn neither_extensions_nor_subprotocols_are_accepted() {
    let (server, _journal) = server();
    let sid = handshake(server.address, "");
    let offers = "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat\r\n";
    let mut http = HttpClient::open(server.address);
    http.send(&upgrade_request(server.address, &sid, offers));
    let answer = http.answer("GET");
    assert_eq!(answer.status, 101);
    assert_eq!(answer.header("Sec-WebSocket-Extensions"), None);
    assert_eq!(answer.header("Sec-WebSocket-Protocol"), None);
}

fn the_older_version_with_the_same_frames_is_spoken_too() {
    let (server, _journal) = server();
    let sid = handshake(server.address, "");
    let request = upgrade_request(server.address, &sid, "").replace("Version: 13", "Version: 8");
    let mut http = HttpClient::open(server.address);
    http.send(&request);
    assert_eq!(http.answer("GET").status, 101);
}
