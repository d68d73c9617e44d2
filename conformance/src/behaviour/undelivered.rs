//! Messages whose way to the client broke off: they come again, once, and in order.

use std::time::{Duration, Instant};

use socketio_server::{
    NamespaceHandle, OverflowPolicy, ServerBuilder, ServerLimits, SessionLimits, TransportName,
};

use crate::client::{Client, Polling, Transport, WebSocket, handshake};
use crate::http_client::HttpClient;
use crate::replay::connection::Arrival;
use crate::replay::raw_websocket::{TEXT, read_frame};
use crate::server::TestServer;
use crate::waiting::{PATIENCE, eventually};

tests![
    a_response_that_breaks_off_is_repeated_by_the_next_poll,
    a_response_that_is_left_unread_is_repeated_by_the_next_poll,
    a_poll_that_comes_during_a_response_takes_it_over,
    a_poll_that_comes_while_a_stream_is_stuck_takes_it_over,
    a_websocket_that_comes_during_a_response_takes_it_over,
    a_response_that_was_read_is_not_repeated,
    a_goodbye_in_a_response_that_breaks_off_is_kept,
    a_websocket_hands_over_what_it_has_not_written,
    a_websocket_that_breaks_leaves_what_it_has_not_written,
    a_goodbye_that_a_websocket_does_not_read_is_kept_for_the_next_transport,
    what_comes_back_obeys_the_limits_of_what_waits,
    two_pages_that_poll_for_one_session_get_each_message_once,
    a_client_that_breaks_off_again_and_again_misses_nothing,
];

/// More than the sockets of both sides hold when the client has little room.
const LARGE: usize = 5 << 20;

fn builder() -> ServerBuilder {
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = 8 * LARGE;
    ServerBuilder::new().session_limits(limits).transports([
        TransportName::WebSocket,
        TransportName::HtmlFile,
        TransportName::XhrPolling,
    ])
}

fn everybody(server: &TestServer) -> NamespaceHandle {
    server.handle.of("").expect("the global namespace")
}

/// A message that is told from others by its first bytes.
fn large(number: usize) -> String {
    format!("{number} {}", "x".repeat(LARGE))
}

/// What the numbers of messages are, each followed by whatever.
fn numbers<'a>(packets: impl IntoIterator<Item = &'a String>) -> Vec<usize> {
    let number = |packet: &String| {
        let text = packet.strip_prefix("3:::").expect("a message");
        let (number, _) = text.split_once(' ').unwrap_or((text, ""));
        number.parse().expect("a number")
    };
    packets.into_iter().map(number).collect()
}

/// Begins a poll that is answered with more than fits into the sockets, and waits for the
/// beginning of the answer.
fn begin_unread_poll(server: &TestServer, sid: &str) -> HttpClient {
    begin_unread(server, &format!("/socket.io/1/xhr-polling/{sid}"))
}

fn begin_unread(server: &TestServer, target: &str) -> HttpClient {
    let mut http = HttpClient::open_narrow(server.address);
    http.begin("GET", target, "", "");
    let arrival = http.connection.wait(Instant::now() + PATIENCE);
    assert_eq!(arrival, Arrival::Bytes);
    http
}

/// Reads whatever comes until the connection ends.
fn read_rest(http: &mut HttpClient) -> &[u8] {
    let deadline = Instant::now() + PATIENCE;
    while http.connection.wait(deadline) == Arrival::Bytes {}
    http.connection.unread()
}

fn a_response_that_breaks_off_is_repeated_by_the_next_poll() {
    for resets in [true, false] {
        let server = TestServer::start(builder());
        let mut client = Client::connect(&server, Transport::Polling);
        everybody(&server).send(&large(1));
        let breaking = begin_unread_poll(&server, &client.sid);
        everybody(&server).send("2");
        if resets {
            breaking.connection.reset();
        }
        client.expect(&format!("3:::{}", large(1)));
        client.expect("3:::2");
        client.send("0::");
        drop(client);
        server.wait_until_deserted();
    }
}

fn a_response_that_is_left_unread_is_repeated_by_the_next_poll() {
    let mut limits = ServerLimits::default();
    limits.unread_response_timeout = Duration::from_millis(50);
    let server = TestServer::start(builder().limits(limits));
    let mut client = Client::connect(&server, Transport::Polling);
    everybody(&server).send(&large(1));
    let unread = begin_unread_poll(&server, &client.sid);
    server.eventually("it is given up", || server.handle.connection_count() == 2);
    client.expect(&format!("3:::{}", large(1)));
    drop(unread);
}

