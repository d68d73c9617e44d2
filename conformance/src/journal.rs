//! What the application saw, in order.

use std::fmt::Display;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use crate::waiting::PATIENCE;

/// The test's end: reads what handlers noted.
pub struct Journal {
    notes: Receiver<String>,
}

/// The handlers' end.
#[derive(Clone)]
pub struct Pen(Sender<String>);

/// An empty journal and a pen to write into it.
pub fn journal() -> (Journal, Pen) {
    let (pen, notes) = channel();
    (Journal { notes }, Pen(pen))
}

impl Pen {
    /// Writes something down.
    pub fn note(&self, what: impl Display) {
        // A test that is over reads no more.
        let _ = self.0.send(what.to_string());
    }
}

impl Journal {
    /// The next note.
    #[track_caller]
    pub fn next(&self) -> String {
        let next = self.notes.recv_timeout(PATIENCE);
        next.expect("the application never saw anything more")
    }

    /// Waits until nobody can note anything more; true if nothing more was noted.
    pub fn is_over(&self) -> bool {
        self.notes.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected)
    }

    /// Waits for the next note, which must be this one.
    #[track_caller]
    pub fn expect(&self, what: &str) {
        assert_eq!(self.next(), what);
    }

    /// The next few notes, sorted: for what has no order.
    #[track_caller]
    pub fn sorted(&self, count: usize) -> Vec<String> {
        let mut notes: Vec<_> = (0..count).map(|_| self.next()).collect();
        notes.sort();
        notes
    }
}
