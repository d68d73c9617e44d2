//! Acknowledgements: those awaited from the client, and those owed to it.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use crate::config::NamespaceId;
use crate::memory_budget::{MemoryAccount, MemoryBudget, MemoryExhausted};
use crate::reason::DisconnectReason;
use crate::time::Instant;

/// An acknowledgement that is awaited from the client. Numbers are counted for each namespace
/// of a session, as the reference server and clients do, and are never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwaitedAck {
    /// The namespace in which it was asked for.
    pub namespace: NamespaceId,
    /// The number that was sent to the client.
    pub id: u64,
}

/// How the wait for an acknowledgement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckOutcome {
    /// Which wait.
    pub ack: AwaitedAck,
    /// The text of the arguments, a JSON array; or why there will be none.
    pub result: Result<Box<str>, AckFailure>,
}

/// Why an acknowledgement will not come.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckFailure {
    /// The client did not answer in time.
    TimedOut,
    /// The client left the namespace, or the session ended.
    Disconnected(DisconnectReason),
}

/// The right, and the duty, to answer one packet that asked for an acknowledgement.
///
/// It can be used once: [`acknowledge`](crate::Session::acknowledge) takes it away.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the client waits for an answer"]
pub struct ReplyTo {
    pub(crate) namespace: NamespaceId,
    pub(crate) id: Box<str>,
}

impl ReplyTo {
    /// The packet's id, as the client wrote it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The acknowledgements that a session waits for.
#[derive(Debug)]
pub(crate) struct AwaitedAcks {
    deadlines: BTreeMap<AwaitedAck, Instant>,
    /// No deadline is earlier than this one; it may be earlier than all of them.
    earliest: Option<Instant>,
    memory: MemoryAccount,
}

impl AwaitedAcks {
    /// What one takes, with what the driver keeps for who awaits it.
    pub(crate) const BYTES_EACH: usize = 512;

    pub(crate) fn new(memory: &Arc<MemoryBudget>) -> Self {
        Self {
            deadlines: BTreeMap::new(),
            earliest: None,
            memory: MemoryAccount::new(memory),
        }
    }

    /// Makes sure that there is memory for one more.
    pub(crate) fn make_room(&mut self) -> Result<(), MemoryExhausted> {
        self.memory.hold((self.len() + 1) * Self::BYTES_EACH)
    }

    fn give_room_back(&mut self) {
        // To hold less never fails.
        let _ = self.memory.hold(self.len() * Self::BYTES_EACH);
    }

    pub(crate) fn len(&self) -> usize {
        self.deadlines.len()
    }

    pub(crate) fn insert(&mut self, ack: AwaitedAck, deadline: Instant) {
        self.deadlines.insert(ack, deadline);
        self.earliest = Some(
            self.earliest
                .map_or(deadline, |earliest| earliest.min(deadline)),
        );
    }

    /// Ends the wait for `ack`; false if nobody waits for it.
    pub(crate) fn remove(&mut self, ack: AwaitedAck) -> bool {
        let known = self.deadlines.remove(&ack).is_some();
        if self.deadlines.is_empty() {
            self.earliest = None;
        }
        self.give_room_back();
        known
    }

    /// When to call [`take_due`](Self::take_due); sometimes too early, never too late.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.earliest
    }

    /// Ends the waits whose deadline has come.
    pub(crate) fn take_due(&mut self, now: Instant, mut ended: impl FnMut(AwaitedAck)) {
        if self.earliest.is_none_or(|earliest| earliest > now) {
            return;
        }
        self.deadlines.retain(|ack, deadline| {
            let due = *deadline <= now;
            if due {
                ended(*ack);
            }
            !due
        });
        self.earliest = self.deadlines.values().min().copied();
        self.give_room_back();
    }

    /// Ends the waits in one namespace, or in all.
    pub(crate) fn take_in(
        &mut self,
        namespace: Option<NamespaceId>,
        mut ended: impl FnMut(AwaitedAck),
    ) {
        self.deadlines.retain(|ack, _| {
            let concerned = namespace.is_none_or(|namespace| ack.namespace == namespace);
            if concerned {
                ended(*ack);
            }
            !concerned
        });
        self.earliest = self.deadlines.values().min().copied();
        self.give_room_back();
    }
}
