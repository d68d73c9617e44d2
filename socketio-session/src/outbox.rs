//! What waits to be sent to the client, within limits.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::mem::size_of;

use bytes::Bytes;

use crate::config::{OverflowPolicy, SessionLimits};
use crate::memory_budget::{MemoryAccount, MemoryBudget, MemoryExhausted, Reservation};
use crate::short_queue::ShortQueue;

/// An encoded packet in the hands of a transport, which writes it or
/// [gives it back](crate::Session::lose_transport). Its bytes are the packet's text; framing them is
/// the transport's work.
#[derive(Debug)]
pub struct OutgoingPacket {
    bytes: Bytes,
    worth: Worth,
    /// Where the bytes were reserved once for all who hold them.
    shared: Option<Arc<Reservation>>,
}

/// What a queue takes for a packet besides its bytes: its place, twice because queues double when they
/// are full, and what counts the holders of the bytes.
const PLACE: usize = 2 * size_of::<OutgoingPacket>() + 24;

impl OutgoingPacket {
    pub(crate) const fn new(bytes: Bytes, worth: Worth) -> Self {
        Self {
            bytes,
            worth,
            shared: None,
        }
    }

    /// One of those whose bytes are shared, and may be reserved already.
    pub(crate) const fn shared(
        bytes: Bytes,
        worth: Worth,
        shared: Option<Arc<Reservation>>,
    ) -> Self {
        Self {
            bytes,
            worth,
            shared,
        }
    }

    /// What it takes of memory to hold it: its bytes and its place in a queue. Bytes that were
    /// [reserved for all](crate::SharedPacket::reserve) do not count.
    #[must_use]
    pub fn memory(&self) -> usize {
        let bytes = match self.shared {
            None => self.bytes.len(),
            Some(_) => 0,
        };
        PLACE.saturating_add(bytes)
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
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: ShortQueue<OutgoingPacket>,
    bytes: usize,
    /// What all of them take of memory, but for places that are spare.
    held: usize,
    memory: MemoryAccount,
    holds_heartbeat: bool,
    dropped: Dropped,
}

/// How many packets were dropped.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dropped {
    /// Because there was no room.
    pub(crate) for_room: u64,
    /// Because there was no memory.
    pub(crate) for_memory: u64,
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

/// By how much a packet would exceed the limits, or what of its memory is not to be had.
#[derive(Debug, Clone, Copy, Default)]
struct Excess {
    packets: usize,
    bytes: usize,
    memory: usize,
}

/// What there is too little of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// The session's limits.
    Room,
    /// The budget of all sessions.
    Memory,
}

/// What became of a packet that was to be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    Queued,
    Dropped,
    /// It did not fit, and the policy says that the session is to end.
    Overflowed(Shortage),
}

impl Excess {
    const fn covers(&self, other: Self) -> bool {
        self.packets >= other.packets && self.bytes >= other.bytes && self.memory >= other.memory
    }
}

impl Dropped {
    const fn add(&mut self, packets: usize, shortage: Shortage) {
        match shortage {
            Shortage::Room => self.for_room += packets as u64,
            Shortage::Memory => self.for_memory += packets as u64,
        }
    }
}

impl Outbox {
    pub(crate) fn new(memory: &Arc<MemoryBudget>) -> Self {
        Self {
            queue: ShortQueue::default(),
            bytes: 0,
            held: 0,
            memory: MemoryAccount::new(memory),
            holds_heartbeat: false,
            dropped: Dropped::default(),
        }
    }

    /// Queues `packet`, or applies `policy` if it does not fit.
    pub(crate) fn push(
        &mut self,
        packet: OutgoingPacket,
        limits: &SessionLimits,
        policy: OverflowPolicy,
    ) -> Pushed {
        let Some((excess, shortage)) = self.excess(&packet, limits) else {
            self.append(packet);
            return Pushed::Queued;
        };
        if policy == OverflowPolicy::DropOldest && self.make_room(excess, shortage) {
            self.append_in_any_case(packet);
            return Pushed::Queued;
        }
        match (policy, packet.worth) {
            (OverflowPolicy::DropOldest | OverflowPolicy::DropNewest, Worth::Droppable) => {
                self.dropped.add(1, shortage);
                Pushed::Dropped
            }
            _ => Pushed::Overflowed(shortage),
        }
    }

    /// What everything in it takes, with its places.
    fn held(&self) -> usize {
        self.held + self.queue.spare_bytes()
    }

    /// Reserves so much more.
    fn reserve(&mut self, more: usize) -> Result<(), MemoryExhausted> {
        self.memory.hold(self.held().saturating_add(more))
    }

