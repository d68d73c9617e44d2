//! Clients that talk faster than they may.

use std::time::Duration;

use socketio_server::{EventRatePolicy, Namespace, RateLimit, ServerBuilder, State, Text};

use crate::client::{Client, Transport, on_each_transport};
use crate::http_client::{HttpClient, text};
use crate::journal::{Journal, Pen};
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    what_comes_too_fast_is_heard_in_its_time_and_in_order,
    what_is_posted_too_fast_is_heard_though_nobody_polls,
    who_is_not_listened_to_holds_up_nobody_else,
    who_has_left_is_not_waited_for,
    where_it_is_not_put_up_with_a_websocket_is_closed,
    where_it_is_not_put_up_with_a_post_is_refused,
];

fn noting() -> Namespace {
    Namespace::global().on_message(async |State(pen): State<Pen>, Text(text): Text| {
        pen.note(text);
    })
}

/// As many packets as those, each a message with its number.
fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("3:::{number}")).collect()
}

fn send_together(client: &mut Client, packets: &[String]) {
    let packets: Vec<&str> = packets.iter().map(String::as_str).collect();
    client.send_together(&packets);
}

/// Five at once, and then one in ten milliseconds.
fn paced() -> (TestServer, Journal) {
    let rate = RateLimit::per_second(100).burst(5);
    TestServer::noting(ServerBuilder::new().namespace(noting()).event_rate(rate))
}

/// Forty packets that are sent together are heard as time passes, and not before.
fn expect_paced(server: &TestServer, journal: &Journal, client: &mut Client) {
    server.clock.run();
    send_together(client, &numbered(40));
    for number in 0..40_u32 {
        journal.expect(&number.to_string());
        let due = Duration::from_millis(10) * number.saturating_sub(4);
        assert!(server.clock.passed() >= due, "{number} was not due yet");
    }
}

fn what_comes_too_fast_is_heard_in_its_time_and_in_order() {
    on_each_transport(|transport| {
        let (server, journal) = paced();
        let mut client = Client::connect(&server, transport);
        expect_paced(&server, &journal, &mut client);
    });
}

fn what_is_posted_too_fast_is_heard_though_nobody_polls() {
    for transport in [Transport::Polling, Transport::Jsonp] {
        let (server, journal) = paced();
        // Between two polls, so that there is no transport.
        let mut client = Client::connect(&server, transport);
        expect_paced(&server, &journal, &mut client);
    }
}

/// Three packets, and then no more for an hour.
fn soon_exhausted() -> ServerBuilder {
    let rate = RateLimit::new(1, Duration::from_secs(3600)).burst(3);
    ServerBuilder::new().namespace(noting()).event_rate(rate)
}

fn who_is_not_listened_to_holds_up_nobody_else() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting(soon_exhausted());
        let mut fast = Client::connect(&server, Transport::WebSocket);
        send_together(&mut fast, &numbered(10));
        journal.expect("0");
        journal.expect("1");
        journal.expect("2");
        let mut other = Client::connect(&server, transport);
        other.send("3:::other");
        journal.expect("other");
        // The other way is open.
        for socket in server.handle.of("").expect("there is one").sockets() {
            socket.send("hello").expect("it is there");
        }
        fast.expect("3:::hello");
        other.expect("3:::hello");
    });
}

fn who_has_left_is_not_waited_for() {
    let rate = RateLimit::new(1, Duration::from_secs(3600)).burst(3);
    let namespace = noting().on_disconnect(async |State(pen): State<Pen>| pen.note("left"));
    let builder = ServerBuilder::new().namespace(namespace).event_rate(rate);
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    send_together(&mut client, &numbered(10));
    for number in 0..3 {
        journal.expect(&number.to_string());
    }
    let target = format!("/socket.io/1//{}/?disconnect=1", client.sid);
    HttpClient::open(server.address).get(&target);
    // What was not listened to is not heard any more.
    journal.expect("left");
    drop(client);
    server.wait_until_deserted();
}

fn strict() -> (TestServer, Journal) {
    TestServer::noting(soon_exhausted().event_rate_policy(EventRatePolicy::Disconnect))
}

fn where_it_is_not_put_up_with_a_websocket_is_closed() {
    let (server, journal) = strict();
    let mut client = Client::connect(&server, Transport::WebSocket);
    send_together(&mut client, &numbered(10));
    client.websocket().expect_close(1008);
    for number in 0..3 {
        journal.expect(&number.to_string());
    }
    server.wait_until_deserted();
}

fn where_it_is_not_put_up_with_a_post_is_refused() {
    for (transport, name) in [
        (Transport::Polling, "xhr-polling"),
        (Transport::HtmlFile, "htmlfile"),
    ] {
        let (server, journal) = strict();
        let mut client = Client::connect(&server, transport);
        send_together(&mut client, &numbered(3));
        for number in 0..3 {
            journal.expect(&number.to_string());
        }
        let target = format!("/socket.io/1/{name}/{}", client.sid);
        let answer = HttpClient::open(server.address).request("POST", &target, "", "3:::3");
        assert_eq!((answer.status, text(&answer)), (429, "too many events"));
        assert_eq!(answer.header("Connection"), Some("close"));
        eventually("its session is gone", || server.handle.session_count() == 0);
    }
}
