//! Many sessions, their rooms and their deadlines.

mod broadcast;
mod deadlines;
mod rooms;
mod seat;
mod session_mut;
mod slots;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::HashMap;
use socketio_proto::Dialect;
use thiserror::Error;

pub use self::broadcast::{Broadcast, Reach};
pub(crate) use self::rooms::ROOM_BYTES;
pub use self::session_mut::SessionMut;
pub use self::slots::SessionKey;

use self::deadlines::Deadlines;
use self::rooms::{Rooms, memory_of_room};
use self::slots::{Slot, Slots};
use crate::config::{NamespaceId, SessionConfig};
use crate::counters::{HubCounters, add_to};
use crate::error::Misuse;
use crate::session::{MembershipChange, Phase, Session};
use crate::session_id::SessionId;
use crate::time::Instant;

/// The sessions of one shard: found by id, in rooms, with one deadline for all of them.
///
/// A hub owns everything about its sessions, `T` included, which is whatever the driver keeps
/// for each. Removing a session therefore cleans up everything, with no second lock to take.
/// A server has several hubs, each behind its own short lock; [`SessionId::shard`] says which
/// one a session lives in, and a [`Broadcast`] is applied by each hub to its own members.
///
/// After each call that may have changed something, the driver drains
/// [`poll_ready`](Self::poll_ready) and [`poll_removed`](Self::poll_removed) and looks at
/// [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Hub<T> {
    config: Arc<SessionConfig>,
    max_sessions: usize,
    slots: Slots<T>,
    by_id: HashMap<SessionId, SessionKey>,
    rooms: Rooms,
    /// Each session that has a deadline, once.
    deadlines: Deadlines,
    /// Sessions with something to fetch, each at most once.
    ready: VecDeque<SessionKey>,
    removed: VecDeque<T>,
    broadcasts: u64,
    /// What was counted of sessions that are gone, and how many were created.
    past: HubCounters,
}

/// Why no session could be created.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CreateError {
    /// The hub holds as many sessions as it may.
    #[error("there are too many sessions")]
    Full,
    /// There is a session of this id: the random source is broken.
    #[error("the session id is taken")]
    DuplicateId,
}

impl<T> Hub<T> {
    /// A hub for at most `max_sessions` sessions with the same settings.
    #[must_use]
    pub fn new(config: Arc<SessionConfig>, max_sessions: usize) -> Self {
        Self {
            config,
            max_sessions,
            slots: Slots::default(),
            by_id: HashMap::new(),
            rooms: Rooms::default(),
            deadlines: Deadlines::default(),
            ready: VecDeque::new(),
            removed: VecDeque::new(),
            broadcasts: 0,
            past: HubCounters::default(),
        }
    }

    /// Creates the session of a handshake made now.
    ///
    /// # Errors
    /// [`CreateError`].
    pub fn create(
        &mut self,
        now: Instant,
        id: SessionId,
        dialect: Dialect,
        data: T,
    ) -> Result<SessionKey, CreateError> {
        if self.by_id.len() >= self.max_sessions {
            return Err(CreateError::Full);
        }
        if self.by_id.contains_key(&id) {
            return Err(CreateError::DuplicateId);
        }
        let session = Session::new(now, dialect, Arc::clone(&self.config));
        let key = self.slots.insert(Slot::new(id, session, data));
        self.by_id.insert(id, key);
        self.past.created += 1;
        self.refile(key);
        Ok(key)
    }

    /// The session of this id.
    #[must_use]
    pub fn find(&self, id: &SessionId) -> Option<SessionKey> {
        self.by_id.get(id).copied()
    }

