//! Requests: whatever clients send, the server answers in HTTP, and nothing is left of them.

use std::time::Duration;

use socketio_server::{SessionId, SessionLimits};
use socketio_simulation::Line;

use super::client::Client;
use super::conversation::{self, Move};
use super::host::Host;

/// How many connections clients have at once.
const CONNECTIONS: usize = 4;

/// What one side of a connection may be ahead of the other, in bytes: little enough for writers
/// to wait.
const ROOM: usize = 1_000;

/// What is looked at of a connection's responses, in bytes.
const HEAD_BYTES: usize = 2_000;

/// How often clients and the server may answer each other at once.
const MOST_ROUNDS: usize = 1_000;

/// The moves of clients. `a` to `d` send bytes on one of four connections, which is opened if it
/// is not, `A` to `D` end it, `1` to `4` break it; `s` has the first connection read no more than so
/// many bytes, `w` lets so many quarters of a second pass. Anything else is sent as it is on the first.
///
/// # Panics
/// If the server panics or does not come to rest, if what it writes is no HTTP, or if anything is
/// left of connections and sessions in the end.
pub fn check(input: &[u8]) {
    let host = Host::start(tight());
    let mut clients = Clients {
        host: &host,
        connections: Default::default(),
    };
    for it in conversation::moves(input) {
        clients.make(&it);
        clients.settle();
    }
    for connection in &mut clients.connections {
        *connection = None;
    }
    host.ends();
}

/// The input in which clients make these moves.
#[must_use]
pub fn input<'a>(moves: impl IntoIterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    conversation::input(moves)
}

/// The id that the first session of every input has.
#[must_use]
pub fn first_session_id() -> String {
    // The world counts the bytes of ids.
    let bytes = std::array::from_fn(|at| at as u8);
    SessionId::from_random(bytes).as_str().to_owned()
}

/// Bounds that inputs can reach.
fn tight() -> SessionLimits {
    SessionLimits::default()
        .outbox_bytes(4_000)
        .outbox_packets(40)
        .inbox_bytes(1_000)
        .inbox_packets(6)
        .namespaces(3)
        .rooms(2)
        .awaited_acks(2)
}

struct Clients<'a> {
    host: &'a Host,
    connections: [Option<Connection>; CONNECTIONS],
}

struct Connection {
    client: Client,
    /// The beginning of what has come from the server.
    received: Vec<u8>,
    /// What the client still reads.
    window: usize,
    is_over: bool,
}

impl Clients<'_> {
    fn make(&mut self, it: &Move<'_>) {
        match it.kind {
            kind @ b'a'..=b'd' => self.send(usize::from(kind - b'a'), it.bytes),
            kind @ b'A'..=b'D' => {
                if let Some(connection) = &self.connections[usize::from(kind - b'A')] {
                    connection.client.end();
                }
            }
            kind @ b'1'..=b'4' => {
                if let Some(connection) = self.connections[usize::from(kind - b'1')].take() {
                    connection.client.breaks();
                }
            }
            b's' => {
                let window = it.bytes.first().copied().map_or(usize::MAX, usize::from);
                if let Some(connection) = &mut self.connections[0] {
                    connection.window = window;
                }
            }
            b'w' => self.host.wait(it.time()),
            _ => self.send(0, it.bytes),
        }
    }

    /// A client whose connection was ended by the server opens another.
    fn send(&mut self, place: usize, bytes: &[u8]) {
        let connection = &mut self.connections[place];
        drop(connection.take_if(|it| it.is_over));
        let line = Line {
            room: ROOM,
            ..Line::default()
        };
        let connection = connection.get_or_insert_with(|| Connection {
            client: self.host.connect(line),
            received: Vec::new(),
            window: usize::MAX,
            is_over: false,
        });
        connection.client.send(bytes);
    }

    /// Everything happens that can without the time going on.
    fn settle(&mut self) {
        for _ in 0..MOST_ROUNDS {
            self.host.wait(Duration::ZERO);
            let mut goes_on = false;
            for connection in self.connections.iter_mut().flatten() {
                goes_on |= connection.client.send_on();
                goes_on |= connection.read();
            }
            if !goes_on {
                return;
            }
        }
        panic!("after {MOST_ROUNDS} rounds there is still something to answer, at once");
    }
}

impl Connection {
    /// Reads what has come; whether that was anything. What the server writes begins with the head
    /// of a response.
    fn read(&mut self) -> bool {
        let (read, is_over) = self.client.read(self.window);
        self.window = self.window.saturating_sub(read.len());
        self.is_over |= is_over;
        let kept = HEAD_BYTES.saturating_sub(self.received.len());
        self.received.extend(read.iter().take(kept));
        if !self.received.is_empty() {
            self.check_head();
        }
        !read.is_empty()
    }

    fn check_head(&self) {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(&self.received);
        let received = String::from_utf8_lossy(&self.received);
        let parsed = parsed.unwrap_or_else(|error| panic!("{error} in {received:?}"));
        if parsed.is_complete() {
            let code = response.code.unwrap_or_default();
            assert!((100..600).contains(&code), "{received:?}");
        }
    }
}
