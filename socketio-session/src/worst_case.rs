//! How much memory a session can take at most: arithmetic over its limits.

use core::mem::size_of;

use crate::acks::AwaitedAcks;
use crate::config::SessionLimits;
use crate::hub::ROOM_BYTES;
use crate::inbox::Arrival;
use crate::memory_budget::MemoryBudget;
use crate::outbox::OutgoingPacket;
use crate::session::Session;

/// What a queue that doubles when it is full takes for each of its places.
const GROWTH: usize = 2;

/// What counts the holders of a packet's bytes.
const SHARE: usize = 24;

/// A membership, with what the driver keeps for it.
const NAMESPACE: usize = 1024;

/// A name of a room.
const ROOM_NAME: usize = 64;

/// The session itself, with its place in a hub and what the driver keeps for it.
const SESSION: usize = size_of::<Session>() + 1024;

/// What no limit and no budget holds up: a heartbeat, a goodbye, news of an end.
const IN_ANY_CASE: usize = 1024;

impl SessionLimits {
    /// The most bytes of heap that one session can take, by arithmetic over these limits: what a
    /// hostile client brings about that reads nothing while its handlers do not come to an end.
    ///
    /// * The outbox four times: what waits, what a transport was handed and may give back, and the
    ///   frames or the payload made of that, in a buffer that doubles as it grows.
    /// * The inbox twice, because there is twice as much room while answers are awaited.
    /// * Something for each packet, namespace, room and awaited acknowledgement.
    ///
    /// Not in it: what connections take on top, even if they belong to the session, values of the
    /// application, its handlers and jobs, names of rooms above 64 bytes, and what the allocator
    /// adds.
    #[must_use]
    pub const fn worst_case_bytes(&self) -> usize {
        let queues = sum(self.memory_of_outbox(), self.memory_of_inbox());
        sum(
            self.fixed(),
            sum(queues, sum(self.memory_of_rooms(), self.memory_of_acks())),
        )
    }

    /// The most of that which does not draw on the [`MemoryBudget`]: whatever else all sessions take
    /// together is no more than the budget. Each of outbox, inbox, rooms and awaited
    /// acknowledgements has an [allowance](MemoryBudget::ALLOWANCE_BYTES).
    #[must_use]
    pub const fn worst_case_beside_budget_bytes(&self) -> usize {
        let queues = sum(
            allowed(self.memory_of_outbox()),
            allowed(self.memory_of_inbox()),
        );
        let others = sum(
            allowed(self.memory_of_rooms()),
            allowed(self.memory_of_acks()),
        );
        sum(self.fixed(), sum(queues, others))
    }

    const fn fixed(&self) -> usize {
        let namespaces = self.namespaces.saturating_mul(NAMESPACE);
        sum(SESSION + IN_ANY_CASE, namespaces)
    }

    const fn memory_of_outbox(&self) -> usize {
        let sent = GROWTH * size_of::<OutgoingPacket>() + SHARE;
        sum(
            self.outbox_bytes.saturating_mul(2 + GROWTH),
            self.outbox_packets.saturating_mul(2 * sent),
        )
    }

    const fn memory_of_inbox(&self) -> usize {
        let received = GROWTH * size_of::<Arrival>();
        sum(
            self.inbox_bytes.saturating_mul(2),
            self.inbox_packets.saturating_mul(2 * received),
        )
    }

    const fn memory_of_rooms(&self) -> usize {
        self.rooms.saturating_mul(ROOM_BYTES + ROOM_NAME)
    }

    const fn memory_of_acks(&self) -> usize {
        self.awaited_acks.saturating_mul(AwaitedAcks::BYTES_EACH)
    }
}

/// What may be held of this without drawing on the budget.
const fn allowed(bytes: usize) -> usize {
    if bytes < MemoryBudget::ALLOWANCE_BYTES {
        bytes
    } else {
        MemoryBudget::ALLOWANCE_BYTES
    }
}

const fn sum(one: usize, other: usize) -> usize {
    one.saturating_add(other)
}
