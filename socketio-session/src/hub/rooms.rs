//! Who is in which room, in both directions.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use hashbrown::{Equivalent, HashMap};

use super::seat::{RoomIndex, Seat};
use super::slots::{SessionKey, Slots};
use crate::config::NamespaceId;

/// A room: its name (none for the room that is the namespace itself) and its members.
#[derive(Debug)]
struct Room {
    key: RoomKey,
    members: Vec<SessionKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RoomKey {
    namespace: NamespaceId,
    /// Shared by its two places, in which it is found by name and by number.
    name: Option<Arc<str>>,
}

struct RoomName<'a> {
    namespace: NamespaceId,
    name: Option<&'a str>,
}

/// A place in a room, and the room itself if nobody else is there, without its name.
pub(crate) const ROOM_BYTES: usize = 448;

/// What a room of this name takes of memory, as if it had no other member.
pub(super) const fn memory_of_room(name: &str) -> usize {
    ROOM_BYTES + name.len()
}

impl Hash for RoomKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        RoomName {
            namespace: self.namespace,
            name: self.name.as_deref(),
        }
        .hash(state);
    }
}

impl Hash for RoomName<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.namespace.hash(state);
        self.name.hash(state);
    }
}

impl Equivalent<RoomKey> for RoomName<'_> {
    fn equivalent(&self, key: &RoomKey) -> bool {
        self.namespace == key.namespace && self.name == key.name.as_deref()
    }
}

/// All rooms of a hub that have members.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    by_name: HashMap<RoomKey, RoomIndex>,
    rooms: Vec<Option<Room>>,
    vacant: Vec<RoomIndex>,
}

impl Rooms {
    /// The number of rooms with a name.
    pub(super) fn named(&self) -> usize {
        self.by_name.keys().filter(|key| key.name.is_some()).count()
    }

    pub(super) fn members(&self, namespace: NamespaceId, name: Option<&str>) -> &[SessionKey] {
        self.index(namespace, name)
            .and_then(|index| self.room(index))
            .map_or(&[], |room| &room.members)
    }

    /// Who sits on the seat `position` of a room.
    pub(super) fn member(&self, room: RoomIndex, position: usize) -> Option<SessionKey> {
        self.room(room)?.members.get(position).copied()
    }

    /// The rooms of a namespace that have a name, and their members.
    pub(super) fn in_namespace(
        &self,
        namespace: NamespaceId,
    ) -> impl Iterator<Item = (&str, &[SessionKey])> {
        let rooms = self.rooms.iter().flatten();
        rooms
            .filter(move |room| room.key.namespace == namespace)
            .filter_map(|room| Some((room.key.name.as_deref()?, &*room.members)))
    }

    /// Whether one of the seats is in this room.
    pub(super) fn is_seated(&self, seats: &[Seat], namespace: NamespaceId, name: &str) -> bool {
        self.index(namespace, Some(name))
            .is_some_and(|index| seats.iter().any(|seat| seat.room == index))
    }

    /// What the rooms with a name, of those with these seats, take of memory.
    pub(super) fn memory(&self, seats: &[Seat]) -> usize {
        let rooms = seats.iter().filter_map(|seat| self.room(seat.room));
        let names = rooms.filter_map(|room| room.key.name.as_deref());
        names.map(memory_of_room).sum()
    }

    /// How many of the seats are in rooms with a name.
    pub(super) fn count_named(&self, seats: &[Seat]) -> usize {
        seats
            .iter()
            .filter_map(|seat| self.room(seat.room))
            .filter(|room| room.key.name.is_some())
            .count()
    }

    pub(super) fn names(&self, seats: &[Seat], namespace: NamespaceId) -> Vec<&str> {
        seats
            .iter()
            .filter_map(|seat| self.room(seat.room))
            .filter(|room| room.key.namespace == namespace)
            .filter_map(|room| room.key.name.as_deref())
            .collect()
    }

    pub(super) fn enter_namespace<T>(
        &mut self,
        slots: &mut Slots<T>,
        key: SessionKey,
        namespace: NamespaceId,
    ) {
        self.seat(
            slots,
            key,
            RoomName {
                namespace,
                name: None,
            },
        );
    }

