//! What the server counts, and that nothing goes without being counted.

use std::time::Duration;

use socketio_server::{
    DisconnectReason, Namespace, OverflowPolicy, PeerShare, RateLimit, ServerBuilder,
    ServerCounters, ServerLimits, SessionLimits, Socket, Text, TransportName,
};

use crate::client::{Client, Transport, handshake, on_each_transport};
use crate::http_client::HttpClient;
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    a_new_server_has_counted_nothing,
    sessions_packets_and_bytes_are_counted_on_every_transport,
    sessions_are_counted_by_the_reason_of_their_end,
    sessions_now_are_told_by_transport,
    what_waits_for_clients_is_told,
    what_is_dropped_is_counted,
    refused_handshakes_are_counted_by_reason,
    refused_connections_are_counted,
    what_reaches_no_handler_is_counted_by_kind,
    failed_requests_are_counted_by_status,
    clients_without_a_session_are_counted,
];

fn echoing() -> Namespace {
    Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        let _ = socket.send(&text);
    })
}

fn a_new_server_has_counted_nothing() {
    let server = TestServer::of([]);
    let counters = server.handle.counters();
    let sum = counters.handshakes_refused.total()
        + counters.transports_opened.total()
        + counters.requests_failed.total()
        + counters.faults.total();
    assert_eq!(sum, 0);
    assert_eq!(counters.sessions, ServerCounters::default().sessions);
    assert_eq!((counters.connections, counters.connections_opened), (0, 0));
    assert_eq!(counters.handshakes_refused.iter().count(), 10);
    assert_eq!(counters.handshakes_refused.get("no such reason"), 0);
}

fn sessions_packets_and_bytes_are_counted_on_every_transport() {
    on_each_transport(|transport| {
        let server = TestServer::of([echoing()]);
        let mut client = Client::connect(&server, transport);
        client.send("3:::hello");
        client.expect("3:::hello");
        client.send("2::");
        client.send("0::");
        // Between two polls there is nobody to say goodbye to.
        let goodbye = match transport {
            Transport::WebSocket | Transport::HtmlFile => Some("0::"),
            Transport::Polling | Transport::Jsonp => None,
        };
        if let Some(goodbye) = goodbye {
            client.expect(goodbye);
        }
        eventually("its session is gone", || server.handle.session_count() == 0);
        let counters = server.handle.counters();
        let traffic = counters.sessions.traffic;
        assert_eq!(counters.sessions.created, 1);
        assert_eq!((traffic.packets_received, traffic.heartbeats), (3, 1));
        let sent = "3:::hello2::0::";
        assert_eq!(traffic.bytes_received, sent.len() as u64);
        let sent = ["1::", "3:::hello"].into_iter().chain(goodbye);
        assert_eq!(traffic.packets_sent, sent.clone().count() as u64);
        let bytes: usize = sent.map(str::len).sum();
        assert_eq!(traffic.bytes_sent, bytes as u64);
        let (name, uploads) = match transport {
            Transport::WebSocket => ("websocket", 0),
            Transport::Polling => ("xhr-polling", 3),
            Transport::Jsonp => ("jsonp-polling", 3),
            Transport::HtmlFile => ("htmlfile", 3),
        };
        let opened = &counters.transports_opened;
        assert!(opened.get(name) >= 1);
        assert_eq!(opened.get(name), opened.total());
        assert_eq!(counters.uploads, uploads);
        assert!(counters.connections_opened >= 2);
    });
}

fn sessions_are_counted_by_the_reason_of_their_end() {
    let server = TestServer::of([]);
    let ended = |reason| server.handle.counters().sessions.ended_for(reason);
    drop(Client::connect(&server, Transport::WebSocket));
    eventually("its end is counted", || {
        ended(DisconnectReason::TransportClosed) == 1
    });
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send("0::");
    client.expect("0::");
    eventually("it is counted", || {
        ended(DisconnectReason::ClientDisconnected) == 1
    });
    assert_eq!(ended(DisconnectReason::TransportClosed), 1);
    let counters = server.handle.counters();
    let sum: u64 = counters.sessions.ended.iter().map(|(_, count)| count).sum();
    assert_eq!((sum, counters.sessions.created), (2, 2));
}

fn sessions_now_are_told_by_transport() {
    let server = TestServer::of([]);
    let _clients = [
        Client::connect(&server, Transport::WebSocket),
        Client::connect(&server, Transport::WebSocket),
        Client::connect(&server, Transport::Polling),
    ];
    handshake(server.address, "");
    let sessions = server.handle.counters().sessions.sessions;
    assert_eq!(sessions.len(), 3);
    for expected in [
        (Some(TransportName::WebSocket), 2),
        (Some(TransportName::XhrPolling), 1),
        (None, 1),
    ] {
        assert!(sessions.contains(&expected), "{sessions:?}");
    }
}

/// The socket of the only client, which is between two polls.
fn between_polls(server: &TestServer) -> (Client, Socket) {
    let client = Client::connect(server, Transport::Polling);
    let global = server.handle.of("").expect("there is one");
    let socket = global.sockets().pop().expect("a client");
    (client, socket)
}

