//! A session in the hands of its driver.

use core::ops::{Deref, DerefMut};

use super::{Hub, SessionKey};
use crate::event::Event;
use crate::session::Session;
use crate::session_id::SessionId;

/// Exclusive access to one session of a [`Hub`]. When it goes, the hub files the session's
/// deadline anew, follows its memberships and notes whether there is something to fetch.
#[derive(Debug)]
pub struct SessionMut<'a, T> {
    hub: &'a mut Hub<T>,
    key: SessionKey,
    /// The session itself was handed out to be changed.
    is_touched: bool,
}

impl<'a, T> SessionMut<'a, T> {
    /// `key` must be that of a session of `hub`; [`Hub::session`] has looked.
    pub(super) fn new(hub: &'a mut Hub<T>, key: SessionKey) -> Self {
        Self {
            hub,
            key,
            is_touched: false,
        }
    }

    /// The session's key.
    #[must_use]
    pub const fn key(&self) -> SessionKey {
        self.key
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.slot().id
    }

    /// What the driver keeps for the session.
    #[must_use]
    pub fn data(&mut self) -> &mut T {
        &mut self.slot_mut().data
    }

    /// The next event, for an application that handles one at a time: it has its turn until it
    /// asks again and there is nothing more. Meanwhile, events do not make the session ready.
    #[must_use]
    pub fn next_turn(&mut self) -> Option<Event> {
        self.is_touched = true;
        let slot = self.slot_mut();
        let event = slot.session.poll_event();
        slot.in_turn = event.is_some();
        event
    }

    /// Whether the application has its turn.
    #[must_use]
    pub fn is_in_turn(&self) -> bool {
        self.slot().in_turn
    }

    /// The session and what the driver keeps for it.
    #[must_use]
    pub fn parts(&mut self) -> (&mut Session, &mut T) {
        self.is_touched = true;
        let slot = self.slot_mut();
        (&mut slot.session, &mut slot.data)
    }

    fn slot(&self) -> &super::Slot<T> {
        self.hub
            .slots
            .get(self.key)
            .expect("the guard is only made for a session that exists")
    }

    fn slot_mut(&mut self) -> &mut super::Slot<T> {
        self.hub
            .slots
            .get_mut(self.key)
            .expect("the guard is only made for a session that exists")
    }
}

impl<T> Deref for SessionMut<'_, T> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.slot().session
    }
}

impl<T> DerefMut for SessionMut<'_, T> {
    fn deref_mut(&mut self) -> &mut Session {
        self.is_touched = true;
        &mut self.slot_mut().session
    }
}

impl<T> Drop for SessionMut<'_, T> {
    fn drop(&mut self) {
        if self.is_touched {
            self.hub.refile(self.key);
        }
    }
}
