//! An event whose turn has come.

use std::sync::Arc;

use socketio_session::{Event, SessionMut};

use super::{Membership, SessionAddress, SessionData};

/// An event, and the membership that it concerns: taken together, under one lock.
#[derive(Debug)]
pub(crate) struct NextEvent {
    pub(super) event: Event,
    pub(super) membership: Option<Arc<Membership>>,
}

impl NextEvent {
    /// Takes the session's next event for whoever has just finished with the one before.
    pub(super) fn take(
        session: &mut SessionMut<'_, SessionData>,
        at: SessionAddress,
    ) -> Option<Self> {
        let event = session.next_turn()?;
        let id = session.id();
        let data = session.data();
        let membership = match &event {
            Event::Received { namespace, .. }
            | Event::Joined { namespace, .. }
            | Event::Left { namespace, .. } => Some(data.membership(at, id, *namespace)),
            Event::Joining(request) => Some(data.membership(at, id, request.namespace())),
            Event::Fault(fault) => fault.namespace.and_then(|it| data.find_membership(it)),
            Event::Closed { .. } => None,
        };
        Some(Self { event, membership })
    }

    /// Takes the session's next event, unless somebody is at work on one: who is will ask
    /// for it.
    pub(crate) fn take_if_free(
        session: &mut SessionMut<'_, SessionData>,
        at: SessionAddress,
    ) -> Option<Self> {
        if session.is_in_turn() {
            return None;
        }
        Self::take(session, at)
    }
}
