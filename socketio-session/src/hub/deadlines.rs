//! When the sessions of a hub are to be looked at.

use alloc::collections::BTreeSet;

use super::SessionKey;
use crate::time::Instant;

/// Deadlines in their order.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    filed: BTreeSet<(Instant, SessionKey)>,
    /// That of the first, because it is asked for much more often than it changes.
    earliest: Option<Instant>,
}

impl Deadlines {
    pub(super) const fn earliest(&self) -> Option<Instant> {
        self.earliest
    }

    pub(super) fn insert(&mut self, at: Instant, key: SessionKey) {
        self.filed.insert((at, key));
        if self.earliest.is_none_or(|earliest| at < earliest) {
            self.earliest = Some(at);
        }
    }

    pub(super) fn remove(&mut self, at: Instant, key: SessionKey) {
        self.filed.remove(&(at, key));
        if self.earliest == Some(at) {
            self.earliest = self.filed.first().map(|(at, _)| *at);
        }
    }

    /// Takes out the first session whose deadline has come.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<SessionKey> {
        if self.earliest? > now {
            return None;
        }
        let (_, key) = self.filed.pop_first()?;
        self.earliest = self.filed.first().map(|(at, _)| *at);
        Some(key)
    }
}
