//! What waits to be sent to the client, within limits.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::config::{OverflowPolicy, SessionLimits};

/// The queue of encoded packets of one session, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Bytes>,
    bytes: usize,
}

/// What became of a packet that was to be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    Queued,
    Dropped,
    /// It did not fit, and the policy says that the session is to end.
    Overflowed,
}

impl Outbox {
    /// Queues `packet`, or applies `policy` if it does not fit.
    pub(crate) fn push(
        &mut self,
        packet: Bytes,
        limits: &SessionLimits,
        policy: OverflowPolicy,
    ) -> Pushed {
        while !self.fits(&packet, limits) {
            match policy {
                OverflowPolicy::Disconnect => return Pushed::Overflowed,
                OverflowPolicy::DropNewest => return Pushed::Dropped,
                OverflowPolicy::DropOldest => {
                    if self.pop().is_none() {
                        return Pushed::Dropped;
                    }
                }
            }
        }
        self.push_unbounded(packet);
        Pushed::Queued
    }

    /// Queues one of the few packets that a session sends of its own accord (a heartbeat, a
    /// goodbye): there is never more than one of each at a time.
    pub(crate) fn push_unbounded(&mut self, packet: Bytes) {
        self.bytes += packet.len();
        self.queue.push_back(packet);
    }

    fn fits(&self, packet: &Bytes, limits: &SessionLimits) -> bool {
        self.queue.len() < limits.outbox_packets
            && self.bytes.saturating_add(packet.len()) <= limits.outbox_bytes
    }

    fn pop(&mut self) -> Option<Bytes> {
        let packet = self.queue.pop_front()?;
        self.bytes -= packet.len();
        Some(packet)
    }

    /// Moves packets to `out`: at least one if there is any, then as many as fit into
    /// `budget` bytes and `packets` packets.
    pub(crate) fn take(&mut self, budget: usize, packets: usize, out: &mut Vec<Bytes>) {
        let mut left = budget;
        for taken in 0..packets {
            match self.queue.front() {
                Some(next) if taken == 0 || next.len() <= left => {
                    left = left.saturating_sub(next.len())
                }
                _ => break,
            }
            out.extend(self.pop());
        }
        if self.queue.is_empty() {
            // An idle session keeps no buffer.
            self.queue = VecDeque::new();
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn packets(&self) -> usize {
        self.queue.len()
    }
}
