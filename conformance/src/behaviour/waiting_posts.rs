//! Posts whose packets wait, because the application is behind.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{
    DisconnectReason, Namespace, ServerBuilder, ServerLimits, SessionLimits, State, Text,
};

use crate::client::{Client, Transport, payload};
use crate::http_client::{HttpClient, text};
use crate::journal::{Journal, Pen};
use crate::server::{SHORT, TestServer};
use crate::waiting::eventually;

tests![
    one_that_waits_too_long_ends_its_session,
    one_that_is_given_up_half_taken_ends_its_session,
    one_of_which_nothing_was_taken_may_be_given_up,
    they_are_taken_in_the_order_in_which_they_came,
];

/// A client in whose session a handler waits for the gate.
struct Held {
    server: TestServer,
    journal: Journal,
    client: Client,
    gate: Arc<Semaphore>,
}

impl Held {
    fn with_room_for(packets: usize) -> Self {
        Self::within(packets, ServerLimits::default())
    }

    fn within(packets: usize, limits: ServerLimits) -> Self {
        type Gate = Arc<Semaphore>;
        let gate = Gate::new(Semaphore::new(0));
        let namespace = Namespace::global()
            .on("wait", async |State(gate): State<Gate>| {
                let _ = gate.acquire().await;
            })
            .on_message(async |Text(text): Text, State(pen): State<Pen>| pen.note(text))
            .on_disconnect(async |reason: DisconnectReason, State(pen): State<Pen>| {
                pen.note(format_args!("{reason:?}"));
            });
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .session_limits(SessionLimits::default().inbox_packets(packets))
            .limits(limits)
            .state(Gate::clone(&gate));
        let (server, journal) = TestServer::noting(builder);
        let mut client = Client::connect(&server, Transport::Polling);
        client.emit("wait", "[]");
        Self {
            server,
            journal,
            client,
            gate,
        }
    }

    /// Begins a post of these messages on a connection of its own.
    fn begins_to_post(&self, messages: &[&str]) -> HttpClient {
        let before = self.server.handle.counters().uploads;
        let packets: Vec<_> = messages.iter().map(|it| format!("3:::{it}")).collect();
        let packets: Vec<_> = packets.iter().map(String::as_str).collect();
        let mut http = HttpClient::open(self.server.address);
        let target = format!("/socket.io/1/xhr-polling/{}", self.client.sid);
        http.begin("POST", &target, &http.referer(), &payload(&packets));
        eventually("it has come", || {
            self.server.handle.counters().uploads > before
        });
        http
    }

    fn has_taken(&self, packets: u64) {
        eventually("so much is taken", || {
            let counters = self.server.handle.counters();
            counters.sessions.traffic.packets_received == packets
        });
    }

    /// Ends the connection, and waits until the server has seen it.
    fn gives_up(&self, post: HttpClient) {
        let before = self.server.handle.connection_count();
        drop(post);
        eventually("it is gone", || {
            self.server.handle.connection_count() < before
        });
    }
}

fn one_that_waits_too_long_ends_its_session() {
    let mut held = Held::within(2, ServerLimits::default().upload_timeout(SHORT));
    let mut post = held.begins_to_post(&["1", "2", "3"]);
    let answer = held.server.clock.running(|| post.answer("POST"));
    assert_eq!((answer.status, text(&answer)), (503, "too busy"));
    post.expect_end();
    held.client.expect("7:::1+0");
    // What was taken is handled, and of the rest nothing.
    held.gate.add_permits(1);
    for note in ["1", "2", "UploadTimeout"] {
        held.journal.expect(note);
    }
    drop(held.client);
    held.server.wait_until_deserted();
}

fn one_that_is_given_up_half_taken_ends_its_session() {
    let mut held = Held::with_room_for(2);
    let post = held.begins_to_post(&["1", "2", "3"]);
    held.has_taken(3);
    held.gives_up(post);
    held.client.expect("7:::1+0");
    held.gate.add_permits(1);
    // Nothing comes behind the gap.
    for note in ["1", "2", "UploadTimeout"] {
        held.journal.expect(note);
    }
}

fn one_of_which_nothing_was_taken_may_be_given_up() {
    let mut held = Held::with_room_for(2);
    held.client.send("3:::1");
    held.client.send("3:::2");
    let post = held.begins_to_post(&["3", "4"]);
    held.gives_up(post);
    held.gate.add_permits(1);
    held.journal.expect("1");
    held.journal.expect("2");
    held.client.send("3:::5");
    held.journal.expect("5");
}

fn they_are_taken_in_the_order_in_which_they_came() {
    let held = Held::with_room_for(1);
    let mut posts = Vec::new();
    let mut expected = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let messages: Vec<_> = (0..20).map(|number| format!("{name}{number}")).collect();
        let messages_of_it: Vec<_> = messages.iter().map(String::as_str).collect();
        posts.push(held.begins_to_post(&messages_of_it));
        expected.extend(messages);
    }
    held.gate.add_permits(1);
    for message in expected {
        held.journal.expect(&message);
    }
    for post in &mut posts {
        let answer = post.answer("POST");
        assert_eq!((answer.status, text(&answer)), (200, "1"));
    }
}
