//! Requests: whatever clients send, the server answers in HTTP, and nothing is left of them.

use std::time::Duration;

use socketio_server::SessionLimits;

use super::conversation::{self, Move};
use super::host::Host;
use super::pipe::ClientEnd;

/// How many connections clients have at once.
const CONNECTIONS: usize = 4;

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
        host.wait(Duration::ZERO);
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
    let drawn: [u8; 18] = std::array::from_fn(|place| place as u8 + 1);
    socketio_server::SessionId::from_random(drawn)
        .as_str()
        .to_owned()
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
    end: ClientEnd,
    received: Vec<u8>,
}

impl Clients<'_> {
    fn make(&mut self, it: &Move<'_>) {
        match it.kind {
            kind @ b'a'..=b'd' => self.send(usize::from(kind - b'a'), it.bytes),
            kind @ b'A'..=b'D' => {
                if let Some(connection) = &self.connections[usize::from(kind - b'A')] {
                    connection.end.end();
                }
            }
            kind @ b'1'..=b'4' => self.connections[usize::from(kind - b'1')] = None,
            b's' => {
                let window = it.bytes.first().copied().map_or(usize::MAX, usize::from);
                if let Some(connection) = &self.connections[0] {
                    connection.end.read_on(window);
                }
            }
            b'w' => self.host.wait(it.time()),
            _ => self.send(0, it.bytes),
        }
        for connection in self.connections.iter_mut().flatten() {
            connection.check();
        }
    }

    fn send(&mut self, place: usize, bytes: &[u8]) {
        // A client whose connection was ended by the server opens another.
        if let Some(connection) = &self.connections[place] {
            if connection.end.is_ended_by_server() {
                self.connections[place] = None;
            }
        }
        let connection = self.connections[place].get_or_insert_with(|| Connection {
            end: self.host.connect(),
            received: Vec::new(),
        });
        connection.end.send(bytes);
    }
}

impl Connection {
    /// What the server writes begins with the head of a response.
    fn check(&mut self) {
        if self.received.len() > 4_096 {
            let _ = self.end.received();
            return;
        }
        self.received.extend(self.end.received());
        if self.received.is_empty() {
            return;
        }
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

impl Drop for Connection {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check();
        }
    }
}
