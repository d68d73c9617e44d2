//! Heartbeats: the server asks, the client answers.

use core::time::Duration;

use crate::time::Instant;

/// The heartbeat of the open transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heartbeat {
    /// Polls need none: the client's next request is the sign of life.
    Off,
    /// The next one is to be sent at this time.
    DueAt(Instant),
    /// One was sent; the client must show life by this time.
    AwaitedBy(Instant),
}

impl Heartbeat {
    pub(crate) const fn deadline(self) -> Option<Instant> {
        match self {
            Self::Off => None,
            Self::DueAt(at) | Self::AwaitedBy(at) => Some(at),
        }
    }

    /// Notes that the client takes what it is sent, while nothing is read of what it says.
    pub(crate) fn postpone(&mut self, until: Instant) {
        if let Self::AwaitedBy(by) = self {
            *by = until.max(*by);
        }
    }

    /// Notes that the client showed life. Any packet does: a client that talks is there. The
    /// interval is not prolonged while no answer is awaited, because the client in its turn
    /// waits for a sign of life from the server.
    pub(crate) fn alive(&mut self, now: Instant, interval: Option<Duration>) {
        if let (Self::AwaitedBy(_), Some(interval)) = (*self, interval) {
            *self = Self::DueAt(now + interval);
        }
    }
}