fn a_poll_that_comes_during_a_response_takes_it_over() {
    let server = TestServer::start(builder());
    let mut client = Client::connect(&server, Transport::Polling);
    everybody(&server).send(&large(1));
    let mut old = begin_unread_poll(&server, &client.sid);
    everybody(&server).send("2");
    // Nobody reads the older answer on, and nobody breaks it.
    client.expect(&format!("3:::{}", large(1)));
    client.expect("3:::2");
    assert!(read_rest(&mut old).len() < LARGE, "it came twice");
}

fn a_poll_that_comes_while_a_stream_is_stuck_takes_it_over() {
    let server = TestServer::start(builder());
    let sid = handshake(server.address, "");
    let mut old = begin_unread(&server, &format!("/socket.io/1/htmlfile/{sid}"));
    everybody(&server).send(&large(1));
    // With the beginning of the message, there is no doubt that it is under way.
    while old.connection.unread().len() < 64 << 10 {
        let arrival = old.connection.wait(Instant::now() + PATIENCE);
        assert_eq!(arrival, Arrival::Bytes);
    }
    everybody(&server).send("2");
    let mut client = Client::resume(&server, Transport::Polling, sid);
    client.expect(&format!("3:::{}", large(1)));
    client.expect("3:::2");
    assert!(read_rest(&mut old).len() < LARGE, "it came twice");
}

fn a_websocket_that_comes_during_a_response_takes_it_over() {
    let server = TestServer::start(builder());
    let client = Client::connect(&server, Transport::Polling);
    everybody(&server).send(&large(1));
    let _old = begin_unread_poll(&server, &client.sid);
    everybody(&server).send("2");
    let mut websocket = Client::resume(&server, Transport::WebSocket, client.sid);
    websocket.expect(&format!("3:::{}", large(1)));
    websocket.expect("3:::2");
}

fn a_response_that_was_read_is_not_repeated() {
    let server = TestServer::start(builder());
    let mut client = Client::connect(&server, Transport::Polling);
    for number in 0..20 {
        everybody(&server).send(&number.to_string());
        let mut polling = Polling::open(server.address, &client.sid);
        polling.begin_poll();
        assert_eq!(polling.end_poll(), [format!("3:::{number}")]);
        polling.polls.connection.reset();
    }
    everybody(&server).send("last");
    client.expect("3:::last");
}

fn a_goodbye_in_a_response_that_breaks_off_is_kept() {
    let server = TestServer::start(builder());
    let mut client = Client::connect(&server, Transport::Polling);
    let socket = everybody(&server).sockets().pop().expect("a client");
    let _ = socket.send(&large(1));
    socket.disconnect().expect("it is connected");
    let breaking = begin_unread_poll(&server, &client.sid);
    breaking.connection.reset();
    client.expect(&format!("3:::{}", large(1)));
    client.expect("0::");
    drop(client);
    server.wait_until_deserted();
}

/// A websocket on which so much was sent that the server waits for it to be read.
fn stuck_websocket(server: &TestServer, sid: &str, messages: usize) -> WebSocket {
    let mut websocket = WebSocket::open_narrow(server.address, sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    let everybody = everybody(server);
    for number in 0..messages {
        assert_eq!(everybody.send(&large(number)).queued, 1);
    }
    let arrival = websocket.connection().wait(Instant::now() + PATIENCE);
    assert_eq!(arrival, Arrival::Bytes);
    websocket
}

/// The messages whose frames are complete, until the connection ends.
fn rest_of(mut websocket: WebSocket) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    let frames = std::iter::from_fn(|| read_frame(websocket.connection(), deadline).ok());
    let texts = frames.filter(|frame| frame.opcode == TEXT);
    texts
        .map(|frame| String::from_utf8(frame.payload).expect("text"))
        .collect()
}

fn a_websocket_hands_over_what_it_has_not_written() {
    for transport in [Transport::WebSocket, Transport::Polling] {
        let server = TestServer::start(builder());
        let sid = handshake(server.address, "");
        let old = stuck_websocket(&server, &sid, 3);
        let mut new = match transport {
            Transport::Polling => Client::resume(&server, transport, sid),
            // The name is the same, so there is no second greeting.
            _ => Client::resume_ungreeted(&server, transport, sid),
        };
        assert_eq!(everybody(&server).send("3").queued, 1);
        let mut received = Vec::new();
        while received.last().is_none_or(|last| last != "3:::3") {
            received.push(new.next());
        }
        let before = rest_of(old);
        assert_eq!(numbers(before.iter().chain(&received)), [0, 1, 2, 3]);
    }
}