fn what_waits_for_clients_is_told() {
    let server = TestServer::of([]);
    let (_client, socket) = between_polls(&server);
    let (_other, _) = between_polls(&server);
    for text in ["one", "three"] {
        socket.send(text).expect("it is there");
    }
    let sessions = server.handle.counters().sessions;
    assert_eq!(sessions.queued_packets, 2);
    assert_eq!(sessions.queued_bytes, "3:::one3:::three".len());
    assert_eq!(sessions.longest_queue_bytes, sessions.queued_bytes);
}

fn what_is_dropped_is_counted() {
    for (policy, left) in [
        (OverflowPolicy::DropNewest, "3:::0"),
        (OverflowPolicy::DropOldest, "3:::3"),
    ] {
        let builder = ServerBuilder::new()
            .session_limits(SessionLimits::default().outbox_packets(1))
            .overflow(policy);
        let server = TestServer::start(builder);
        let (mut client, socket) = between_polls(&server);
        for number in 0..4 {
            let _ = socket.send(&number.to_string());
        }
        let _ = socket.volatile().send("now or never");
        client.expect(left);
        let traffic = server.handle.counters().sessions.traffic;
        assert_eq!((traffic.packets_dropped, traffic.volatile_dropped), (3, 1));
    }
}

fn refused_handshakes_are_counted_by_reason() {
    let rate = RateLimit::new(1, Duration::from_secs(3600)).burst(3);
    let limits = ServerLimits::default()
        .sessions_per_peer(PeerShare::AtMost(1))
        .handshakes_per_peer(Some(rate));
    let builder = ServerBuilder::new()
        .limits(limits)
        .authorize(|handshake| async move { Ok(handshake.query() != "no") });
    let server = TestServer::start(builder);
    let mut http = HttpClient::open(server.address);
    let stranger = "Origin: http://elsewhere.example\r\n";
    for (query, headers, status) in [
        ("", stranger, 403),
        ("?no", "", 403),
        ("", "", 200),
        ("", "", 429),
        ("", "", 429),
    ] {
        let target = format!("/socket.io/1/{query}");
        let answer = http.request("GET", &target, headers, "");
        assert_eq!(answer.status, status);
    }
    let counters = server.handle.counters();
    let refused = &counters.handshakes_refused;
    for reason in [
        "origin",
        "unauthorized",
        "too_many_sessions_of_peer",
        "too_many_handshakes_of_peer",
    ] {
        assert_eq!(refused.get(reason), 1, "{reason}");
    }
    assert_eq!(refused.total(), 4);
    assert_eq!(counters.requests_failed.get("403"), 2);
    assert_eq!(counters.requests_failed.get("429"), 2);
}

fn refused_connections_are_counted() {
    let limits = ServerLimits::default().connections_per_peer(PeerShare::AtMost(1));
    let server = TestServer::listening(ServerBuilder::new().limits(limits));
    let mut first = HttpClient::open(server.address);
    assert_eq!(first.get("/socket.io/").status, 200);
    HttpClient::open(server.address).expect_end();
    let counters = server.handle.counters();
    assert_eq!(counters.connections_opened, 1);
    assert_eq!(counters.connections_refused, 1);
}

fn what_reaches_no_handler_is_counted_by_kind() {
    let namespace = Namespace::global().on("fail", async || {
        Err::<(), _>(socketio_server::HandlerError::new("made_up", "text"))
    });
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for packet in [
        "rubbish",
        "3:::nobody listens",
        "1::/nowhere",
        r#"5:::{"name":"fail"}"#,
    ] {
        client.send(packet);
        client.next();
    }
    let faults = server.handle.counters().faults;
    for kind in [
        "invalid_packet",
        "no_such_method",
        "no_such_namespace",
        "handler_failed",
    ] {
        assert_eq!(faults.get(kind), 1, "{kind}");
    }
    assert_eq!(faults.total(), 4);
}

fn failed_requests_are_counted_by_status() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    for (method, target, status) in [
        ("GET", "/socket.io/2/", 500),
        ("GET", "/socket.io/1/carrier-pigeon/x", 404),
        ("PUT", "/socket.io/1/xhr-polling/x", 405),
        ("GET", &*format!("/socket.io/1/websocket/{sid}"), 426),
        // None of ours.
        ("GET", "/elsewhere", 404),
    ] {
        let answer = HttpClient::open(server.address).request(method, target, "", "");
        assert_eq!(answer.status, status);
    }
    let failed = server.handle.counters().requests_failed;
    let counts: Vec<_> = failed.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counts, [("404", 1), ("405", 1), ("426", 1), ("500", 1)]);
}

fn clients_without_a_session_are_counted() {
    let server = TestServer::of([]);
    let nobody = "nobody".repeat(4);
    for (transport, count) in [
        (Transport::WebSocket, 1),
        (Transport::Polling, 2),
        (Transport::Jsonp, 3),
    ] {
        let mut client = Client::resume_ungreeted(&server, transport, nobody.clone());
        client.expect("7:::1+0");
        assert_eq!(server.handle.counters().unknown_sessions, count);
    }
    let target = format!("/socket.io/1/htmlfile/{nobody}");
    assert_eq!(HttpClient::open(server.address).get(&target).status, 200);
    assert_eq!(server.handle.counters().unknown_sessions, 4);
}
