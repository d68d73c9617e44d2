//! The end of a server.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use event_listener::{Event, EventListener};

/// Tells connections that the server is ending, and the server when they are gone.
#[derive(Debug, Default)]
pub(crate) struct ShutdownSignal {
    begun: AtomicBool,
    /// Connections are no longer needed to take goodbyes to clients.
    drained: AtomicBool,
    given_up: AtomicBool,
    beginning: Event,
    draining: Event,
    connections: AtomicUsize,
    /// Servers that accept connections: one, or none.
    accepting: AtomicUsize,
    ending: Event,
}

impl ShutdownSignal {
    pub(crate) fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
        self.beginning.notify(usize::MAX);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Nobody waits for the rest any longer.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::SeqCst);
        self.drain();
        self.ending.notify(usize::MAX);
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }

    /// Resolves when the shutdown begins. Make it before looking at
    /// [`has_begun`](Self::has_begun).
    pub(crate) fn beginning(&self) -> EventListener {
        self.beginning.listen()
    }

    /// Lets go of the connections that wait for further requests.
    pub(crate) fn drain(&self) {
        self.drained.store(true, Ordering::SeqCst);
        self.draining.notify(usize::MAX);
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.drained.load(Ordering::SeqCst)
    }

    /// Resolves when idle connections are to end, and again when the shutdown is given up.
    pub(crate) fn draining(&self) -> EventListener {
        self.draining.listen()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn connection_ended(&self) {
        self.connections.fetch_sub(1, Ordering::SeqCst);
        self.ending.notify(usize::MAX);
    }

    /// Whether connections may still be accepted.
    pub(crate) fn is_accepting(&self) -> bool {
        self.accepting.load(Ordering::SeqCst) > 0
    }

    pub(crate) fn accepting_began(&self) {
        self.accepting.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn accepting_ended(&self) {
        self.accepting.fetch_sub(1, Ordering::SeqCst);
        self.ending.notify(usize::MAX);
    }

    pub(super) fn session_ended(&self) {
        if self.has_begun() {
            self.ending.notify(usize::MAX);
        }
    }

    /// Resolves when a connection or, during the shutdown, a session has ended.
    pub(crate) fn ending(&self) -> EventListener {
        self.ending.listen()
    }
}
