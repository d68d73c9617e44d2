//! How fast a client may talk.

use super::Session;
use super::closing::Goodbye;
use crate::config::EventRatePolicy;
use crate::error::PeerError;
use crate::reason::DisconnectReason;
use crate::time::Instant;

impl Session {
    /// A packet that is no heartbeat came. If it is one too many, it is taken all the same, and
    /// nothing more is wanted for a while; or it ends the session.
    pub(super) fn count_packet(&mut self) -> Result<(), PeerError> {
        let Some(limit) = self.config.event_rate else {
            return Ok(());
        };
        match self.config.event_rate_policy {
            EventRatePolicy::Throttle => {
                self.pace.overdraw(self.now, limit);
                if self.pace.has_token(self.now, limit) {
                    self.listen_again();
                } else {
                    self.is_throttled = true;
                }
                Ok(())
            }
            EventRatePolicy::Disconnect if self.pace.take(self.now, limit) => Ok(()),
            EventRatePolicy::Disconnect => {
                let reason = DisconnectReason::TooManyEvents;
                self.close(reason, Goodbye::Omit);
                Err(PeerError::Closed(reason))
            }
        }
    }

    /// Whether the client has talked so fast that it is not listened to for now.
    pub(super) fn is_too_fast(&self) -> bool {
        self.paced_until().is_some_and(|until| until > self.now)
    }

    /// When a client that was too fast is listened to again.
    pub(super) fn paced_until(&self) -> Option<Instant> {
        if !self.is_throttled || self.is_closed() {
            return None;
        }
        let limit = self.config.event_rate?;
        Some(self.pace.next_token(limit))
    }

    /// Listens again to a client that was too fast, if it is time.
    pub(super) fn listen_again(&mut self) {
        if self.is_throttled && !self.is_too_fast() {
            self.is_throttled = false;
            self.listens_again = true;
        }
    }

    /// Whether the session wants input again that it did not want because there was too much: true
    /// once. Who left some unread does not learn of it otherwise.
    pub(crate) fn takes_up_listening(&mut self) -> bool {
        core::mem::take(&mut self.listens_again)
    }
}
