//! What the server keeps for each session, besides its state machine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::Waker;

use socketio_session::{Admitted, AwaitedAck, NamespaceId, SessionId, TransportId};

use super::{AckWait, Draining, SessionAddress};
use crate::extensions::Extensions;
use crate::handshake::Handshake;
use crate::jobs::Jobs;

#[derive(Debug)]
pub(crate) struct SessionData {
    pub(crate) handshake: Arc<Handshake>,
    pub(crate) links: Links,
    pub(crate) ack_waits: BTreeMap<AwaitedAck, Arc<AckWait>>,
    pub(crate) draining: Draining,
    /// The session's place among its peer's.
    pub(super) admitted: Option<Admitted>,
    /// With their namespaces, so that looking for one touches no other memory.
    memberships: Vec<(NamespaceId, Arc<Membership>)>,
    /// Counted here, so that leaving and coming back does not make it less.
    concurrent: Arc<AtomicUsize>,
}

impl SessionData {
    pub(super) fn new(handshake: Arc<Handshake>) -> Self {
        Self {
            handshake,
            links: Links::default(),
            ack_waits: BTreeMap::new(),
            draining: Draining::default(),
            admitted: None,
            memberships: Vec::new(),
            concurrent: Arc::default(),
        }
    }

    /// What is kept for the session's membership in `namespace`, made on first use.
    pub(crate) fn membership(
        &mut self,
        at: SessionAddress,
        id: SessionId,
        namespace: NamespaceId,
    ) -> Arc<Membership> {
        if let Some(membership) = self.find_membership(namespace) {
            return membership;
        }
        let membership = Arc::new(Membership {
            at,
            id,
            namespace,
            handshake: Arc::clone(&self.handshake),
            extensions: Extensions::default(),
            jobs: Jobs::default(),
            concurrent: Arc::clone(&self.concurrent),
        });
        if self.memberships.is_empty() {
            // Most sessions are in one namespace.
            self.memberships.reserve_exact(1);
        }
        self.memberships.push((namespace, Arc::clone(&membership)));
        membership
    }

    pub(crate) fn find_membership(&self, namespace: NamespaceId) -> Option<Arc<Membership>> {
        self.memberships
            .iter()
            .find(|(known, _)| *known == namespace)
            .map(|(_, membership)| Arc::clone(membership))
    }

    pub(crate) fn forget_membership(&mut self, namespace: NamespaceId) {
        self.memberships.retain(|(known, _)| *known != namespace);
    }

    /// The session is gone: nothing of the application's stays behind. Its place is to be given
    /// back.
    pub(super) fn end(mut self) -> Option<Admitted> {
        self.links.wake_all();
        self.draining.take().wake();
        for (_, membership) in &self.memberships {
            membership.end();
        }
        self.handshake.extensions().clear();
        self.admitted
    }
}

/// A session's membership in a namespace: what its sockets share.
pub(crate) struct Membership {
    pub(crate) at: SessionAddress,
    pub(crate) id: SessionId,
    pub(crate) namespace: NamespaceId,
    pub(crate) handshake: Arc<Handshake>,
    pub(crate) extensions: Extensions,
    pub(crate) jobs: Jobs,
    /// Handlers that run beside the others now, in all of the session's namespaces.
    pub(crate) concurrent: Arc<AtomicUsize>,
}

impl Membership {
    /// Cancels the jobs and drops the values.
    pub(crate) fn end(&self) {
        self.jobs.cancel_all();
        self.extensions.clear();
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in namespace {}", self.id, self.namespace.0)
    }
}

/// The session's transports and uploads that are served now, in the order in which they came, and
/// how to wake them: usually one.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: Vec<Link>,
    last_id: u64,
}

#[derive(Debug)]
struct Link {
    id: TransportId,
    /// Set while the transport's task waits for something to send or for room to read. A task
    /// that is awake looks by itself before it waits.
    parked: Option<Waker>,
    /// Set while it leaves input unread because the session wants none.
    starved: bool,
    closed: bool,
    /// Not a transport, but an upload that stands in line with others.
    is_upload: bool,
}

impl Links {
    pub(crate) fn add(&mut self) -> TransportId {
        self.push(false)
    }

    /// An upload gets in line.
    pub(crate) fn add_upload(&mut self) -> TransportId {
        self.push(true)
    }

    fn push(&mut self, is_upload: bool) -> TransportId {
        self.last_id += 1;
        let id = TransportId(self.last_id);
        if self.links.is_empty() {
            // Nearly always there is one.
            self.links.reserve_exact(1);
        }
        self.links.push(Link {
            id,
            parked: None,
            starved: false,
            closed: false,
            is_upload,
        });
        id
    }

    /// Whether no other upload stands before this one.
    pub(crate) fn is_next_upload(&self, id: TransportId) -> bool {
        let next = self.links.iter().find(|link| link.is_upload);
        next.is_some_and(|link| link.id == id)
    }

    /// An upload is done, and the next one, if it waits, is to look.
    pub(crate) fn end_upload(&mut self, id: TransportId) -> Option<Waker> {
        self.remove(id);
        let next = self.links.iter_mut().find(|link| link.is_upload);
        next?.parked.take()
    }

    pub(crate) fn remove(&mut self, id: TransportId) {
        self.links.retain(|link| link.id != id);
    }

    /// The transport's task goes to sleep; `starved` if it left input unread.
    pub(crate) fn park(&mut self, id: TransportId, waker: &Waker, starved: bool) {
        if let Some(link) = self.find(id) {
            link.starved = starved;
            match &mut link.parked {
                Some(parked) => parked.clone_from(waker),
                parked @ None => *parked = Some(waker.clone()),
            }
        }
    }

    /// The transport's task is awake and will look by itself.
    pub(crate) fn unpark(&mut self, id: TransportId) {
        if let Some(link) = self.find(id) {
            link.parked = None;
        }
    }

    pub(super) fn flush(&mut self, id: TransportId) -> Option<Waker> {
        self.find(id)?.parked.take()
    }

    pub(super) fn close(&mut self, id: TransportId) -> Option<Waker> {
        let link = self.find(id)?;
        link.closed = true;
        link.parked.take()
    }

    /// The session wants input again: transports that stopped reading may go on.
    pub(crate) fn feed(&mut self) -> Vec<Waker> {
        let fed = |link: &mut Link| match std::mem::take(&mut link.starved) {
            true => link.parked.take(),
            false => None,
        };
        self.links.iter_mut().filter_map(fed).collect()
    }

    /// The session is gone: whoever still waits for it is to look.
    fn wake_all(&mut self) {
        for waker in self.links.iter_mut().filter_map(|link| link.parked.take()) {
            waker.wake();
        }
    }

    /// Whether the session gave the transport up, with whatever it has not written.
    pub(crate) fn is_closed(&self, id: TransportId) -> bool {
        self.links.iter().all(|link| link.id != id || link.closed)
    }

    fn find(&mut self, id: TransportId) -> Option<&mut Link> {
        self.links.iter_mut().find(|link| link.id == id)
    }
}
