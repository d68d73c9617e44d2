//! How much memory a session can take at most: arithmetic over its limits.

use core::mem::size_of;

use crate::config::SessionLimits;
use crate::inbox::Arrival;
use crate::outbox::OutgoingPacket;
use crate::session::Session;

/// What a queue that doubles when it is full takes for each of its places.
const GROWTH: usize = 2;

/// What counts the holders of a packet's bytes.
const SHARE: usize = 24;

/// A membership, with what the driver keeps for it.
const NAMESPACE: usize = 1024;

/// A place in a room, and the room itself if nobody else is there, with a name of 64 bytes.
const ROOM: usize = 512;

/// An awaited acknowledgement, with what the driver keeps for who awaits it.
const ACK: usize = 512;

/// The session itself, with its place in a hub and what the driver keeps for it.
const SESSION: usize = size_of::<Session>() + 1024;

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
        let sent = GROWTH * size_of::<OutgoingPacket>() + SHARE;
        let received = GROWTH * size_of::<Arrival>();
        let outbox = sum(
            self.outbox_bytes.saturating_mul(2 + GROWTH),
            self.outbox_packets.saturating_mul(2 * sent),
        );
        let inbox = sum(
            self.inbox_bytes.saturating_mul(2),
            self.inbox_packets.saturating_mul(2 * received),
        );
        let others = sum(
            self.namespaces.saturating_mul(NAMESPACE),
            sum(
                self.rooms.saturating_mul(ROOM),
                self.awaited_acks.saturating_mul(ACK),
            ),
        );
        sum(SESSION, sum(sum(outbox, inbox), others))
    }
}

const fn sum(one: usize, other: usize) -> usize {
    one.saturating_add(other)
}
