//! What is held for all clients together is bounded, and who says little goes on when others have
//! used up everything.

use socketio_server::{
    Delivery, DisconnectReason, Misuse, Namespace, OverflowPolicy, Reach, SendError, ServerBuilder,
    ServerLimits, Socket, State, Text,
};

use crate::client::{Client, Transport, WebSocket, form, handshake, on_each_transport};
use crate::http_client::{HttpClient, text};
use crate::journal::{Journal, Pen};
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    small_packets_go_both_ways_while_it_is_used_up,
    a_large_post_is_refused_and_nothing_has_happened,
    a_large_message_ends_its_websocket,
    a_large_message_in_fragments_ends_its_websocket,
    a_large_packet_that_nobody_fetches_ends_the_session,
    a_large_packet_may_be_dropped_instead,
    a_large_answer_to_a_poll_is_refused_and_kept,
    what_is_too_much_for_one_answer_comes_in_several,
    many_tiny_packets_are_fetched_while_it_is_used_up,
    a_handshake_with_a_large_head_is_refused,
    what_waits_for_handlers_draws_on_it,
    everything_is_given_back_on_every_transport,
    a_broadcast_is_counted_once_for_all,
];

/// All there is: as much as a frame of [`HUGE`] bytes takes.
const BUDGET: usize = 240 << 10;

const HUGE: usize = 128 << 10;

/// More than may be held without the budget.
fn large() -> String {
    "x".repeat(40 << 10)
}

fn echoing() -> Namespace {
    Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| {
            let _ = socket.send(&text);
        })
        .on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
            pen.note(format_args!("{reason:?}"));
        })
}

fn start() -> (TestServer, Journal) {
    let limits = ServerLimits::default().memory_budget_bytes(BUDGET);
    TestServer::noting(ServerBuilder::new().namespace(echoing()).limits(limits))
}

fn reserved(server: &TestServer) -> usize {
    server.handle.counters().memory_reserved
}

fn refused(server: &TestServer, what: &str) -> u64 {
    server.handle.counters().memory_refusals.get(what)
}

/// Only the head of a frame, which asks for as much memory as the whole.
fn begin_frame(websocket: &mut WebSocket) {
    let frame = frame_bytes(TEXT, true, true, "x".repeat(HUGE).as_bytes());
    websocket.send_bytes(&frame[..14]);
}

/// Somebody who takes all of it, until he leaves.
fn use_up(server: &TestServer) -> Client {
    let mut attacker = Client::connect(server, Transport::WebSocket);
    begin_frame(attacker.websocket());
    eventually("it is used up", || reserved(server) == BUDGET);
    attacker
}

fn is_exhausted(error: &SendError) -> bool {
    let reason = DisconnectReason::MemoryExhausted;
    matches!(error, SendError::Misuse(Misuse::Closed(it)) if *it == reason)
}

fn socket_of(server: &TestServer, client: &Client) -> Socket {
    let sockets = server.handle.of("").expect("there is one").sockets();
    let mut sockets = sockets.into_iter();
    let own = sockets.find(|socket| socket.id().as_str() == client.sid);
    own.expect("the client is there")
}

