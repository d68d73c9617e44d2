//! What waits to be sent to the client, within limits.

use alloc::vec::Vec;

use bytes::Bytes;

use crate::config::{OverflowPolicy, SessionLimits};
use crate::short_queue::ShortQueue;

/// An encoded packet in the hands of a transport, which writes it or
/// [gives it back](crate::Session::lose_transport). Its bytes are the packet's text; framing them is
/// the transport's work.
#[derive(Debug)]
pub struct OutgoingPacket {
    bytes: Bytes,
    worth: Worth,
}

impl OutgoingPacket {
    pub(crate) const fn new(bytes: Bytes, worth: Worth) -> Self {
        Self { bytes, worth }
    }

    pub(crate) const fn worth(&self) -> Worth {
        self.worth
    }

    /// The text of the packet.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl AsRef<[u8]> for OutgoingPacket {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The queue of encoded packets of one session, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: ShortQueue<OutgoingPacket>,
    bytes: usize,
    holds_heartbeat: bool,
    /// Packets for which there was no room.
    dropped: u64,
}

/// What it would mean to lose a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// The application may choose to lose it.
    Droppable,
    /// Both sides rely on it: an answer, a join, a goodbye. No policy drops it; if there is no
    /// room for it, the session ends.
    Essential,
    /// As good as any other of its kind, which time brings.
    Heartbeat,
    /// It opens the connection, before anything else.
    Greeting,
    /// It only ends a poll.
    Noop,
}

/// By how much a packet would exceed the limits.
#[derive(Debug, Clone, Copy)]
struct Excess {
    packets: usize,
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
        worth: Worth,
        limits: &SessionLimits,
        policy: OverflowPolicy,
    ) -> Pushed {
        let excess = self.excess(packet.len(), limits);
        let has_room = match policy {
            OverflowPolicy::DropOldest => self.make_room(excess),
            OverflowPolicy::Disconnect | OverflowPolicy::DropNewest => excess.is_none(),
        };
        if has_room {
            self.append(packet, worth);
            return Pushed::Queued;
        }
        match (policy, worth) {
            (OverflowPolicy::DropOldest | OverflowPolicy::DropNewest, Worth::Droppable) => {
                self.dropped += 1;
                Pushed::Dropped
            }
            _ => Pushed::Overflowed,
        }
    }

    /// Queues the packet that ends the session, whether there is room or not.
    pub(crate) fn push_goodbye(&mut self, packet: Bytes) {
        self.append(packet, Worth::Essential);
    }

    /// Queues a heartbeat, whether there is room or not, unless one is waiting already: a
    /// client that talks but does not read would heap them up.
    pub(crate) fn push_heartbeat(&mut self, packet: Bytes) {
        if !self.holds_heartbeat {
            self.holds_heartbeat = true;
            self.append(packet, Worth::Heartbeat);
        }
    }

    fn append(&mut self, bytes: Bytes, worth: Worth) {
        self.bytes += bytes.len();
        self.queue.push_back(OutgoingPacket { bytes, worth });
    }

    /// Puts a packet that a transport could not write before all others, whether there is room
    /// or not: it had its room before.
    pub(crate) fn put_back(&mut self, packet: OutgoingPacket) {
        self.bytes += packet.bytes.len();
        self.queue.push_front(packet);
    }

    /// What there would be too much of, with another packet of this length.
    fn excess(&self, length: usize, limits: &SessionLimits) -> Option<Excess> {
        let packets = (self.queue.len() + 1).saturating_sub(limits.outbox_packets);
        let bytes = self
            .bytes
            .saturating_add(length)
            .saturating_sub(limits.outbox_bytes);
        (packets > 0 || bytes > 0).then_some(Excess { packets, bytes })
    }

    /// Drops the oldest packets that may be dropped, but none in vain: false if all of them
    /// together would not be enough.
    fn make_room(&mut self, excess: Option<Excess>) -> bool {
        let Some(Excess { packets, bytes }) = excess else {
            return true;
        };
        let (mut dropped, mut freed) = (0, 0);
        for waiting in self.queue.iter() {
            if dropped >= packets && freed >= bytes {
                break;
            }
            if waiting.worth == Worth::Droppable {
                dropped += 1;
                freed += waiting.bytes.len();
            }
        }
        if dropped < packets || freed < bytes {
            return false;
        }
        for _ in 0..dropped {
            // Usually the first one; what may not be dropped is rare.
            let is_droppable = |waiting: &OutgoingPacket| waiting.worth == Worth::Droppable;
            let first = self.queue.iter().position(is_droppable);
            first.and_then(|at| self.queue.remove(at));
        }
        self.bytes -= freed;
        self.dropped += dropped as u64;
        true
    }

    fn pop(&mut self) -> Option<OutgoingPacket> {
        let packet = self.queue.pop_front()?;
        self.bytes -= packet.bytes.len();
        if packet.worth == Worth::Heartbeat {
            self.holds_heartbeat = false;
        }
        Some(packet)
    }

    /// Moves packets to `out`: at least one if there is any, then as many as fit into
    /// `budget` bytes and `packets` packets.
    pub(crate) fn take(&mut self, budget: usize, packets: usize, out: &mut Vec<OutgoingPacket>) {
        if let Some(first) = self.pop() {
            let left = budget.saturating_sub(first.bytes.len());
            out.push(first);
            self.take_fitting(left, packets.saturating_sub(1), out);
        }
    }

    /// Moves as many packets to `out` as fit into `budget` bytes and `packets` packets.
    pub(crate) fn take_fitting(
        &mut self,
        budget: usize,
        packets: usize,
        out: &mut Vec<OutgoingPacket>,
    ) {
        let mut left = budget;
        for _ in 0..packets {
            match self.queue.front() {
                Some(next) if next.bytes.len() <= left => left -= next.bytes.len(),
                _ => break,
            }
            out.extend(self.pop());
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self {
            dropped: self.dropped,
            ..Self::default()
        };
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether half of the limits is free.
    pub(crate) fn is_half_free(&self, limits: &SessionLimits) -> bool {
        self.queue.len() <= limits.outbox_packets / 2 && self.bytes <= limits.outbox_bytes / 2
    }

    /// How many packets were dropped since the beginning because there was no room.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn packets(&self) -> usize {
        self.queue.len()
    }
}
