//! One packet for many.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Hub, SessionKey};
use crate::config::NamespaceId;
use crate::error::Misuse;
use crate::reason::DisconnectReason;
use crate::session::{Delivery, SendOptions};
use crate::session_id::SessionId;
use crate::shared_packet::SharedPacket;

/// A packet for the members of a namespace, or of some of its rooms. It is encoded once; each
/// hub applies it to its own sessions.
#[derive(Debug, Clone)]
pub struct Broadcast {
    /// The namespace.
    pub namespace: NamespaceId,
    /// The rooms whose members get it, each member once; everybody in the namespace if empty.
    pub rooms: Vec<Box<str>>,
    /// Rooms whose members do not get it.
    pub except_rooms: Vec<Box<str>>,
    /// Sessions that do not get it.
    pub except_sessions: Vec<SessionId>,
    /// How it is sent to each.
    pub options: SendOptions,
    /// The packet.
    pub packet: SharedPacket,
}

/// How many sessions a broadcast reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Sessions that it was queued for.
    pub queued: usize,
    /// Sessions that it was dropped for, because it was volatile, or their outbox was full or had no
    /// more [memory](crate::MemoryBudget).
    pub dropped: usize,
    /// Sessions that it disconnected, for the same reasons.
    pub disconnected: usize,
}

impl Reach {
    /// Both counts added.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            queued: self.queued + other.queued,
            dropped: self.dropped + other.dropped,
            disconnected: self.disconnected + other.disconnected,
        }
    }
}

impl<T> Hub<T> {
    /// Sends a packet to the members of a namespace or of rooms.
    pub fn broadcast(&mut self, cast: &Broadcast) -> Reach {
        self.broadcasts += 1;
        let number = self.broadcasts;
        self.pass_over(cast, number);
        let mut reach = Reach::default();
        if cast.rooms.is_empty() {
            self.cast_to(cast, None, number, &mut reach);
        }
        for room in &cast.rooms {
            self.cast_to(cast, Some(room), number, &mut reach);
        }
        reach
    }

    /// Marks the sessions that are excepted as if they had been reached.
    fn pass_over(&mut self, cast: &Broadcast, number: u64) {
        for room in &cast.except_rooms {
            for &key in self.rooms.members(cast.namespace, Some(room)) {
                if let Some(slot) = self.slots.get_mut(key) {
                    slot.last_broadcast = number;
                }
            }
        }
        for id in &cast.except_sessions {
            if let Some(slot) = self.by_id.get(id).and_then(|key| self.slots.get_mut(*key)) {
                slot.last_broadcast = number;
            }
        }
    }

    fn cast_to(&mut self, cast: &Broadcast, room: Option<&str>, number: u64, reach: &mut Reach) {
        let Some(room) = self.rooms.index(cast.namespace, room) else {
            return;
        };
        // Sending never changes who sits where: a session that overflows is only closed.
        for position in 0.. {
            let Some(key) = self.rooms.member(room, position) else {
                return;
            };
            self.cast_to_one(cast, key, number, reach);
        }
    }

    fn cast_to_one(&mut self, cast: &Broadcast, key: SessionKey, number: u64, reach: &mut Reach) {
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        if core::mem::replace(&mut slot.last_broadcast, number) == number {
            return;
        }
        if slot.session.is_closed() {
            // What ended it was told then.
            return;
        }
        match slot
            .session
            .send(cast.namespace, &cast.packet, cast.options)
        {
            Ok(Delivery::Queued) => reach.queued += 1,
            Ok(Delivery::Dropped) => reach.dropped += 1,
            Err(Misuse::Closed(
                DisconnectReason::SlowConsumer | DisconnectReason::MemoryExhausted,
            )) => reach.disconnected += 1,
            // It is about to leave the room.
            Err(_) => {}
        }
        self.refile(key);
    }
}
