//! Every way in which a session ends, and what follows: one disconnect handler for each namespace,
//! then the end of what belonged to it, then the end of what belonged to the session.

use std::sync::Arc;
use std::time::Duration;

use async_lock::Semaphore;
use socketio_server::{
    Args, DisconnectReason, EventRatePolicy, HandlerError, Namespace, OverflowPolicy, RateLimit,
    ServerBuilder, ServerLimits, SessionLimits, Socket, State,
};

use crate::client::{Client, Transport, handshake, on_each_transport};
use crate::http_client::{HttpClient, text};
use crate::journal::{Journal, Pen};
use crate::replay::raw_websocket::{CLOSE, TEXT, frame_bytes};
use crate::server::{SHORT, TestServer};
use crate::waiting::{eventually, in_background};

tests![
    the_client_says_goodbye,
    the_client_leaves_by_a_request,
    the_client_closes_its_websocket,
    the_client_stops_polling,
    the_client_leaves_a_heartbeat_unanswered,
    the_client_sends_too_much_at_once,
    the_client_sends_too_fast,
    the_client_breaks_the_rules_of_its_transport,
    the_client_does_not_fetch_what_it_is_sent,
    the_server_sends_the_client_away,
    the_server_ends_it_without_a_goodbye,
    the_server_shuts_down,
    a_handshake_that_nobody_uses_is_no_affair_of_the_handlers,
    one_namespace_ends_and_the_others_go_on,
    what_the_client_sent_before_its_goodbye_is_handled_first,
    what_a_client_sent_that_the_server_sends_away_is_dropped,
    those_who_stay_in_a_room_can_be_told_who_left_it,
];

/// Says so when it is dropped.
struct Dropped {
    what: String,
    pen: Pen,
}

impl Dropped {
    fn new(what: &str, namespace: &str, pen: &Pen) -> Self {
        let what = format!("{what} of {namespace:?} is over");
        Self {
            what,
            pen: pen.clone(),
        }
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.pen.note(&self.what);
    }
}

