//! What a server counts: every session, and everything that is refused or dropped.

use std::sync::atomic::{AtomicU64, Ordering};

use socketio_session::HubCounters;

/// A snapshot of everything that a server has counted since it was built, by
/// [`ServerHandle::counters`](crate::ServerHandle::counters). Numbers are taken one after the
/// other, not all at one instant.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerCounters {
    /// Sessions, packets and bytes, added up over all sessions.
    pub sessions: HubCounters,
    /// Connections now, as [`ServerHandle::connection_count`](crate::ServerHandle::connection_count)
    /// has them.
    pub connections: usize,
    /// Connections that listeners took in; inside of a framework requests, and websockets.
    pub connections_opened: u64,
    /// Connections that were closed at once because their peer has too many.
    pub connections_refused: u64,
    /// Handshakes that made no session, by reason: `origin`, `unauthorized`,
    /// `authorization_failed`, `shutting_down`, `too_many_sessions`, `too_many_handshakes`,
    /// `too_many_sessions_of_peer`, `too_many_handshakes_of_peer`, `memory_exhausted`,
    /// `no_randomness`.
    pub handshakes_refused: Tally,
    /// Bytes of the [budget](crate::ServerLimits::memory_budget_bytes) that are reserved now.
    pub memory_reserved: usize,
    /// What was turned away because that budget was used up: `handshake` with a large head, `post`,
    /// `response` to a poll or on a stream, `websocket` for what its client sent or did not read.
    /// Packets that were dropped and sessions that ended for the same reason are counted with the
    /// sessions.
    pub memory_refusals: Tally,
    /// Transports that were opened, by name: each websocket and stream, and each poll.
    pub transports_opened: Tally,
    /// Posts of clients.
    pub uploads: u64,
    /// Transports that were asked for by clients whose session is unknown or over: they were told
    /// so, and come back with a handshake.
    pub unknown_sessions: u64,
    /// Requests for Socket.IO that were answered with an error, by status: `400`, `403` and so on.
    /// Handshakes are among them, unless a script was asked for.
    pub requests_failed: Tally,
    /// Packets that reached no handler, and handlers that failed, by the
    /// [code](crate::FaultKind::code) of the fault; failures of handlers are `handler_failed`,
    /// whatever the application calls them.
    pub faults: Tally,
}

/// Counts by label. The labels are always the same, and each of them is there from the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(Vec<(&'static str, u64)>);

impl Tally {
    /// The count under this label; zero if there is no such label.
    #[must_use]
    pub fn get(&self, label: &str) -> u64 {
        let mut counts = self.iter();
        counts
            .find(|(known, _)| *known == label)
            .map_or(0, |(_, count)| count)
    }

    /// All labels with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().copied()
    }

    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }
}

/// What is counted where no session is at hand. What sessions do is counted by themselves, under
/// the locks that they are behind anyway.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) connections_opened: Count,
    pub(crate) connections_refused: Count,
    pub(crate) handshakes_refused: LabelledCounts,
    pub(crate) memory_refusals: LabelledCounts,
    pub(crate) transports_opened: LabelledCounts,
    pub(crate) uploads: Count,
    pub(crate) unknown_sessions: Count,
    pub(crate) requests_failed: LabelledCounts,
    pub(crate) faults: LabelledCounts,
}

/// One number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One number for each label. What has none counts under the last one.
#[derive(Debug)]
pub(crate) struct LabelledCounts(Box<[(&'static str, Count)]>);

impl LabelledCounts {
    fn new(labels: &[&'static str]) -> Self {
        let counts = labels.iter().map(|label| (*label, Count::default()));
        Self(counts.collect())
    }

    pub(crate) fn add_one(&self, label: &str) {
        let known = self.0.iter().find(|(known, _)| *known == label);
        if let Some((_, count)) = known.or(self.0.last()) {
            count.add_one();
        }
    }

    fn tally(&self) -> Tally {
        let counts = self.0.iter().map(|(label, count)| (*label, count.get()));
        Tally(counts.collect())
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            connections_opened: Count::default(),
            connections_refused: Count::default(),
            handshakes_refused: LabelledCounts::new(&[
                "origin",
                "unauthorized",
                "authorization_failed",
                "shutting_down",
                "too_many_sessions",
                "too_many_handshakes",
                "too_many_sessions_of_peer",
                "too_many_handshakes_of_peer",
                "memory_exhausted",
                "no_randomness",
            ]),
            memory_refusals: LabelledCounts::new(&["handshake", "post", "response", "websocket"]),
            transports_opened: LabelledCounts::new(&[
                "websocket",
                "flashsocket",
                "htmlfile",
                "xhr-multipart",
                "xhr-polling",
                "jsonp-polling",
            ]),
            uploads: Count::default(),
            unknown_sessions: Count::default(),
            requests_failed: LabelledCounts::new(&[
                "400", "403", "404", "405", "408", "413", "426", "429", "500", "503", "other",
            ]),
            faults: LabelledCounts::new(&[
                "invalid_packet",
                "invalid_payload",
                "no_such_namespace",
                "too_many_namespaces",
                "no_such_method",
                "method_access_denied",
                "unallowed_event_name",
                "invalid_method_args",
                "handler_failed",
            ]),
        }
    }
}

impl Counts {
    /// What has been counted, with what the sessions have. What is there now is for others to say.
    pub(crate) fn snapshot(&self, sessions: HubCounters) -> ServerCounters {
        ServerCounters {
            sessions,
            connections: 0,
            memory_reserved: 0,
            memory_refusals: self.memory_refusals.tally(),
            connections_opened: self.connections_opened.get(),
            connections_refused: self.connections_refused.get(),
            handshakes_refused: self.handshakes_refused.tally(),
            transports_opened: self.transports_opened.tally(),
            uploads: self.uploads.get(),
            unknown_sessions: self.unknown_sessions.get(),
            requests_failed: self.requests_failed.tally(),
            faults: self.faults.tally(),
        }
    }
}
