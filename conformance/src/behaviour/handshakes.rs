//! Handshakes that are refused, and what the authorization hands on.

use std::sync::Arc;
use std::time::Duration;

use socketio_server::{
    HandlerError, Handshake, Namespace, ServerBuilder, ServerLimits, Socket, TransportName,
};

use crate::client::{Client, Transport, handshake};
use crate::http_client::{HttpClient, text};
use crate::server::TestServer;

tests![
    another_version_of_the_protocol_is_refused,
    who_is_not_authorized_is_refused,
    an_authorization_that_fails_refuses_and_tells_no_details,
    more_sessions_than_allowed_are_refused_until_one_has_ended,
    the_handshake_names_id_timeouts_and_transports,
    without_heartbeats_clients_are_told_to_wait_as_long_as_they_can,
    handlers_find_what_the_authorization_has_found_out,
    session_ids_begin_as_the_application_wants,
    the_authorization_finds_the_state_of_the_server,
];

#[track_caller]
fn expect_refusal(builder: ServerBuilder, target: &str, status: u16, body: &str) {
    let server = TestServer::start(builder);
    server.clock.run();
    let answer = HttpClient::open(server.address).get(target);
    assert_eq!((answer.status, text(&answer)), (status, body));
    assert_eq!(server.handle.session_count(), 0);
}

fn another_version_of_the_protocol_is_refused() {
    let body = "Protocol version not supported.";
    expect_refusal(ServerBuilder::new(), "/socket.io/2/", 500, body);
}

fn who_is_not_authorized_is_refused() {
    let builder = ServerBuilder::new().authorize(|_| async { Ok(false) });
    expect_refusal(builder, "/socket.io/1/", 403, "handshake unauthorized");
}

fn an_authorization_that_fails_refuses_and_tells_no_details() {
    let target = "/socket.io/1/";
    let failing = ServerBuilder::new()
        .authorize(|_| async { Err(HandlerError::new("database", "password is 1234")) });
    expect_refusal(failing, target, 500, "handshake error");
    let panicking = ServerBuilder::new().authorize(|_| async { panic!("password is 1234") });
    expect_refusal(panicking, target, 500, "handshake error");
    let never = ServerBuilder::new()
        .limits(with_limits(|limits| {
            limits.authorization_timeout = Duration::from_millis(20);
        }))
        .authorize(|_| std::future::pending());
    expect_refusal(never, target, 500, "handshake error");
}

fn with_limits(change: impl FnOnce(&mut ServerLimits)) -> ServerLimits {
    let mut limits = ServerLimits::default();
    change(&mut limits);
    limits
}

fn more_sessions_than_allowed_are_refused_until_one_has_ended() {
    let builder = ServerBuilder::new().limits(with_limits(|limits| limits.sessions = 1));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let answer = HttpClient::open(server.address).get("/socket.io/1/");
    assert_eq!((answer.status, text(&answer)), (503, "too many sessions"));
    client.send("0::");
    client.expect("0::");
    client.websocket().expect_close(1000);
    crate::waiting::eventually("there is room again", || server.handle.session_count() == 0);
    Client::connect(&server, Transport::WebSocket);
}

fn the_handshake_names_id_timeouts_and_transports() {
    let builder = ServerBuilder::new()
        .heartbeat_timeout(Duration::from_secs(31))
        .close_timeout(Duration::from_secs(32))
        .transports([TransportName::XhrPolling, TransportName::WebSocket]);
    let server = TestServer::start(builder);
    let answer = HttpClient::open(server.address).get("/socket.io/1/?t=1");
    let (sid, rest) = text(&answer).split_once(':').expect("a handshake");
    assert_eq!(rest, "31:32:xhr-polling,websocket");
    assert!(sid.len() >= 20, "{sid}");
    assert_eq!(answer.header("Content-Type"), Some("text/plain"));
}

fn without_heartbeats_clients_are_told_to_wait_as_long_as_they_can() {
    let server = TestServer::start(ServerBuilder::new().heartbeat_interval(None));
    let answer = HttpClient::open(server.address).get("/socket.io/1");
    let (_, rest) = text(&answer).split_once(':').expect("a handshake");
    assert_eq!(
        rest,
        "2147483:60:websocket,htmlfile,xhr-polling,jsonp-polling"
    );
}

fn handlers_find_what_the_authorization_has_found_out() {
    struct User(String);
    let namespace = Namespace::global().on("who am i", async |socket: Socket| {
        let user = socket.session_extensions().get::<User>();
        user.map(|user| user.0.clone())
    });
    let builder = ServerBuilder::new().namespace(namespace).authorize(
        |handshake: Arc<Handshake>| async move {
            let name = handshake.query_param("name").unwrap_or_default();
            handshake.extensions().insert(User(name));
            Ok(handshake.header("cookie") == Some("key=1"))
        },
    );
    let server = TestServer::start(builder);
    let mut client = Client::connect_saying(&server, "?name=J%C3%BCrgen+S", "Cookie: key=1\r\n");
    client.ask(1, "who am i", "[]");
    client.expect(r#"6:::1+["Jürgen S"]"#);
}

fn session_ids_begin_as_the_application_wants() {
    let server = TestServer::start(ServerBuilder::new().session_id_prefix("a1"));
    let sids: Vec<_> = (0..20).map(|_| handshake(server.address, "")).collect();
    assert!(sids.iter().all(|sid| sid.starts_with("a1")), "{sids:?}");
    let mut different = sids.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), sids.len());
    for sid in sids {
        Client::resume(&server, Transport::Polling, sid);
    }
}

fn the_authorization_finds_the_state_of_the_server() {
    #[derive(Clone)]
    struct Tokens(&'static str);
    let builder = ServerBuilder::new().state(Tokens("sesame")).authorize(
        async |handshake: Arc<Handshake>| {
            let token = handshake.query_param("token").unwrap_or_default();
            let tokens = handshake.state::<Tokens>();
            assert!(handshake.state::<u8>().is_none());
            Ok(tokens.is_some_and(|tokens| tokens.0 == token))
        },
    );
    let server = TestServer::start(builder);
    for (query, status) in [("?token=sesame", 200), ("?token=rye", 403)] {
        let target = format!("/socket.io/1/{query}");
        let answer = HttpClient::open(server.address).request("GET", &target, "", "");
        assert_eq!(answer.status, status);
    }
}