/// A value of the namespace, and one of the session.
struct Value(#[expect(dead_code, reason = "noted when it is dropped")] Dropped);
struct SessionValue(#[expect(dead_code, reason = "noted when it is dropped")] Dropped);

/// Every client is in a room, has a job and a value in each namespace, and a value of its own.
async fn settle_in(socket: Socket, State(pen): State<Pen>) -> Result<(), HandlerError> {
    let name = socket.namespace();
    socket.join("lobby")?;
    let value = Value(Dropped::new("value", name, &pen));
    let _ = socket.extensions().insert(value);
    if name.is_empty() {
        let value = SessionValue(Dropped::new("session", name, &pen));
        let _ = socket.session_extensions().insert(value);
    }
    let job = Dropped::new("job", name, &pen);
    socket.spawn(async move {
        let _over = job;
        std::future::pending::<()>().await;
    })?;
    Ok(())
}

/// What the last handler of a membership finds.
async fn say_farewell(socket: Socket, reason: DisconnectReason, State(pen): State<Pen>) {
    futures_lite::future::yield_now().await;
    let has_value = socket.extensions().get::<Value>().is_some();
    let is_heard = socket.emit("too late", ()).is_ok();
    pen.note(format_args!(
        "left {:?}: {reason:?}, in {:?}, value {has_value}, heard {is_heard}",
        socket.namespace(),
        socket.rooms(),
    ));
}

fn watched(name: &str) -> Namespace {
    Namespace::new(name)
        .on_connect(settle_in)
        .on_disconnect(say_farewell)
        .on("ping", async || "pong")
}

fn farewell(namespace: &str, reason: DisconnectReason) -> String {
    format!(r#"left {namespace:?}: {reason:?}, in ["lobby"], value true, heard false"#)
}

fn over(what: &str, namespace: &str) -> String {
    format!("{what} of {namespace:?} is over")
}

/// The handler of each namespace runs, in the order in which they were joined; after each, its
/// job and value are over; after all, the session's value.
#[track_caller]
fn expect_flow(journal: &Journal, reason: DisconnectReason) {
    let notes: Vec<_> = (0..7).map(|_| journal.next()).collect();
    let place = |what: &str| {
        let place = notes.iter().position(|note| note == what);
        place.unwrap_or_else(|| panic!("{what:?} is not among {notes:#?}"))
    };
    let (first, second) = (farewell("", reason), farewell("/chat", reason));
    assert!(place(&first) < place(&second), "{notes:#?}");
    for (namespace, left) in [("", &first), ("/chat", &second)] {
        for what in ["job", "value"] {
            assert!(place(left) < place(&over(what, namespace)), "{notes:#?}");
        }
    }
    assert!(place(&second) < place(&over("session", "")), "{notes:#?}");
}

/// Ends the session of a client that is in two namespaces, and looks at what follows.
#[track_caller]
fn flow(
    builder: ServerBuilder,
    transport: Transport,
    reason: DisconnectReason,
    end: impl FnOnce(&TestServer, &mut Client),
) {
    let builder = builder.namespace(watched("")).namespace(watched("/chat"));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::join(&server, transport, "/chat");
    client.send(r#"5:1+:/chat:{"name":"ping"}"#);
    client.expect(r#"6::/chat:1+["pong"]"#);
    end(&server, &mut client);
    expect_flow(&journal, reason);
    drop(client);
    server.wait_until_deserted();
}

/// The goodbye, and nothing behind it.
#[track_caller]
fn expect_goodbye(client: &mut Client, transport: Transport) {
    client.expect("0::");
    expect_no_more(client, transport);
}

#[track_caller]
fn expect_no_more(client: &mut Client, transport: Transport) {
    match transport {
        Transport::WebSocket => client.websocket().expect_close(1000),
        Transport::Polling | Transport::Jsonp => client.expect("7:::1+0"),
        Transport::HtmlFile => client.htmlfile().expect_end(),
    }
}

fn only_socket(server: &TestServer) -> Socket {
    let namespace = server.handle.of("/chat").expect("the namespace");
    namespace.sockets().pop().expect("a client")
}

fn the_client_says_goodbye() {
    let reason = DisconnectReason::ClientDisconnected;
    flow(
        ServerBuilder::new(),
        Transport::WebSocket,
        reason,
        |_, client| {
            client.send("0::");
            expect_goodbye(client, Transport::WebSocket);
        },
    );
    // Between two polls nobody is there to take it.
    flow(
        ServerBuilder::new(),
        Transport::Polling,
        reason,
        |_, client| {
            client.send("0::");
            expect_no_more(client, Transport::Polling);
        },
    );
}

fn the_client_leaves_by_a_request() {
    on_each_transport(|transport| {
        let reason = DisconnectReason::ClientDisconnected;
        flow(ServerBuilder::new(), transport, reason, |server, client| {
            let target = format!("/socket.io/1//{}/?disconnect=1", client.sid);
            let answer = HttpClient::open(server.address).get(&target);
            assert_eq!((answer.status, text(&answer)), (200, ""));
            match transport {
                Transport::WebSocket | Transport::HtmlFile => expect_goodbye(client, transport),
                Transport::Polling | Transport::Jsonp => expect_no_more(client, transport),
            }
        });
    });
}

fn the_client_closes_its_websocket() {
    let reason = DisconnectReason::TransportClosed;
    flow(
        ServerBuilder::new(),
        Transport::WebSocket,
        reason,
        |_, client| {
            client.websocket().send(CLOSE, &1000_u16.to_be_bytes());
            client.websocket().expect_close(1000);
        },
    );
}

fn the_client_stops_polling() {
    let builder = ServerBuilder::new()
        .heartbeat_interval(None)
        .polling_duration(SHORT)
        .close_timeout(2 * SHORT);
    let reason = DisconnectReason::CloseTimeout;
    flow(builder, Transport::Polling, reason, |server, _| {
        server.clock.run();
    });
}

fn the_client_leaves_a_heartbeat_unanswered() {
    let builder = ServerBuilder::new()
        .heartbeat_interval(SHORT)
        .heartbeat_timeout(2 * SHORT);
    let reason = DisconnectReason::HeartbeatTimeout;
    flow(builder, Transport::WebSocket, reason, |server, client| {
        server.clock.run();
        client.expect("2::");
        // No goodbye: a client that is there after all is to come back.
        client.websocket().expect_close(1000);
    });
}

fn the_client_sends_too_much_at_once() {
    let builder = || {
        let mut limits = ServerLimits::default();
        limits.decode.max_packet_bytes = 1000;
        ServerBuilder::new().limits(limits)
    };
    let reason = DisconnectReason::PacketTooLarge;
    let large = format!("3:::{}", "x".repeat(100_000));
    flow(builder(), Transport::WebSocket, reason, |_, client| {
        client.send(&large[..1001]);
        client.websocket().expect_close(1009);
    });
    flow(builder(), Transport::Polling, reason, |_, client| {
        let polling = client.polling();
        polling.begin_post(&large);
        assert_eq!(polling.posts.answer("POST").status, 413);
        client.expect("7:::1+0");
    });
}

fn the_client_sends_too_fast() {
    let builder = ServerBuilder::new()
        .event_rate(RateLimit::new(1, Duration::from_secs(3600)).burst(10))
        .event_rate_policy(EventRatePolicy::Disconnect);
    let reason = DisconnectReason::TooManyEvents;
    flow(builder, Transport::WebSocket, reason, |_, client| {
        client.send_together(&["8::"; 11]);
        client.websocket().expect_close(1008);
    });
}

fn the_client_breaks_the_rules_of_its_transport() {
    let reason = DisconnectReason::ProtocolViolation;
    flow(
        ServerBuilder::new(),
        Transport::WebSocket,
        reason,
        |_, client| {
            let unmasked = frame_bytes(TEXT, true, false, b"3:::x");
            client.websocket().send_bytes(&unmasked);
            client.websocket().expect_close(1002);
        },
    );
}

fn the_client_does_not_fetch_what_it_is_sent() {
    let mut limits = SessionLimits::default();
    limits.outbox_packets = 3;
    let builder = ServerBuilder::new()
        .session_limits(limits)
        .overflow(OverflowPolicy::Disconnect);
    let reason = DisconnectReason::SlowConsumer;
    flow(builder, Transport::Polling, reason, |server, client| {
        let socket = only_socket(server);
        let sent = (0..4).filter(|_| socket.send("x").is_ok()).count();
        assert_eq!(sent, 3);
        client.expect("7:::1+0");
    });
}

fn the_server_sends_the_client_away() {
    on_each_transport(|transport| {
        let reason = DisconnectReason::ServerDisconnected;
        flow(ServerBuilder::new(), transport, reason, |server, client| {
            only_socket(server).disconnect_session();
            expect_goodbye(client, transport);
        });
    });
}

fn the_server_ends_it_without_a_goodbye() {
    on_each_transport(|transport| {
        let reason = DisconnectReason::ServerDisconnected;
        flow(ServerBuilder::new(), transport, reason, |server, client| {
            only_socket(server).session().disconnect_silently();
            expect_no_more(client, transport);
        });
    });
}

fn the_server_shuts_down() {
    on_each_transport(|transport| {
        let reason = DisconnectReason::ShuttingDown;
        flow(ServerBuilder::new(), transport, reason, |server, client| {
            let handle = server.handle.clone();
            in_background(async move { handle.shutdown(Duration::from_secs(20)).await });
            client.expect("0::");
            match transport {
                Transport::WebSocket => client.websocket().expect_close(1000),
                Transport::Polling | Transport::Jsonp => {}
                Transport::HtmlFile => client.htmlfile().expect_end(),
            }
        });
    });
}

fn a_handshake_that_nobody_uses_is_no_affair_of_the_handlers() {
    let builder = ServerBuilder::new()
        .namespace(watched(""))
        .handshake_timeout(Duration::from_millis(50));
    let (server, journal) = TestServer::noting_listening(builder);
    let sid = handshake(server.address, "");
    server.eventually("it is forgotten", || server.handle.session_count() == 0);
    let target = format!("/socket.io/1/xhr-polling/{sid}");
    let answer = HttpClient::open(server.address).get(&target);
    assert_eq!((answer.status, text(&answer)), (200, "7:::1+0"));
    server.wait_until_deserted();
    drop(server);
    assert!(journal.is_over());
}

fn one_namespace_ends_and_the_others_go_on() {
    on_each_transport(|transport| {
        let builder = ServerBuilder::new()
            .namespace(watched(""))
            .namespace(watched("/chat"));
        let (server, journal) = TestServer::noting(builder);
        let mut client = Client::join(&server, transport, "/chat");
        for reason in [
            DisconnectReason::ClientDisconnected,
            DisconnectReason::ServerDisconnected,
        ] {
            if reason == DisconnectReason::ClientDisconnected {
                client.send("0::/chat");
            } else {
                eventually("it is back", || {
                    !server.handle.of("/chat").expect("it").sockets().is_empty()
                });
                only_socket(&server).disconnect().expect("a member");
                client.expect("0::/chat");
            }
            journal.expect(&farewell("/chat", reason));
            let ended = journal.sorted(2);
            assert_eq!(ended, [over("job", "/chat"), over("value", "/chat")]);
            client.ask(1, "ping", "[]");
            client.expect(r#"6:::1+["pong"]"#);
            // It may come back, and finds everything new.
            client.send("1::/chat");
            client.expect("1::/chat");
        }
    });
}

/// A client whose first event is being worked on while others wait behind it.
fn at_work(end: impl FnOnce(&TestServer, &mut Client)) -> Vec<String> {
    let gate = Arc::new(Semaphore::new(0));
    let namespace = Namespace::global()
        .on(
            "work",
            async |State(gate): State<Arc<Semaphore>>, State(pen): State<Pen>| {
                pen.note("begun");
                let _ = gate.acquire().await;
                pen.note("done");
            },
        )
        .on(
            "note",
            async |Args((text,)): Args<(String,)>, State(pen): State<Pen>| {
                pen.note(text);
            },
        )
        .on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
            pen.note(format_args!("{reason:?}"));
        });
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(Arc::clone(&gate));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("work", "[]");
    client.emit("note", r#"["sent behind it"]"#);
    client.send("3:1::seen");
    client.expect("6:::1");
    journal.expect("begun");
    end(&server, &mut client);
    expect_goodbye(&mut client, Transport::WebSocket);
    gate.add_permits(1);
    let mut notes = Vec::new();
    while notes
        .last()
        .is_none_or(|last: &String| !last.ends_with("Disconnected"))
    {
        notes.push(journal.next());
    }
    notes
}

fn what_the_client_sent_before_its_goodbye_is_handled_first() {
    let notes = at_work(|_, client| client.send("0::"));
    assert_eq!(notes, ["done", "sent behind it", "ClientDisconnected"]);
}

fn what_a_client_sent_that_the_server_sends_away_is_dropped() {
    let notes = at_work(|server, _| {
        let everybody = server.handle.of("").expect("the global namespace");
        everybody.sockets()[0].disconnect_session();
    });
    assert_eq!(notes, ["done", "ServerDisconnected"]);
}

fn those_who_stay_in_a_room_can_be_told_who_left_it() {
    let namespace = Namespace::global()
        .on_connect(async |socket: Socket| Ok::<_, HandlerError>(socket.join("lobby")?))
        .on("ping", async || "pong")
        .on_disconnect(async |socket: Socket, reason: DisconnectReason| {
            socket.to("lobby").emit("left", (reason.to_string(),))?;
            Ok::<_, HandlerError>(())
        });
    let server = TestServer::of([namespace]);
    let mut stays = Client::connect(&server, Transport::WebSocket);
    stays.ask(1, "ping", "[]");
    stays.expect(r#"6:::1+["pong"]"#);
    Client::connect(&server, Transport::Polling).send("0::");
    stays.expect(r#"5:::{"name":"left","args":["client disconnected"]}"#);
}