fn small_packets_go_both_ways_while_it_is_used_up() {
    on_each_transport(|transport| {
        let (server, _journal) = start();
        let _attacker = use_up(&server);
        let mut client = Client::connect(&server, transport);
        for number in 0..30 {
            let packet = format!("3:::{number}{}", "x".repeat(1000));
            client.send(&packet);
            client.expect(&packet);
        }
        let many: Vec<_> = (0..30).map(|number| format!("3:::{number}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        client.send_together(&many);
        many.iter().for_each(|packet| client.expect(packet));
        assert_eq!(reserved(&server), BUDGET);
    });
}

fn a_large_post_is_refused_and_nothing_has_happened() {
    for (transport, name) in [
        (Transport::Polling, "xhr-polling"),
        (Transport::Jsonp, "jsonp-polling"),
        (Transport::HtmlFile, "htmlfile"),
    ] {
        let (server, _journal) = start();
        let attacker = use_up(&server);
        let mut client = Client::connect(&server, transport);
        let packet = format!("3:::{}", large());
        let body = match transport {
            Transport::Jsonp => form(&packet),
            _ => packet.clone(),
        };
        let target = format!("/socket.io/1/{name}/{}?i=3", client.sid);
        let answer = HttpClient::open(server.address).request("POST", &target, "", &body);
        assert_eq!((answer.status, text(&answer)), (503, "out of memory"));
        assert_eq!(answer.header("Retry-After"), Some("5"));
        assert_eq!(answer.header("Connection"), Some("close"));
        assert_eq!(refused(&server, "post"), 1);
        drop(attacker);
        eventually("it is given back", || reserved(&server) == 0);
        client.send(&packet);
        client.expect(&packet);
        eventually("it is given back", || reserved(&server) == 0);
    }
}

fn a_large_message_ends_its_websocket() {
    let (server, journal) = start();
    let _attacker = use_up(&server);
    let mut other = Client::connect(&server, Transport::WebSocket);
    begin_frame(other.websocket());
    other.websocket().expect_close(1013);
    journal.expect("MemoryExhausted");
    assert_eq!(refused(&server, "websocket"), 1);
}

fn a_large_message_in_fragments_ends_its_websocket() {
    let (server, journal) = start();
    let _attacker = use_up(&server);
    let mut other = Client::connect(&server, Transport::WebSocket);
    let piece = "x".repeat(1000);
    other
        .websocket()
        .send_bytes(&frame_bytes(TEXT, false, true, b"3:::"));
    let more = frame_bytes(0, false, true, piece.as_bytes());
    other.websocket().send_bytes(&more.repeat(10));
    other.websocket().expect_close(1013);
    journal.expect("MemoryExhausted");
}

fn a_large_packet_that_nobody_fetches_ends_the_session() {
    let (server, journal) = start();
    let _attacker = use_up(&server);
    let client = Client::connect(&server, Transport::Polling);
    let socket = socket_of(&server, &client);
    assert!(matches!(socket.send("small"), Ok(Delivery::Queued)));
    assert!(matches!(socket.send(&large()), Err(error) if is_exhausted(&error)));
    journal.expect("MemoryExhausted");
    let counters = server.handle.counters();
    assert_eq!(counters.memory_reserved, BUDGET);
}

fn a_large_packet_may_be_dropped_instead() {
    let (server, _journal) = start();
    let _attacker = use_up(&server);
    let mut client = Client::connect(&server, Transport::Polling);
    let socket = socket_of(&server, &client);
    assert!(matches!(socket.send("small"), Ok(Delivery::Queued)));
    let newest = socket.overflow(OverflowPolicy::DropNewest);
    assert!(matches!(newest.send(&large()), Ok(Delivery::Dropped)));
    let everybody = server.handle.of("").expect("there is one").everybody();
    let reach = everybody
        .overflow(OverflowPolicy::DropNewest)
        .send(&large());
    let expected = Reach {
        queued: 0,
        dropped: 2,
        disconnected: 0,
    };
    assert_eq!(reach, expected);
    client.expect("3:::small");
    let traffic = server.handle.counters().sessions.traffic;
    assert_eq!(
        (traffic.dropped_for_memory, traffic.packets_dropped),
        (3, 0)
    );
}

/// What the outbox can hold need not be enough for the packet and its payload.
fn a_large_answer_to_a_poll_is_refused_and_kept() {
    let (server, _journal) = start();
    let mut client = Client::connect(&server, Transport::Polling);
    let socket = socket_of(&server, &client);
    let packet = "x".repeat(100 << 10);
    assert!(matches!(socket.send(&packet), Ok(Delivery::Queued)));
    client.polling().begin_poll();
    let answer = client.polling().polls.answer("GET");
    assert_eq!((answer.status, text(&answer)), (503, "out of memory"));
    assert_eq!(refused(&server, "response"), 1);
    assert_eq!(socket.session().backlog().0, 1);
    // On a websocket it needs no payload.
    let mut websocket = WebSocket::open(server.address, &client.sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    assert_eq!(websocket.next_frame().payload.len(), packet.len() + 4);
    eventually("it is given back", || reserved(&server) == 0);
}

fn what_is_too_much_for_one_answer_comes_in_several() {
    for transport in [Transport::Polling, Transport::Jsonp] {
        let (server, _journal) = start();
        let mut client = Client::connect(&server, transport);
        let socket = socket_of(&server, &client);
        let text = "x".repeat(16_000);
        for _ in 0..6 {
            assert!(matches!(socket.send(&text), Ok(Delivery::Queued)));
        }
        for _ in 0..6 {
            client.expect(&format!("3:::{text}"));
        }
        assert_eq!(refused(&server, "response"), 0);
    }
}

fn many_tiny_packets_are_fetched_while_it_is_used_up() {
    on_each_transport(|transport| {
        let (server, _journal) = start();
        let _attacker = use_up(&server);
        let mut client = Client::connect(&server, transport);
        let socket = socket_of(&server, &client);
        let mut sent = 0;
        let newest = socket.overflow(OverflowPolicy::DropNewest);
        while sent < 1000 && matches!(newest.send(""), Ok(Delivery::Queued)) {
            sent += 1;
        }
        assert!(sent >= 100, "{sent} on {transport:?}");
        (0..sent).for_each(|_| client.expect("3::"));
        assert_eq!(server.handle.counters().memory_refusals.total(), 0);
    });
}

fn a_handshake_with_a_large_head_is_refused() {
    let (server, _journal) = start();
    let attacker = use_up(&server);
    handshake(server.address, "");
    let cookie = format!("Cookie: a={}\r\n", "x".repeat(4000));
    let ask = || HttpClient::open(server.address).request("GET", "/socket.io/1/", &cookie, "");
    let answer = ask();
    assert_eq!((answer.status, text(&answer)), (503, "out of memory"));
    assert_eq!(answer.header("Retry-After"), Some("5"));
    let counters = server.handle.counters();
    assert_eq!(counters.handshakes_refused.get("memory_exhausted"), 1);
    assert_eq!(refused(&server, "handshake"), 1);
    drop(attacker);
    eventually("it is given back", || reserved(&server) == 0);
    assert_eq!(ask().status, 200);
    assert!((4000..6000).contains(&reserved(&server)));
}

fn what_waits_for_handlers_draws_on_it() {
    on_each_transport(|transport| {
        let (gate, opened) = async_channel::bounded::<()>(1);
        let waiting = Namespace::global().on_message(
            async |State(opened): State<async_channel::Receiver<()>>| {
                let _ = opened.recv().await;
            },
        );
        let builder = ServerBuilder::new().namespace(waiting).state(opened);
        let (server, _journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, transport);
        let packet = format!("3:::{}", large());
        client.send_together(&["3:::first", &packet, &packet]);
        eventually("it waits", || {
            reserved(&server) >= 2 * (40 << 10) - (32 << 10)
        });
        drop(gate);
        eventually("it is given back", || reserved(&server) == 0);
        drop(client);
    });
}

fn everything_is_given_back_on_every_transport() {
    on_each_transport(|transport| {
        let builder = ServerBuilder::new().namespace(echoing());
        let (server, _journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, transport);
        for size in [10, 20_000, 100_000, 900_000] {
            let packet = format!("3:::{}", "<\u{2028}x".repeat(size / 6));
            client.send(&packet);
            client.expect(&packet);
        }
        // The client has the answer before the server knows that it has.
        eventually("it is given back", || reserved(&server) == 0);
        let socket = socket_of(&server, &client);
        assert!(socket.send(&large()).is_ok());
        client.send("0::");
        // Not before: who leaves with something unread takes back what was said last.
        eventually("nobody is left", || server.handle.session_count() == 0);
        drop(client);
        eventually("it is given back", || reserved(&server) == 0);
    });
}

fn a_broadcast_is_counted_once_for_all() {
    let (server, _journal) = start();
    let mut clients: Vec<_> = (0..20)
        .map(|_| Client::connect(&server, Transport::Polling))
        .collect();
    let text = large();
    let everybody = server.handle.of("").expect("there is one").everybody();
    assert_eq!(everybody.send(&text).queued, clients.len());
    let counted = reserved(&server);
    assert!((text.len()..2 * text.len()).contains(&counted), "{counted}");
    for client in &mut clients {
        client.expect(&format!("3:::{text}"));
    }
    eventually("it is given back", || reserved(&server) == 0);
}