    pub(super) fn enter<T>(
        &mut self,
        slots: &mut Slots<T>,
        key: SessionKey,
        namespace: NamespaceId,
        name: &str,
    ) {
        self.seat(
            slots,
            key,
            RoomName {
                namespace,
                name: Some(name),
            },
        );
    }

    fn seat<T>(&mut self, slots: &mut Slots<T>, key: SessionKey, name: RoomName<'_>) {
        let Some(slot) = slots.get_mut(key) else {
            return;
        };
        let index = self.index_or_create(name);
        if let Some(room) = self.rooms.get_mut(index as usize).and_then(Option::as_mut) {
            let position = u32::try_from(room.members.len()).unwrap_or(u32::MAX);
            room.members.push(key);
            if slot.seats.is_empty() {
                // Most sessions are in one namespace and no other room.
                slot.seats.reserve_exact(1);
            }
            slot.seats.push(Seat {
                room: index,
                position,
            });
        }
    }

    pub(super) fn leave<T>(
        &mut self,
        slots: &mut Slots<T>,
        key: SessionKey,
        namespace: NamespaceId,
        name: &str,
    ) {
        if let Some(index) = self.index(namespace, Some(name)) {
            self.vacate_where(slots, key, |room, _| room == index);
        }
    }

    /// Leaves the namespace and all of its rooms.
    pub(super) fn leave_namespace<T>(
        &mut self,
        slots: &mut Slots<T>,
        key: SessionKey,
        namespace: NamespaceId,
    ) {
        self.vacate_where(slots, key, |_, room| room.namespace == namespace);
    }

    pub(super) fn leave_all<T>(&mut self, slots: &mut Slots<T>, key: SessionKey) {
        self.vacate_where(slots, key, |_, _| true);
    }

    fn vacate_where<T>(
        &mut self,
        slots: &mut Slots<T>,
        key: SessionKey,
        leaves: impl Fn(RoomIndex, &RoomKey) -> bool,
    ) {
        let Some(slot) = slots.get_mut(key) else {
            return;
        };
        let mut vacated = Vec::new();
        let rooms = &self.rooms;
        slot.seats.retain(|seat| {
            let room = rooms.get(seat.room as usize).and_then(Option::as_ref);
            let leaving = room.is_some_and(|room| leaves(seat.room, &room.key));
            if leaving {
                vacated.push(*seat);
            }
            !leaving
        });
        // To hold less never fails.
        let _ = slot.room_memory.hold(self.memory(&slot.seats));
        for seat in vacated {
            self.vacate(slots, seat);
        }
    }

    /// Takes the member off its seat; the last member of the room moves there.
    fn vacate<T>(&mut self, slots: &mut Slots<T>, seat: Seat) {
        let Some(room) = self
            .rooms
            .get_mut(seat.room as usize)
            .and_then(Option::as_mut)
        else {
            return;
        };
        room.members.swap_remove(seat.position as usize);
        if let Some(moved) = room.members.get(seat.position as usize).copied() {
            let seats = slots.get_mut(moved).map(|slot| &mut slot.seats);
            for moved_seat in seats.into_iter().flatten() {
                if moved_seat.room == seat.room {
                    moved_seat.position = seat.position;
                }
            }
        }
        if room.members.is_empty() {
            self.by_name.remove(&room.key);
            self.rooms[seat.room as usize] = None;
            self.vacant.push(seat.room);
        }
    }

    fn room(&self, index: RoomIndex) -> Option<&Room> {
        self.rooms.get(index as usize)?.as_ref()
    }

    pub(super) fn index(&self, namespace: NamespaceId, name: Option<&str>) -> Option<RoomIndex> {
        self.by_name.get(&RoomName { namespace, name }).copied()
    }

    fn index_or_create(&mut self, name: RoomName<'_>) -> RoomIndex {
        if let Some(index) = self.by_name.get(&name) {
            return *index;
        }
        let key = RoomKey {
            namespace: name.namespace,
            name: name.name.map(Arc::from),
        };
        let room = Some(Room {
            key: key.clone(),
            members: Vec::new(),
        });
        let index = if let Some(index) = self.vacant.pop() {
            self.rooms[index as usize] = room;
            index
        } else {
            self.rooms.push(room);
            u32::try_from(self.rooms.len() - 1).unwrap_or(u32::MAX)
        };
        self.by_name.insert(key, index);
        index
    }
}
