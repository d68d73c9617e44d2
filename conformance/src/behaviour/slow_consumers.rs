//! Clients that do not read what they are sent.

use std::time::{Duration, Instant};

use socketio_server::{
    Delivery, DisconnectReason, Misuse, Namespace, OverflowPolicy, Reach, SendError, ServerBuilder,
    SessionLimits, Socket, State, Text,
};

use crate::client::{Client, Transport, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::journal::Pen;
use crate::replay::connection::{Arrival, Connection};
use crate::server::{TestServer, with_close_timeout};
use crate::waiting::{PATIENCE, eventually};

tests![
    a_websocket_that_is_not_read_is_given_up_with_bounded_memory,
    a_client_that_does_not_poll_is_given_up,
    the_newest_or_the_oldest_may_be_dropped_instead,
    each_packet_may_have_a_policy_of_its_own,
    a_broadcast_says_what_became_of_it,
    volatile_packets_are_dropped_for_who_does_not_read,
    one_slow_client_does_not_slow_down_the_others,
    what_a_client_sends_while_it_does_not_read_is_read_when_it_does,
];

/// As much as the sockets of both sides can hold between them, generously.
const IN_SOCKETS: usize = 32 << 20;

fn builder(outbox_bytes: usize, outbox_packets: usize) -> ServerBuilder {
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = outbox_bytes;
    limits.outbox_packets = outbox_packets;
    let namespace = Namespace::global().on_disconnect(
        async |reason: DisconnectReason, State(pen): State<Pen>| {
            pen.note(format_args!("{reason:?}"));
        },
    );
    ServerBuilder::new()
        .namespace(namespace)
        .session_limits(limits)
}

fn only_socket(server: &TestServer) -> Socket {
    let global = server.handle.of("").expect("the global namespace");
    global.sockets().pop().expect("a client")
}

fn is_too_slow(error: &SendError) -> bool {
    let reason = DisconnectReason::SlowConsumer;
    matches!(error, SendError::Misuse(Misuse::Closed(it)) if *it == reason)
}

fn a_websocket_that_is_not_read_is_given_up_with_bounded_memory() {
    let outbox = 1 << 20;
    let builder = with_close_timeout(builder(outbox, 4096), Duration::from_millis(100));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let socket = only_socket(&server);
    let text = "x".repeat(64 << 10);
    let mut taken = 0;
    loop {
        match socket.send(&text) {
            Ok(_) => taken += text.len(),
            Err(error) => {
                assert!(is_too_slow(&error), "{error}");
                break;
            }
        }
        assert!(taken < outbox + IN_SOCKETS, "the outbox has no end");
        // The server's writer gets its turn.
        std::thread::yield_now();
    }
    journal.expect("SlowConsumer");
    assert!(socket.send("more").is_err());
    let read = client.websocket().drain();
    assert!(read <= taken + (1 << 20), "{read} of {taken}");
    drop(client);
    server.wait_until_deserted();
}

fn a_client_that_does_not_poll_is_given_up() {
    let (server, journal) = TestServer::noting(builder(1 << 20, 3));
    let mut client = Client::connect(&server, Transport::Polling);
    let socket = only_socket(&server);
    for _ in 0..3 {
        assert!(matches!(socket.send("x"), Ok(Delivery::Queued)));
    }
    assert!(matches!(socket.send("x"), Err(error) if is_too_slow(&error)));
    journal.expect("SlowConsumer");
    client.expect("7:::1+0");
    drop(client);
    server.wait_until_deserted();
}

fn the_newest_or_the_oldest_may_be_dropped_instead() {
    for (policy, kept) in [
        (OverflowPolicy::DropNewest, ["3:::0", "3:::1", "3:::2"]),
        (OverflowPolicy::DropOldest, ["3:::2", "3:::3", "3:::4"]),
    ] {
        let (server, _journal) = TestServer::noting(builder(1 << 20, 3).overflow(policy));
        let mut client = Client::connect(&server, Transport::Polling);
        let socket = only_socket(&server);
        let queued =
            |number: &usize| matches!(socket.send(&number.to_string()), Ok(Delivery::Queued));
        let queued = (0..5).filter(queued).count();
        let expected = if policy == OverflowPolicy::DropNewest {
            3
        } else {
            5
        };
        assert_eq!(queued, expected);
        client.polling().begin_poll();
        assert_eq!(client.polling().end_poll(), kept);
    }
}

fn each_packet_may_have_a_policy_of_its_own() {
    let (server, _journal) = TestServer::noting(builder(1 << 20, 3));
    let mut client = Client::connect(&server, Transport::Polling);
    let socket = only_socket(&server);
    for number in 0..3 {
        let kept = socket.overflow(OverflowPolicy::DropNewest);
        assert!(matches!(
            kept.send(&number.to_string()),
            Ok(Delivery::Queued)
        ));
    }
    let newest = socket.overflow(OverflowPolicy::DropNewest);
    assert!(matches!(newest.send("dropped"), Ok(Delivery::Dropped)));
    let oldest = socket.overflow(OverflowPolicy::DropOldest);
    assert!(matches!(oldest.send("3"), Ok(Delivery::Queued)));
    client.polling().begin_poll();
    assert_eq!(client.polling().end_poll(), ["3:::1", "3:::2", "3:::3"]);
}

fn a_broadcast_says_what_became_of_it() {
    let (server, journal) = TestServer::noting(builder(1 << 20, 3));
    let slow = Client::connect(&server, Transport::Polling);
    let mut quick = Client::connect(&server, Transport::WebSocket);
    let everybody = server.handle.of("").expect("the global namespace");
    let reach = |queued, dropped, disconnected| Reach {
        queued,
        dropped,
        disconnected,
    };
    let mut cast = |policy: Option<OverflowPolicy>| {
        let cast = everybody.everybody();
        let cast = match policy {
            Some(policy) => cast.overflow(policy),
            None => cast,
        };
        let reach = cast.send("x");
        quick.expect("3:::x");
        reach
    };
    for _ in 0..3 {
        assert_eq!(cast(None), reach(2, 0, 0));
    }
    assert_eq!(cast(Some(OverflowPolicy::DropNewest)), reach(1, 1, 0));
    assert_eq!(cast(Some(OverflowPolicy::DropOldest)), reach(2, 0, 0));
    assert_eq!(cast(None), reach(1, 0, 1));
    journal.expect("SlowConsumer");
    drop(slow);
}

/// More than the sockets of both sides hold when the client has little room.
const LARGE: usize = 5 << 20;

/// The client of a session reads the beginning of something large, and no more.
fn stuck(server: &TestServer, transport: Transport) -> Connection {
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open_narrow(server.address);
    match transport {
        Transport::WebSocket => http.send(&upgrade_request(server.address, &sid, "")),
        Transport::HtmlFile => http.begin("GET", &format!("/socket.io/1/htmlfile/{sid}"), "", ""),
        Transport::Polling | Transport::Jsonp => {
            let target = format!("/socket.io/1/xhr-polling/{sid}");
            http.begin("GET", &target, "", "");
            assert_eq!(http.answer("GET").status, 200);
            http.begin("GET", &target, "", "");
        }
    }
    eventually("it is connected", || {
        let global = server.handle.of("").expect("the global namespace");
        let sockets = global.sockets();
        sockets.iter().any(|socket| socket.session().is_connected())
    });
    assert!(matches!(
        only_socket(server).send(&"x".repeat(LARGE)),
        Ok(Delivery::Queued)
    ));
    let deadline = Instant::now() + PATIENCE;
    while http.connection.unread().len() < 64 << 10 {
        assert_eq!(http.connection.wait(deadline), Arrival::Bytes);
    }
    http.connection
}

fn volatile_packets_are_dropped_for_who_does_not_read() {
    const TICK: usize = 4 << 10;
    let backlog = SessionLimits::default().volatile_backlog_bytes;
    for transport in [
        Transport::WebSocket,
        Transport::HtmlFile,
        Transport::Polling,
    ] {
        let (server, _journal) = TestServer::noting(builder(2 * LARGE, 4096));
        let _stuck = stuck(&server, transport);
        let socket = only_socket(&server);
        let tick = "x".repeat(TICK);
        let queued = |_: &usize| matches!(socket.volatile().send(&tick), Ok(Delivery::Queued));
        let kept = (0..100).filter(queued).count();
        assert!(kept <= backlog / TICK + 1, "{kept} on {transport:?}");
        assert!(
            socket.session().backlog().1 <= backlog + TICK + 4,
            "{transport:?}"
        );
        // Nothing of that is a reason to send it away.
        assert!(matches!(socket.send("reliable"), Ok(Delivery::Queued)));
        let reach = server.handle.of("").expect("a namespace").everybody();
        assert_eq!(reach.volatile().send(&tick).dropped, 1, "{transport:?}");
    }
}

fn one_slow_client_does_not_slow_down_the_others() {
    let builder = builder(64 << 10, 4096);
    let (server, journal) = TestServer::noting(builder);
    let mut slow = Client::connect(&server, Transport::Polling);
    let mut quick = Client::connect(&server, Transport::WebSocket);
    let everybody = server.handle.of("").expect("the global namespace");
    let text = "x".repeat(16 << 10);
    for number in 0..10 {
        let _ = everybody.send(&text);
        let _ = everybody.send(&number.to_string());
        quick.expect(&format!("3:::{text}"));
        quick.expect(&format!("3:::{number}"));
    }
    journal.expect("SlowConsumer");
    slow.expect("7:::1+0");
}

fn what_a_client_sends_while_it_does_not_read_is_read_when_it_does() {
    let echoing = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    let mut limits = SessionLimits::default();
    limits.outbox_bytes = 2 * IN_SOCKETS;
    let builder = ServerBuilder::new()
        .namespace(echoing)
        .session_limits(limits);
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let socket = only_socket(&server);
    // One, so that there is nothing more to write when the client has read it.
    let text = "x".repeat(IN_SOCKETS);
    assert!(socket.send(&text).is_ok());
    client.send("3:::in between");
    assert!(client.next().ends_with(&text));
    client.expect("3:::in between");
}
