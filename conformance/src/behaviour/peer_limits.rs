//! What one peer may take up, and how fast it may come.

use std::time::Duration;

use socketio_server::{Listen, PeerShare, RateLimit, ServerBuilder, ServerLimits};

use crate::client::{Client, Transport};
use crate::http_client::{HttpClient, text};
use crate::journal::journal;
use crate::replay::raw_http::ReceivedResponse;
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    by_default_one_peer_leaves_half_of_the_sessions_to_others,
    a_place_among_the_peers_sessions_is_given_back,
    a_peer_that_is_too_fast_is_asked_to_wait_and_others_are_not,
    all_together_may_be_too_fast,
    a_script_is_told_so_in_its_own_way,
    who_is_refused_is_not_authorized,
    by_default_thousands_may_come_back_from_one_address,
    a_connection_too_many_is_closed_at_once,
    limits_for_peers_can_be_turned_off,
];

/// A server that takes our word for where we come from.
fn with_limits(limits: ServerLimits) -> ServerBuilder {
    ServerBuilder::new()
        .limits(limits)
        .trusted_proxies(["127.0.0.1", "unix"])
}

/// A handshake of somebody behind our proxy.
fn handshake_from(server: &TestServer, address: &str, query: &str) -> ReceivedResponse {
    let headers = format!("X-Forwarded-For: {address}\r\n");
    let target = format!("/socket.io/1/{query}");
    HttpClient::open(server.address).request("GET", &target, &headers, "")
}

#[track_caller]
fn expect_refusal(answer: &ReceivedResponse, status: u16, body: &str, retry_after: &str) {
    assert_eq!((answer.status, text(answer)), (status, body));
    assert_eq!(answer.header("Retry-After"), Some(retry_after));
}

const TOO_MANY: &str = "too many sessions from your address";
const TOO_FAST: &str = "too many handshakes from your address";

fn by_default_one_peer_leaves_half_of_the_sessions_to_others() {
    let server = TestServer::start(with_limits(ServerLimits::default().sessions(5)));
    for _ in 0..3 {
        assert_eq!(handshake_from(&server, "192.0.2.1", "").status, 200);
    }
    expect_refusal(
        &handshake_from(&server, "192.0.2.1", ""),
        429,
        TOO_MANY,
        "5",
    );
    for other in ["192.0.2.2", "2001:db8::1"] {
        assert_eq!(handshake_from(&server, other, "").status, 200);
    }
    let full = handshake_from(&server, "192.0.2.3", "");
    expect_refusal(&full, 503, "too many sessions", "5");
    assert_eq!(server.handle.session_count(), 5);
}

fn a_place_among_the_peers_sessions_is_given_back() {
    let limits = ServerLimits::default().sessions_per_peer(PeerShare::AtMost(1));
    let server = TestServer::start(ServerBuilder::new().limits(limits));
    for transport in [Transport::WebSocket, Transport::Polling] {
        let mut client = Client::connect(&server, transport);
        let refused = HttpClient::open(server.address).get("/socket.io/1/");
        expect_refusal(&refused, 429, TOO_MANY, "5");
        client.send("0::");
        eventually("its session is gone", || server.handle.session_count() == 0);
    }
}

fn a_peer_that_is_too_fast_is_asked_to_wait_and_others_are_not() {
    let rate = RateLimit::new(1, Duration::from_secs(1000)).burst(2);
    let limits = ServerLimits::default().handshakes_per_peer(Some(rate));
    let server = TestServer::start(with_limits(limits));
    for _ in 0..2 {
        assert_eq!(handshake_from(&server, "192.0.2.1", "").status, 200);
    }
    let refused = handshake_from(&server, "192.0.2.1", "");
    assert_eq!((refused.status, text(&refused)), (429, TOO_FAST));
    let pause = refused.header("Retry-After").expect("a pause");
    let pause: u32 = pause.parse().expect("seconds");
    assert!((900..=1000).contains(&pause), "{pause}");
    assert_eq!(handshake_from(&server, "192.0.2.2", "").status, 200);
}