    /// A session, to read and to change. What a change means for deadlines, rooms and
    /// readiness is seen to when the guard goes.
    #[must_use]
    pub fn session(&mut self, key: SessionKey) -> Option<SessionMut<'_, T>> {
        self.slots.get(key)?;
        Some(SessionMut::new(self, key))
    }

    /// A session, to read.
    #[must_use]
    pub fn peek(&self, key: SessionKey) -> Option<(&Session, &T)> {
        self.slots.get(key).map(|slot| (&slot.session, &slot.data))
    }

    /// The settings of its sessions.
    #[must_use]
    pub fn config(&self) -> &SessionConfig {
        &self.config
    }

    /// All sessions, in an order that depends on nothing but what has happened to the hub.
    pub fn keys(&self) -> impl Iterator<Item = SessionKey> + '_ {
        self.slots.keys()
    }

    /// The number of sessions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are no sessions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The number of rooms that have members, namespaces not counted.
    #[must_use]
    pub fn room_count(&self) -> usize {
        self.rooms.named()
    }

    /// What its sessions have done and what they hold, added up now: this looks at each of them.
    /// Counting itself costs no more than what each session counts.
    #[must_use]
    pub fn counters(&self) -> HubCounters {
        let mut sum = self.past.clone();
        for slot in self.by_id.values().filter_map(|key| self.slots.get(*key)) {
            let (packets, bytes) = slot.session.backlog();
            sum.traffic.add(&slot.session.counters());
            add_to(&mut sum.sessions, slot.session.transport_name(), 1);
            sum.queued_packets += packets;
            sum.queued_bytes += bytes;
            sum.longest_queue_bytes = sum.longest_queue_bytes.max(bytes);
        }
        sum
    }

    /// Puts a session into a room of a namespace that its client is in.
    ///
    /// # Errors
    /// [`Misuse::NoSuchSession`], [`Misuse::NotJoined`], [`Misuse::TooManyRooms`].
    pub fn enter_room(
        &mut self,
        key: SessionKey,
        namespace: NamespaceId,
        room: &str,
    ) -> Result<(), Misuse> {
        let slot = self.slots.get_mut(key).ok_or(Misuse::NoSuchSession)?;
        if !slot.session.is_joined(namespace) {
            return Err(Misuse::NotJoined);
        }
        let rooms = &self.rooms;
        if rooms.is_seated(&slot.seats, namespace, room) {
            return Ok(());
        }
        if rooms.count_named(&slot.seats) >= self.config.limits.rooms {
            return Err(Misuse::TooManyRooms);
        }
        let held = rooms.memory(&slot.seats) + memory_of_room(room);
        if slot.room_memory.hold(held).is_err() {
            return Err(Misuse::TooManyRooms);
        }
        self.rooms.enter(&mut self.slots, key, namespace, room);
        Ok(())
    }

    /// Takes a session out of a room. If it is not in it, nothing happens.
    pub fn leave_room(&mut self, key: SessionKey, namespace: NamespaceId, room: &str) {
        self.rooms.leave(&mut self.slots, key, namespace, room);
    }

    /// The rooms of `namespace` that a session is in, in no particular order.
    #[must_use]
    pub fn rooms_of(&self, key: SessionKey, namespace: NamespaceId) -> Vec<&str> {
        self.slots
            .get(key)
            .map_or_else(Vec::new, |slot| self.rooms.names(&slot.seats, namespace))
    }

    /// The members of a room; of the whole namespace if `room` is `None`.
    #[must_use]
    pub fn members(&self, namespace: NamespaceId, room: Option<&str>) -> &[SessionKey] {
        self.rooms.members(namespace, room)
    }

    /// The rooms of `namespace` and how many clients are in each, in no particular order.
    #[must_use]
    pub fn room_sizes(&self, namespace: NamespaceId) -> Vec<(&str, usize)> {
        let is_in = |key: &&SessionKey| {
            let slot = self.slots.get(**key);
            slot.is_some_and(|slot| slot.session.is_joined(namespace))
        };
        self.rooms
            .in_namespace(namespace)
            .map(|(name, members)| (name, members.iter().filter(is_in).count()))
            .filter(|(_, size)| *size > 0)
            .collect()
    }

    /// Time has passed: sees to the sessions whose deadline has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(key) = self.deadlines.take_due(now) {
            self.slots.forget_deadline(key);
            // Its next deadline, if there is one, lies ahead and is filed when the guard goes.
            if let Some(mut session) = self.session(key) {
                session.handle_timeout(now);
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.earliest()
    }

    /// A session that has actions, acknowledgements or events to fetch, or that wants input again
    /// ([`Session::wants_input`]) after its client was too fast. Events do not count while the
    /// application has its turn ([`SessionMut::next_turn`]).
    #[must_use]
    pub fn poll_ready(&mut self) -> Option<SessionKey> {
        let key = self.ready.pop_front()?;
        if let Some(slot) = self.slots.get_mut(key) {
            slot.is_ready = false;
        }
        Some(key)
    }

    /// Whether there is nothing to fetch: no session is ready, none was removed.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.ready.is_empty() && self.removed.is_empty()
    }

    /// What the driver kept for a session that is over and gone.
    #[must_use]
    pub fn poll_removed(&mut self) -> Option<T> {
        self.removed.pop_front()
    }

    /// Follows up on whatever happened to a session.
    fn refile(&mut self, key: SessionKey) {
        let Some(mut slot) = self.slots.get_mut(key) else {
            return;
        };
        if slot.session.has_membership_changes() {
            self.follow_memberships(key);
            let Some(changed) = self.slots.get_mut(key) else {
                return;
            };
            slot = changed;
        }
        if slot.session.is_finished() {
            self.remove(key);
            return;
        }
        let has_turn = !slot.in_turn && slot.session.has_events();
        let has_news = slot.session.has_orders() | slot.session.takes_up_listening();
        if (has_news || has_turn) && !slot.is_ready {
            slot.is_ready = true;
            self.ready.push_back(key);
        }
        let wanted = slot.session.poll_timeout();
        if let Some(filed) = slot.filed {
            // A deadline that moved away is looked at when the old one comes: most sessions
            // push theirs back with every packet.
            if wanted.is_some_and(|wanted| filed <= wanted) && filed > slot.session.now() {
                return;
            }
            self.deadlines.remove(filed, key);
        }
        slot.filed = wanted;
        if let Some(wanted) = wanted {
            self.deadlines.insert(wanted, key);
        }
    }

    fn follow_memberships(&mut self, key: SessionKey) {
        while let Some(slot) = self.slots.get_mut(key) {
            match slot.session.poll_membership_change() {
                Some(MembershipChange::Joined(namespace)) => {
                    self.rooms.enter_namespace(&mut self.slots, key, namespace);
                }
                Some(MembershipChange::Left(namespace)) => {
                    self.rooms.leave_namespace(&mut self.slots, key, namespace);
                }
                None => return,
            }
        }
    }

    fn remove(&mut self, key: SessionKey) {
        self.rooms.leave_all(&mut self.slots, key);
        if let Some(slot) = self.slots.remove(key) {
            if let Some(filed) = slot.filed {
                self.deadlines.remove(filed, key);
            }
            self.by_id.remove(&slot.id);
            self.past.traffic.add(&slot.session.counters());
            if let Phase::Closed { reason, .. } = slot.session.phase() {
                add_to(&mut self.past.ended, reason, 1);
            }
            self.removed.push_back(slot.data);
        }
    }
}
