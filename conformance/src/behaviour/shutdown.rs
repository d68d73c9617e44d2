//! The end of a server: everybody gets what is queued and a goodbye.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use async_lock::Semaphore;
use socketio_server::{
    DisconnectReason, Namespace, ServerBuilder, ServerLimits, SessionLimits, State,
};

use crate::client::{Client, Transport};
use crate::http_client::{HttpClient, text};
use crate::journal::{Pen, journal};
use crate::server::{TestServer, bind};
use crate::waiting::{Background, PATIENCE, eventually, in_background, wait_for};

tests![
    everybody_is_told_behind_what_is_queued,
    a_held_poll_is_answered_with_the_goodbye,
    a_client_between_two_polls_fetches_its_goodbye_with_the_next,
    connections_without_a_request_are_ended,
    nobody_is_let_in_any_more,
    who_never_reads_is_waited_for_no_longer_than_allowed,
    running_ends_with_the_server,
    nobody_is_waited_for_who_cannot_come_back,
    websockets_that_are_closing_are_not_waited_for_longer_than_others,
    a_silent_shutdown_sends_what_is_queued_and_no_goodbye,
];

fn noting_reason() -> Namespace {
    Namespace::global().on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
        pen.note(format_args!("{reason:?}"));
    })
}

fn shutdown(server: &TestServer, within: Duration) -> Background<bool> {
    let handle = server.handle.clone();
    in_background(async move { handle.shutdown(within).await })
}

fn everybody_is_told_behind_what_is_queued() {
    let (server, journal) = TestServer::noting_of(noting_reason());
    let mut talking = Client::connect(&server, Transport::WebSocket);
    let mut between = Client::connect(&server, Transport::Polling);
    let mut held = Client::connect_and_poll(&server);
    let everybody = server.handle.of("").expect("the global namespace");
    assert_eq!(everybody.send("last").queued, 3);
    let complete = shutdown(&server, PATIENCE);
    for client in [&mut talking, &mut between] {
        client.expect("3:::last");
        client.expect("0::");
    }
    talking.websocket().expect_close(1000);
    assert_eq!(journal.sorted(3), ["ShuttingDown"; 3]);
    let mut last = held.polling().end_poll();
    while last.len() < 2 {
        held.polling().begin_poll();
        last.extend(held.polling().end_poll());
    }
    assert_eq!(last, ["3:::last", "0::"]);
    drop((talking, between, held));
    assert!(wait_for(complete).expect("a shutdown"));
    assert_eq!(server.handle.session_count(), 0);
    assert_eq!(server.handle.connection_count(), 0);
}

fn a_held_poll_is_answered_with_the_goodbye() {
    let server = TestServer::listening(ServerBuilder::new());
    let mut client = Client::connect_and_poll(&server);
    let complete = shutdown(&server, PATIENCE);
    assert_eq!(client.polling().end_poll(), ["0::"]);
    client.polling().polls.expect_end();
    client.polling().posts.expect_end();
    assert!(wait_for(complete).expect("a shutdown"));
}

fn a_client_between_two_polls_fetches_its_goodbye_with_the_next() {
    let (server, journal) =
        TestServer::noting_listening(ServerBuilder::new().namespace(noting_reason()));
    let mut client = Client::connect(&server, Transport::Polling);
    client.send("2::");
    let complete = shutdown(&server, PATIENCE);
    journal.expect("ShuttingDown");
    client.expect("0::");
    client.polling().polls.expect_end();
    client.polling().posts.expect_end();
    assert!(wait_for(complete).expect("a shutdown"));
}

fn connections_without_a_request_are_ended() {
    let server = TestServer::listening(ServerBuilder::new());
    let mut fresh = HttpClient::open(server.address);
    let mut idle = HttpClient::open(server.address);
    assert_eq!(idle.get("/nowhere").status, 404);
    eventually("both are served", || server.handle.connection_count() == 2);
    let complete = shutdown(&server, PATIENCE);
    fresh.expect_end();
    idle.expect_end();
    assert!(wait_for(complete).expect("a shutdown"));
}

