//! The end of a server.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use event_listener::{Event, EventListener};

/// Tells connections that the server is ending, and the server when they are gone.
#[derive(Debug, Default)]
pub(crate) struct ShutdownSignal {
    begun: AtomicBool,
    given_up: AtomicBool,
    beginning: Event,
    connections: AtomicUsize,
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