    /// Queues the packet that ends the session, whether there is room or not.
    pub(crate) fn push_goodbye(&mut self, packet: Bytes) {
        self.append_in_any_case(OutgoingPacket::new(packet, Worth::Essential));
    }

    /// Queues a heartbeat, whether there is room or not, unless one is waiting already: a
    /// client that talks but does not read would heap them up.
    pub(crate) fn push_heartbeat(&mut self, packet: Bytes) {
        if !self.holds_heartbeat {
            self.holds_heartbeat = true;
            self.append_in_any_case(OutgoingPacket::new(packet, Worth::Heartbeat));
        }
    }

    /// A few bytes, once or twice in each session; or what others were dropped for.
    fn append_in_any_case(&mut self, packet: OutgoingPacket) {
        let _ = self.memory.hold(self.held() + packet.memory());
        self.append(packet);
    }

    fn append(&mut self, packet: OutgoingPacket) {
        self.bytes += packet.bytes.len();
        self.held += packet.memory();
        self.queue.push_back(packet);
    }

    /// Puts a packet that a transport could not write before all others, whether there is room
    /// or not: it had its room before. Only its memory may be somebody else's by now.
    pub(crate) fn put_back(&mut self, packet: OutgoingPacket) -> Result<(), MemoryExhausted> {
        self.memory.hold(self.held() + packet.memory())?;
        self.bytes += packet.bytes.len();
        self.held += packet.memory();
        self.queue.push_front(packet);
        Ok(())
    }

    /// What there would be too much of with this packet, too, and what there is too little of then.
    /// If it is nothing, the packet's memory is reserved. Where the budget is used up, what is held
    /// already is all that there is room for.
    fn excess(
        &mut self,
        packet: &OutgoingPacket,
        limits: &SessionLimits,
    ) -> Option<(Excess, Shortage)> {
        let packets = (self.queue.len() + 1).saturating_sub(limits.outbox_packets);
        let bytes = self
            .bytes
            .saturating_add(packet.bytes.len())
            .saturating_sub(limits.outbox_bytes);
        let more = packet.memory();
        let has_memory = self.reserve(more).is_ok();
        let shortage = match (packets, bytes, has_memory) {
            (0, 0, true) => return None,
            (0, 0, false) => Shortage::Memory,
            _ => Shortage::Room,
        };
        // What was reserved for it is somebody else's again.
        let _ = self.reserve(0);
        let wanted = self.held().saturating_add(more);
        let memory = if has_memory {
            0
        } else {
            self.memory.shortfall(wanted)
        };
        let excess = Excess {
            packets,
            bytes,
            memory,
        };
        Some((excess, shortage))
    }

    /// Drops the oldest packets that may be dropped, but none in vain: false if all of them
    /// together would not be enough.
    fn make_room(&mut self, excess: Excess, shortage: Shortage) -> bool {
        let mut freed = Excess::default();
        for waiting in self.queue.iter() {
            if freed.covers(excess) {
                break;
            }
            if waiting.worth == Worth::Droppable {
                freed.packets += 1;
                freed.bytes += waiting.bytes.len();
                freed.memory += waiting.memory();
            }
        }
        if !freed.covers(excess) {
            return false;
        }
        for _ in 0..freed.packets {
            // Usually the first one; what may not be dropped is rare.
            let is_droppable = |waiting: &OutgoingPacket| waiting.worth == Worth::Droppable;
            let first = self.queue.iter().position(is_droppable);
            first.and_then(|at| self.queue.remove(at));
        }
        self.bytes -= freed.bytes;
        self.held -= freed.memory;
        self.dropped.add(freed.packets, shortage);
        true
    }

    fn pop(&mut self) -> Option<OutgoingPacket> {
        let packet = self.queue.pop_front()?;
        self.bytes -= packet.bytes.len();
        self.held -= packet.memory();
        if packet.worth == Worth::Heartbeat {
            self.holds_heartbeat = false;
        }
        // To hold less never fails.
        let _ = self.memory.hold(self.held());
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
        self.queue = ShortQueue::default();
        (self.bytes, self.held) = (0, 0);
        self.holds_heartbeat = false;
        // To hold less never fails.
        let _ = self.memory.hold(0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether half of the limits is free, and of the memory, when there is no more to be had.
    pub(crate) fn is_half_free(&self, limits: &SessionLimits) -> bool {
        self.queue.len() <= limits.outbox_packets / 2
            && self.bytes <= limits.outbox_bytes / 2
            && self.memory.has_room(self.held())
    }

    /// How many packets were dropped since the beginning.
    pub(crate) const fn dropped(&self) -> Dropped {
        self.dropped
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn packets(&self) -> usize {
        self.queue.len()
    }
}
