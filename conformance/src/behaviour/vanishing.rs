//! Clients that vanish, wherever they are just then: nothing is left of any, and who comes back in
//! time misses nothing.

use std::time::Instant;

use socketio_server::{Namespace, ServerBuilder, SessionLimits, Socket, Text, TransportName};

use crate::client::{Client, Transport, WebSocket, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::replay::connection::{Arrival, Connection};
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{TestServer, impatient};
use crate::waiting::{PATIENCE, eventually};

tests![
    nothing_is_left_of_who_does_not_come_back,
    who_comes_back_goes_on,
    who_ends_its_polls_and_comes_back_goes_on,
    a_websocket_or_stream_that_its_client_ends_is_the_end,
];

/// Where a client is when it vanishes: what it does until then.
type Place = fn(&TestServer) -> Vanishing;

struct Vanishing {
    sid: String,
    connections: Vec<Connection>,
}

impl From<Client> for Vanishing {
    fn from(client: Client) -> Self {
        Self {
            sid: client.sid.clone(),
            connections: client.into_connections(),
        }
    }
}

const PLACES: [(&str, Place); 14] = [
    ("handshaken", handshaken),
    ("poll held", poll_held),
    ("poll being answered", poll_being_answered),
    ("two polls at once", two_polls_at_once),
    ("between polls", between_polls),
    ("in a post", in_a_post),
    ("in an upgrade", in_an_upgrade),
    ("upgraded unread", upgraded_unread),
    ("stream idle", stream_idle),
    ("stream not reading", stream_not_reading),
    ("websocket idle", websocket_idle),
    ("websocket in mid-frame", websocket_in_mid_frame),
    ("websocket not reading", websocket_not_reading),
    (
        "websocket not reading its goodbye",
        websocket_not_reading_its_goodbye,
    ),
];

/// More than the sockets of both sides hold when the client has little room.
const LARGE: usize = 5 << 20;

fn send_large(server: &TestServer) {
    let everybody = server.handle.of("").expect("the global namespace");
    assert_eq!(everybody.send(&"x".repeat(LARGE)).queued, 1);
}

fn handshaken(server: &TestServer) -> Vanishing {
    Vanishing {
        sid: handshake(server.address, ""),
        connections: Vec::new(),
    }
}

fn poll_held(server: &TestServer) -> Vanishing {
    Client::connect_and_poll(server).into()
}

fn poll_being_answered(server: &TestServer) -> Vanishing {
    let client = Client::connect(server, Transport::Polling);
    send_large(server);
    let mut http = HttpClient::open_narrow(server.address);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    http.begin("GET", &target, "", "");
    let arrival = http.connection.wait(Instant::now() + PATIENCE);
    assert_eq!(arrival, Arrival::Bytes);
    let mut vanishing = Vanishing::from(client);
    vanishing.connections.push(http.connection);
    vanishing
}

fn two_polls_at_once(server: &TestServer) -> Vanishing {
    let mut client = Client::connect_and_poll(server);
    let mut other = HttpClient::open(server.address);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    other.begin("GET", &target, "", "");
    assert_eq!(client.polling().end_poll(), ["8::"]);
    let mut vanishing = Vanishing::from(client);
    vanishing.connections.push(other.connection);
    vanishing
}

fn between_polls(server: &TestServer) -> Vanishing {
    Client::connect(server, Transport::Polling).into()
}

fn in_a_post(server: &TestServer) -> Vanishing {
    let client = Client::connect(server, Transport::Polling);
    let mut http = HttpClient::open(server.address);
    http.send(&format!(
        "POST /socket.io/1/xhr-polling/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n3:::",
        client.sid
    ));
    let mut vanishing = Vanishing::from(client);
    vanishing.connections.push(http.connection);
    vanishing
}

fn in_an_upgrade(server: &TestServer) -> Vanishing {
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    let request = upgrade_request(server.address, &sid, "");
    let (beginning, _) = request.split_at(request.len() - 2);
    http.send(beginning);
    let connections = vec![http.connection];
    Vanishing { sid, connections }
}

fn upgraded_unread(server: &TestServer) -> Vanishing {
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    http.send(&upgrade_request(server.address, &sid, ""));
    let connections = vec![http.connection];
    Vanishing { sid, connections }
}

fn stream_idle(server: &TestServer) -> Vanishing {
    Client::connect(server, Transport::HtmlFile).into()
}

fn stream_not_reading(server: &TestServer) -> Vanishing {
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open_narrow(server.address);
    let target = format!("/socket.io/1/htmlfile/{sid}");
    http.begin("GET", &target, "", "");
    let arrival = http.connection.wait(Instant::now() + PATIENCE);
    assert_eq!(arrival, Arrival::Bytes);
    send_large(server);
    while http.connection.unread().len() < 64 << 10 {
        let arrival = http.connection.wait(Instant::now() + PATIENCE);
        assert_eq!(arrival, Arrival::Bytes);
    }
    let connections = vec![http.connection];
    Vanishing { sid, connections }
}

fn websocket_idle(server: &TestServer) -> Vanishing {
    Client::connect(server, Transport::WebSocket).into()
}

fn websocket_in_mid_frame(server: &TestServer) -> Vanishing {
    let mut client = Client::connect(server, Transport::WebSocket);
    let frame = frame_bytes(TEXT, true, true, b"3:::never finished");
    let (beginning, _) = frame.split_at(frame.len() / 2);
    client.websocket().send_bytes(beginning);
    client.into()
}

fn websocket_not_reading(server: &TestServer) -> Vanishing {
    let sid = handshake(server.address, "");
    let mut websocket = WebSocket::open_narrow(server.address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    send_large(server);
    let arrival = websocket.connection().wait(Instant::now() + PATIENCE);
    assert_eq!(arrival, Arrival::Bytes);
    let connections = vec![websocket.into_connection()];
    Vanishing { sid, connections }
}

fn websocket_not_reading_its_goodbye(server: &TestServer) -> Vanishing {
    let vanishing = websocket_not_reading(server);
    let everybody = server.handle.of("").expect("the global namespace");
    let socket = everybody.sockets().pop().expect("a client");
    socket.disconnect().expect("it is connected");
    vanishing
}

/// Everybody may come back.
fn patient() -> ServerBuilder {
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = 4 * LARGE;
    let echoing = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    ServerBuilder::new()
        .namespace(echoing)
        .session_limits(limits)
        .transports([
            TransportName::WebSocket,
            TransportName::HtmlFile,
            TransportName::XhrPolling,
        ])
}

/// What is left of a client that vanished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trace {
    /// Its connections ended; if bytes were on their way, they were reset.
    Ends,
    Resets,
    /// Its connections are there, and nobody is.
    Silence,
}

fn nothing_is_left_of_who_does_not_come_back() {
    for trace in [Trace::Ends, Trace::Resets, Trace::Silence] {
        // All at once, each on a server of its own.
        let vanished = PLACES.map(|(name, place)| {
            let server = TestServer::start(impatient(patient()));
            let mut left = place(&server).connections;
            match trace {
                Trace::Ends => left.clear(),
                Trace::Resets => left.drain(..).for_each(Connection::reset),
                Trace::Silence => {}
            }
            (name, server, left)
        });
        // From here on, and for all at once.
        vanished
            .iter()
            .for_each(|(_, server, _)| server.clock.run());
        for (name, server, _left) in &vanished {
            server.eventually(&format!("{name}, {trace:?}: nothing is left"), || {
                server.handle.session_count() == 0 && server.handle.connection_count() == 0
            });
        }
    }
}

/// What comes to a client that polls from now on, without greetings and noops, until it hears
/// its own echo or a goodbye.
fn come_back(server: &TestServer, sid: String) -> Vec<String> {
    let mut client = Client::resume_ungreeted(server, Transport::Polling, sid);
    client.send("3:::back");
    let mut received = Vec::new();
    loop {
        match &*client.next() {
            "1::" | "8::" => {}
            "3:::back" => return received,
            "0::" => {
                received.push("0::".to_owned());
                return received;
            }
            packet => received.push(packet.to_owned()),
        }
    }
}

fn wait_until_noticed(server: &TestServer) {
    eventually("the end of the connections is noticed", || {
        server.handle.connection_count() == 0
    });
}

fn who_comes_back_goes_on() {
    let large = format!("3:::{}", "x".repeat(LARGE));
    for (name, place) in PLACES {
        let kept = match name {
            "poll being answered" | "stream not reading" | "websocket not reading" => {
                vec![&*large]
            }
            "websocket not reading its goodbye" => vec![&*large, "0::"],
            _ => vec![],
        };
        let server = TestServer::start(patient());
        let vanishing = place(&server);
        vanishing
            .connections
            .into_iter()
            .for_each(Connection::reset);
        wait_until_noticed(&server);
        let received = come_back(&server, vanishing.sid);
        assert!(received == kept, "{name}: {} came", received.len());
    }
}

fn who_ends_its_polls_and_comes_back_goes_on() {
    for place in [poll_held, two_polls_at_once, between_polls, in_a_post] {
        let server = TestServer::start(patient());
        let vanishing = place(&server);
        drop(vanishing.connections);
        wait_until_noticed(&server);
        assert!(come_back(&server, vanishing.sid).is_empty());
    }
}

fn a_websocket_or_stream_that_its_client_ends_is_the_end() {
    for place in [websocket_idle, websocket_in_mid_frame, stream_idle] {
        let server = TestServer::start(patient());
        drop(place(&server).connections);
        server.wait_until_deserted();
    }
}
