//! Where the sessions of a hub live.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::seat::Seat;
use crate::memory_budget::MemoryAccount;
use crate::session::Session;
use crate::session_id::SessionId;
use crate::time::Instant;

/// A session of a hub. A key whose session is gone finds nothing, even when another session
/// has taken its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    index: u32,
    generation: u32,
}

#[derive(Debug)]
pub(super) struct Slot<T> {
    pub(super) id: SessionId,
    pub(super) session: Session,
    pub(super) data: T,
    pub(super) seats: Vec<Seat>,
    /// What its rooms hold.
    pub(super) room_memory: MemoryAccount,
    /// The deadline under which the session is filed.
    pub(super) filed: Option<Instant>,
    pub(super) is_ready: bool,
    /// The application works on an event and will ask for the next one itself.
    pub(super) in_turn: bool,
    /// The number of the last broadcast that reached it or passed it over.
    pub(super) last_broadcast: u64,
}

impl<T> Slot<T> {
    pub(super) fn new(id: SessionId, session: Session, data: T) -> Self {
        let room_memory = MemoryAccount::new(&session.config().memory);
        Self {
            id,
            session,
            data,
            seats: Vec::new(),
            room_memory,
            filed: None,
            is_ready: false,
            in_turn: false,
            last_broadcast: 0,
        }
    }
}

#[derive(Debug)]
pub(super) struct Slots<T> {
    places: Vec<Place<T>>,
    vacant: Vec<u32>,
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    /// Boxed, so that a growing hub moves little.
    slot: Option<Box<Slot<T>>>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            vacant: Vec::new(),
        }
    }
}

impl<T> Slots<T> {
    pub(super) fn insert(&mut self, slot: Slot<T>) -> SessionKey {
        if let Some(index) = self.vacant.pop() {
            let place = &mut self.places[index as usize];
            place.slot = Some(Box::new(slot));
            return SessionKey {
                index,
                generation: place.generation,
            };
        }
        let index = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(Place {
            generation: 0,
            slot: Some(Box::new(slot)),
        });
        SessionKey {
            index,
            generation: 0,
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = SessionKey> + '_ {
        let places = (0..).zip(&self.places);
        places.filter_map(|(index, place)| {
            let generation = place.generation;
            let key = SessionKey { index, generation };
            place.slot.as_ref().map(|_| key)
        })
    }

    pub(super) fn get(&self, key: SessionKey) -> Option<&Slot<T>> {
        let place = self.places.get(key.index as usize)?;
        place
            .slot
            .as_deref()
            .filter(|_| place.generation == key.generation)
    }

    pub(super) fn get_mut(&mut self, key: SessionKey) -> Option<&mut Slot<T>> {
        let place = self.places.get_mut(key.index as usize)?;
        place
            .slot
            .as_deref_mut()
            .filter(|_| place.generation == key.generation)
    }

    pub(super) fn remove(&mut self, key: SessionKey) -> Option<Slot<T>> {
        self.get(key)?;
        let place = self.places.get_mut(key.index as usize)?;
        place.generation = place.generation.wrapping_add(1);
        self.vacant.push(key.index);
        place.slot.take().map(|slot| *slot)
    }

    pub(super) fn forget_deadline(&mut self, key: SessionKey) {
        if let Some(slot) = self.get_mut(key) {
            slot.filed = None;
        }
    }
}