fn all_together_may_be_too_fast() {
    let rate = RateLimit::new(3, Duration::from_secs(3 * 7200));
    let limits = ServerLimits::default().handshakes(Some(rate));
    let server = TestServer::start(with_limits(limits));
    for last in 1..4 {
        let peer = format!("192.0.2.{last}");
        assert_eq!(handshake_from(&server, &peer, "").status, 200);
    }
    let refused = handshake_from(&server, "192.0.2.4", "");
    // Nobody is asked to stay away for more than an hour.
    expect_refusal(&refused, 503, "too many handshakes", "3600");
}

fn a_script_is_told_so_in_its_own_way() {
    let limits = ServerLimits::default().sessions_per_peer(PeerShare::AtMost(1));
    let server = TestServer::start(ServerBuilder::new().limits(limits));
    let mut http = HttpClient::open(server.address);
    let page = http.referer();
    let jsonp = "/socket.io/1/?jsonp=4";
    assert_eq!(http.request("GET", jsonp, &page, "").status, 200);
    let refused = http.request("GET", jsonp, &page, "");
    let script = format!("io.j[4](new Error(\"{TOO_MANY}\"));");
    assert_eq!((refused.status, text(&refused)), (200, &*script));
}

fn who_is_refused_is_not_authorized() {
    let (journal, pen) = journal();
    let rate = RateLimit::new(1, Duration::from_secs(1000));
    let limits = ServerLimits::default().handshakes_per_peer(Some(rate));
    let builder = with_limits(limits).authorize(move |handshake| {
        pen.note(handshake.query());
        async { Ok(true) }
    });
    let server = TestServer::start(builder);
    for (query, status) in [("?first", 200), ("?second", 429)] {
        assert_eq!(handshake_from(&server, "192.0.2.1", query).status, status);
    }
    assert_eq!(handshake_from(&server, "192.0.2.2", "?third").status, 200);
    journal.expect("first");
    journal.expect("third");
}

fn by_default_thousands_may_come_back_from_one_address() {
    let server = TestServer::start(ServerBuilder::new());
    let mut http = HttpClient::open(server.address);
    for number in 0..5000 {
        let answer = http.get("/socket.io/1/");
        assert_eq!(answer.status, 200, "handshake {number}: {}", text(&answer));
    }
}

fn a_connection_too_many_is_closed_at_once() {
    let limits = ServerLimits::default().connections_per_peer(PeerShare::AtMost(2));
    let server = TestServer::listening(ServerBuilder::new().limits(limits));
    let mut first = HttpClient::open(server.address);
    let mut second = HttpClient::open(server.address);
    for served in [&mut first, &mut second] {
        assert_eq!(served.get("/socket.io/").status, 200);
    }
    HttpClient::open(server.address).expect_end();
    assert_eq!(first.get("/socket.io/").status, 200);
    drop(second);
    eventually("there is room again", || {
        server.handle.connection_count() == 1
    });
    assert_eq!(
        HttpClient::open(server.address).get("/socket.io/").status,
        200
    );
}

fn limits_for_peers_can_be_turned_off() {
    let limits = ServerLimits::default()
        .sessions(2)
        .connections(3)
        .sessions_per_peer(PeerShare::Whole)
        .connections_per_peer(PeerShare::Whole)
        .handshakes_per_peer(None);
    let builder = ServerBuilder::new().limits(limits);
    let server = TestServer::listening(builder.listen(Listen::tcp("127.0.0.1:0")));
    let mut connections: Vec<_> = (0..3).map(|_| HttpClient::open(server.address)).collect();
    for (number, http) in connections.iter_mut().enumerate() {
        let expected = if number < 2 { 200 } else { 503 };
        assert_eq!(http.get("/socket.io/1/").status, expected);
    }
}