fn a_websocket_that_breaks_leaves_what_it_has_not_written() {
    let server = TestServer::start(builder());
    let sid = handshake(server.address, "");
    let old = stuck_websocket(&server, &sid, 3);
    old.into_connection().reset();
    eventually("the break is noticed", || {
        server.handle.connection_count() == 0
    });
    assert_eq!(everybody(&server).send("3").queued, 1);
    let mut client = Client::resume_ungreeted(&server, Transport::WebSocket, sid);
    let received = [(); 4].map(|()| client.next());
    // The first was not written to its end, so nothing is missing.
    assert_eq!(numbers(&received), [0, 1, 2, 3]);
}

fn a_goodbye_that_a_websocket_does_not_read_is_kept_for_the_next_transport() {
    let mut limits = ServerLimits::default();
    limits.websocket_close_timeout = Duration::from_millis(50);
    let server = TestServer::start(builder().limits(limits));
    let sid = handshake(server.address, "");
    let old = stuck_websocket(&server, &sid, 1);
    let socket = everybody(&server).sockets().pop().expect("a client");
    socket.disconnect().expect("it is connected");
    let mut client = Client::resume(&server, Transport::Polling, sid);
    client.expect(&format!("3:::{}", large(0)));
    client.expect("0::");
    drop((old, client));
    server.wait_until_deserted();
}

fn what_comes_back_obeys_the_limits_of_what_waits() {
    let mut limits = SessionLimits::default();
    limits.outbox_packets = 2;
    limits.outbox_bytes = 8 * LARGE;
    let builder = ServerBuilder::new()
        .session_limits(limits)
        .overflow(OverflowPolicy::DropOldest);
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    let everybody = everybody(&server);
    everybody.send(&large(1));
    let breaking = begin_unread_poll(&server, &client.sid);
    for number in 2..=3 {
        everybody.send(&number.to_string());
    }
    breaking.connection.reset();
    eventually("the break is noticed", || {
        server.handle.connection_count() == 2
    });
    // There were three with the one that came back; now the two oldest make room.
    everybody.send("4");
    client.expect("3:::3");
    client.expect("3:::4");
}

fn two_pages_that_poll_for_one_session_get_each_message_once() {
    let messages = 300;
    let server = TestServer::start(builder());
    let client = Client::connect(&server, Transport::Polling);
    let poll_until_the_end = || {
        let mut polling = Polling::open(server.address, &client.sid);
        let mut received = Vec::new();
        loop {
            polling.begin_poll();
            for packet in polling.end_poll() {
                match &*packet {
                    "0::" | "7:::1+0" => return received,
                    "8::" => {}
                    _ => received.push(packet),
                }
            }
        }
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(poll_until_the_end);
        let other = scope.spawn(poll_until_the_end);
        let everybody = everybody(&server);
        for number in 0..messages {
            assert_eq!(everybody.send(&number.to_string()).queued, 1);
            std::thread::yield_now();
        }
        let socket = everybody.sockets().pop().expect("a client");
        socket.disconnect().expect("it is connected");
        (one.join().expect("a page"), other.join().expect("a page"))
    });
    for page in [&one, &other] {
        assert!(numbers(page).is_sorted(), "{page:?}");
    }
    let mut all = numbers(one.iter().chain(&other));
    all.sort_unstable();
    assert_eq!(all, (0..messages).collect::<Vec<_>>());
}

fn a_client_that_breaks_off_again_and_again_misses_nothing() {
    let server = TestServer::start(builder());
    let mut client = Client::connect(&server, Transport::Polling);
    let everybody = everybody(&server);
    for round in 0..3 {
        everybody.send(&large(round));
        everybody.send(&format!("{round} and more"));
        for taken_over in [true, false] {
            let breaking = begin_unread_poll(&server, &client.sid);
            let next = taken_over.then(|| begin_unread_poll(&server, &client.sid));
            breaking.connection.reset();
            drop(next);
        }
        client.expect(&format!("3:::{}", large(round)));
        client.expect(&format!("3:::{round} and more"));
    }
}
