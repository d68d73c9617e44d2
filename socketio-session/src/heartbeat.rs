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
    /// One was sent.
    Awaited {
        /// The client must show life by this time.
        by: Instant,
        /// By this time the client, which in its turn waits for signs of life, must be sent the next
        /// one, even if its answer to this one is still to be read.
        again: Instant,
    },
}

/// How often one is sent, and how long its answer is waited for. The client has the same patience:
/// the handshake has told it (`socket.io-client` 0.9 `lib/socket.js`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeartbeatTimes {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
}

impl HeartbeatTimes {
    /// After how much silence a client must be sent something: well within its patience.
    fn longest_silence(self) -> Duration {
        // Not all the time, whatever the settings say.
        let within = (self.timeout / 4 * 3).max(Duration::from_secs(1));
        self.interval.max(within)
    }
}

impl Heartbeat {
    /// One is sent now.
    pub(crate) fn sent(now: Instant, times: HeartbeatTimes) -> Self {
        Self::Awaited {
            by: now + times.timeout,
            again: now + times.longest_silence(),
        }
    }

    pub(crate) const fn is_awaited(self) -> bool {
        matches!(self, Self::Awaited { .. })
    }

    pub(crate) const fn deadline(self) -> Option<Instant> {
        match self {
            Self::Off => None,
            Self::DueAt(at) | Self::Awaited { by: at, .. } => Some(at),
        }
    }

    /// Likewise while nothing is read of what the client says, through no fault of its own.
    pub(crate) const fn deadline_unheard(self) -> Option<Instant> {
        match self {
            Self::Awaited { again, .. } => Some(again),
            Self::Off | Self::DueAt(_) => self.deadline(),
        }
    }

    /// Notes that the client takes what it is sent, while nothing is read of what it says.
    pub(crate) fn postpone(&mut self, now: Instant, times: HeartbeatTimes) {
        if let Self::Awaited { .. } = self {
            *self = Self::sent(now, times);
        }
    }

    /// Notes that the client showed life. Any packet does: a client that talks is there. The
    /// interval is not prolonged while no answer is awaited, because the client waits, too.
    pub(crate) fn alive(&mut self, now: Instant, times: HeartbeatTimes) {
        if let Self::Awaited { again, .. } = *self {
            *self = Self::DueAt(again.min(now + times.interval));
        }
    }
}