fn nobody_is_let_in_any_more() {
    let gate = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&gate);
    let (journal, pen) = journal();
    let builder = ServerBuilder::new().authorize(move |_| {
        let gate = Arc::clone(&waiting);
        pen.note("authorizing");
        async move {
            let _ = gate.acquire().await;
            Ok(true)
        }
    });
    let server = TestServer::listening(builder);
    let mut late = HttpClient::open(server.address);
    late.begin("GET", "/socket.io/1/", "", "");
    journal.expect("authorizing");
    let complete = shutdown(&server, PATIENCE);
    eventually("connections are refused", || {
        TcpStream::connect(server.address).is_err()
    });
    gate.add_permits(1);
    let answer = late.answer("GET");
    assert_eq!((answer.status, text(&answer)), (503, "shutting down"));
    late.expect_end();
    assert!(wait_for(complete).expect("a shutdown"));
}

fn who_never_reads_is_waited_for_no_longer_than_allowed() {
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = 64 << 20;
    let mut times = ServerLimits::default();
    times.websocket_close_timeout = Duration::from_millis(50);
    let builder = ServerBuilder::new().session_limits(limits).limits(times);
    let server = TestServer::start(builder);
    let _client = Client::connect(&server, Transport::WebSocket);
    let everybody = server.handle.of("").expect("the global namespace");
    let text = "x".repeat(1 << 20);
    for _ in 0..32 {
        assert_eq!(everybody.send(&text).queued, 1);
    }
    server.clock.run();
    assert!(!wait_for(server.handle.shutdown(Duration::from_millis(50))));
    // What is left is cut off.
    server.wait_until_deserted();
}

fn running_ends_with_the_server() {
    let server = bind(ServerBuilder::new(), "127.0.0.1:0").expect("a server");
    let handle = server.handle();
    let running = in_background(server.run());
    assert!(wait_for(handle.shutdown(PATIENCE)));
    wait_for(running).expect("the end");
    // And again, for nothing.
    assert!(wait_for(handle.shutdown(PATIENCE)));
}

fn nobody_is_waited_for_who_cannot_come_back() {
    let builder = ServerBuilder::new().close_timeout(Duration::from_secs(86_400));
    let server = TestServer::listening(builder);
    drop(Client::connect(&server, Transport::Polling));
    eventually("the connections are gone", || {
        server.handle.connection_count() == 0
    });
    assert_eq!(server.handle.session_count(), 1);
    let complete = shutdown(&server, Duration::from_secs(86_400));
    assert!(wait_for(complete).expect("a shutdown"));
    assert_eq!(server.handle.session_count(), 0);
}

fn websockets_that_are_closing_are_not_waited_for_longer_than_others() {
    let mut limits = ServerLimits::default();
    limits.websocket_close_timeout = 10 * PATIENCE;
    let server = TestServer::start(ServerBuilder::new().limits(limits));
    let mut client = Client::connect(&server, Transport::WebSocket);
    let everybody = server.handle.of("").expect("the global namespace");
    for socket in everybody.sockets() {
        socket.disconnect().expect("it is connected");
    }
    client.expect("0::");
    // The client does not answer the close frame.
    server.clock.run();
    let complete = shutdown(&server, Duration::from_millis(50));
    wait_for(complete).expect("a shutdown");
    eventually("it is cut off", || server.handle.connection_count() == 0);
}

fn a_silent_shutdown_sends_what_is_queued_and_no_goodbye() {
    let server = TestServer::of([]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let mut polling = Client::connect_and_poll(&server);
    let global = server.handle.of("").expect("it is there");
    assert_eq!(global.send("last").queued, 2);
    let handle = server.handle.clone();
    let complete = in_background(async move { handle.shutdown_silently(PATIENCE).await });
    client.expect("3:::last");
    client.websocket().expect_close(1000);
    drop(client);
    let polls = polling.polling();
    assert_eq!(polls.end_poll(), ["3:::last"]);
    assert!(wait_for(complete).expect("a shutdown"));
}
