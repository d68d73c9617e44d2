//! Outlets and getters: what the driver fetches.

use alloc::vec::Vec;

use bytes::Bytes;
use socketio_proto::{Body, TransportKind, TransportName};

use super::link::Link;
use super::{MembershipChange, Phase, Session};
use crate::acks::AckOutcome;
use crate::action::{Action, AfterTransmit, TransportId};
use crate::config::NamespaceId;
use crate::reason::DisconnectReason;
use crate::time::Instant;

/// The most packets that one poll is answered with. More wait for the next poll.
const PACKETS_PER_POLL: usize = 1000;

impl Session {
    /// The next order to the driver.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The next acknowledgement that came, or that will not come.
    #[must_use]
    pub fn poll_ack(&mut self) -> Option<AckOutcome> {
        self.ack_outcomes.pop_front()
    }

    /// The next change for whoever keeps lists of members.
    pub(crate) fn poll_membership_change(&mut self) -> Option<MembershipChange> {
        if self.membership_changes.is_empty() {
            return None;
        }
        Some(self.membership_changes.remove(0))
    }

    /// Appends to `out` what the transport may send now, and says what becomes of it then.
    ///
    /// A websocket or stream gets at least one packet if there is any and no more than fit
    /// into `budget` bytes; the driver calls again until nothing comes. A poll gets
    /// everything that its response is to carry: nothing as long as it is to be held. Each
    /// element of `out` is one encoded packet; framing them is the transport's work.
    pub fn transmit(
        &mut self,
        now: Instant,
        id: TransportId,
        budget: usize,
        out: &mut Vec<Bytes>,
    ) -> AfterTransmit {
        self.advance(now);
        if let Some(kind) = self.predecessors.remove(id) {
            if kind == TransportKind::LongPoll {
                out.push(self.encode("", Body::Noop));
            }
            return AfterTransmit::Finish;
        }
        let Link::Open(open) = &self.link else {
            return AfterTransmit::Finish;
        };
        if open.id != id {
            return AfterTransmit::Finish;
        }
        let released = open.released;
        self.flush_ordered = false;
        match open.kind {
            TransportKind::LongPoll => self.answer_poll(released, budget, out),
            _ => self.feed_stream(budget, out),
        }
    }

    fn feed_stream(&mut self, budget: usize, out: &mut Vec<Bytes>) -> AfterTransmit {
        if core::mem::take(&mut self.greeting_due) {
            out.push(self.encode("", Body::Connect { query: "" }));
        }
        self.outbox.take(budget, usize::MAX, out);
        if self.is_closed() && self.outbox.is_empty() {
            self.link = Link::None;
            return AfterTransmit::Finish;
        }
        AfterTransmit::KeepOpen
    }

    fn answer_poll(
        &mut self,
        released: bool,
        budget: usize,
        out: &mut Vec<Bytes>,
    ) -> AfterTransmit {
        if core::mem::take(&mut self.greeting_due) {
            // Alone: the real client opens its transport on it and polls again.
            out.push(self.encode("", Body::Connect { query: "" }));
        } else if !self.outbox.is_empty() {
            self.outbox.take(budget, PACKETS_PER_POLL, out);
        } else if released || self.is_closed() {
            out.push(self.encode("", Body::Noop));
        } else {
            return AfterTransmit::KeepOpen;
        }
        self.link = match self.phase {
            Phase::Closed { .. } if self.outbox.is_empty() => Link::None,
            Phase::Closed { drain_by, .. } => Link::Gone { until: drain_by },
            _ => Link::Gone {
                until: self.now + self.config.close_timeout,
            },
        };
        AfterTransmit::Finish
    }

    pub(super) fn has_output(&self) -> bool {
        self.greeting_due || !self.outbox.is_empty() || self.is_closed()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` if time
    /// changes nothing any more.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let phase = match self.phase {
            Phase::Handshaken { expires } => Some(expires),
            Phase::Connected => None,
            Phase::Closed { drain_by, .. } => self.is_held().then_some(drain_by),
        };
        [
            phase,
            self.link.deadline(),
            self.heartbeat.deadline(),
            self.acks.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// How far the session has come.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the session is over, if only its goodbye is still to be fetched.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed { .. })
    }

    /// Why the session is over.
    #[must_use]
    pub const fn close_reason(&self) -> Option<DisconnectReason> {
        match self.phase {
            Phase::Closed { reason, .. } => Some(reason),
            Phase::Handshaken { .. } | Phase::Connected => None,
        }
    }

    /// Whether the session is over and everything was fetched: it can be dropped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_closed()
            && !self.is_held()
            && self.inbox.is_empty()
            && self.actions.is_empty()
            && self.ack_outcomes.is_empty()
    }

    /// Whether somebody else must act before a closed session can go: a transport, or the
    /// application that decides about a join.
    fn is_held(&self) -> bool {
        !matches!(self.link, Link::None)
            || !self.predecessors.is_empty()
            || !self.outbox.is_empty()
            || self.join_pending
    }

    /// Whether there may be an event for [`poll_event`](Self::poll_event).
    #[must_use]
    pub fn has_events(&self) -> bool {
        !self.join_pending && !self.inbox.is_empty()
    }

    /// Whether there is an action or an acknowledgement to fetch.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        !self.actions.is_empty() || !self.ack_outcomes.is_empty()
    }

    /// Whether the application keeps up. While it does not, the driver should leave further
    /// packets of this client unread.
    ///
    /// While acknowledgements are awaited there is twice as much room: what the application
    /// waits for may stand behind what it is behind with.
    #[must_use]
    pub fn wants_input(&self) -> bool {
        let times = if self.acks.len() > 0 { 2 } else { 1 };
        self.inbox.has_room(&self.config.limits, times)
    }

    /// The latest time that any input named.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The open transport.
    #[must_use]
    pub const fn transport(&self) -> Option<TransportId> {
        self.link.open_id()
    }

    /// The name of the latest transport; `None` before the first.
    #[must_use]
    pub const fn transport_name(&self) -> Option<TransportName> {
        self.predecessors.latest()
    }

    /// Whether the client is in `namespace`.
    #[must_use]
    pub fn is_joined(&self, namespace: NamespaceId) -> bool {
        !self.is_closed() && self.memberships.joined(namespace).is_some()
    }

    /// The namespaces that the client is in.
    pub fn namespaces(&self) -> impl Iterator<Item = NamespaceId> + '_ {
        self.memberships.iter_joined()
    }

    /// What waits to be sent: packets and their bytes.
    #[must_use]
    pub fn backlog(&self) -> (usize, usize) {
        (self.outbox.packets(), self.outbox.bytes())
    }

    /// The session's settings.
    #[must_use]
    pub fn config(&self) -> &crate::SessionConfig {
        &self.config
    }
}
