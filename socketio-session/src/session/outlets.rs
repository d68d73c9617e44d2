//! Outlets and getters: what the driver fetches.

use alloc::vec::Vec;

use socketio_proto::{Body, TransportKind, TransportName};

use super::link::{Link, OpenTransport};
use super::{MembershipChange, Phase, Session};
use crate::acks::AckOutcome;
use crate::action::{Action, AfterTransmit, TransportId};
use crate::config::NamespaceId;
use crate::counters::SessionCounters;
use crate::outbox::{OutgoingPacket, Worth};
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

    pub(crate) fn has_membership_changes(&self) -> bool {
        !self.membership_changes.is_empty()
    }

    /// The next change for whoever keeps lists of members.
    pub(crate) fn poll_membership_change(&mut self) -> Option<MembershipChange> {
        if self.membership_changes.is_empty() {
            return None;
        }
        let change = self.membership_changes.remove(0);
        if self.membership_changes.is_empty() {
            // They are rare, and there are many sessions.
            self.membership_changes = Vec::new();
        }
        Some(change)
    }

    /// Appends to `out` what the transport may send now, and says what becomes of it then.
    ///
    /// A websocket or stream gets at least one packet if there is any and no more than fit
    /// into `budget` bytes; the driver calls again, when it has written them all, until nothing
    /// comes. A poll gets everything that its response is to carry, and nothing as long as it is
    /// to be held. One that came when the session was over ends with nothing if everything has
    /// been fetched: to its client there is no such session any more. What a transport cannot
    /// write, it [gives back](Self::lose_transport). As long as an older transport may still do so, a
    /// newer one is given nothing.
    pub fn transmit(
        &mut self,
        now: Instant,
        id: TransportId,
        budget: usize,
        out: &mut Vec<OutgoingPacket>,
    ) -> AfterTransmit {
        self.advance(now);
        if let Some(kind) = self.predecessors.remove(id) {
            if kind == TransportKind::LongPoll {
                out.push(self.noop());
            } else if self.predecessors.settle(id) {
                // Who asks for more has written what it had.
                self.go_on();
            }
            return AfterTransmit::Finish;
        }
        let Link::Open(open) = &self.link else {
            return AfterTransmit::Finish;
        };
        if open.id != id {
            return AfterTransmit::Finish;
        }
        let kind = open.kind;
        self.flush_ordered = false;
        let before = out.len();
        let after = match kind {
            TransportKind::LongPoll => self.answer_poll(*open, budget, out),
            _ => self.feed_stream(id, kind, budget, out),
        };
        for packet in out.iter().skip(before) {
            self.counters.packets_sent += 1;
            self.counters.bytes_sent += packet.bytes().len() as u64;
        }
        after
    }

    fn greeting(&self) -> OutgoingPacket {
        let packet = self.encode("", Body::Connect { query: "" });
        OutgoingPacket::new(packet, Worth::Greeting)
    }

    fn noop(&self) -> OutgoingPacket {
        OutgoingPacket::new(self.encode("", Body::Noop), Worth::Noop)
    }

    fn feed_stream(
        &mut self,
        id: TransportId,
        kind: TransportKind,
        budget: usize,
        out: &mut Vec<OutgoingPacket>,
    ) -> AfterTransmit {
        let before = out.len();
        if !self.predecessors.is_unsettled() {
            let held_input_back = !self.has_room_for_answers();
            if core::mem::take(&mut self.greeting_due) {
                let greeting = self.greeting();
                let left = budget.saturating_sub(greeting.bytes().len());
                out.push(greeting);
                self.outbox.take_fitting(left, usize::MAX, out);
            } else {
                self.outbox.take(budget, usize::MAX, out);
            }
            if held_input_back {
                // Who asks for more has written what it had.
                let times = self.config.heartbeat_times();
                self.heartbeat.postpone(self.now, times);
            }
        }
        let carries = out.len() > before;
        match self.phase {
            Phase::Closed { drain_by, .. } if !self.may_have_output() => {
                self.link = if carries {
                    Link::Finishing {
                        id,
                        kind,
                        until: drain_by,
                    }
                } else {
                    Link::None
                };
                AfterTransmit::Finish
            }
            _ => {
                if let Link::Open(open) = &mut self.link {
                    open.carries = carries;
                }
                AfterTransmit::KeepOpen
            }
        }
    }

    fn answer_poll(
        &mut self,
        poll: OpenTransport,
        budget: usize,
        out: &mut Vec<OutgoingPacket>,
    ) -> AfterTransmit {
        let until = match self.phase {
            Phase::Closed { drain_by, .. } => drain_by,
            _ => self.now + self.config.close_timeout,
        };
        let is_next = !self.predecessors.is_unsettled();
        if is_next && core::mem::take(&mut self.greeting_due) {
            // Alone: the real client opens its transport on it and polls again.
            out.push(self.greeting());
        } else if is_next && !self.outbox.is_empty() {
            self.outbox.take(budget, PACKETS_PER_POLL, out);
        } else if poll.released || (is_next && self.is_closed()) {
            if !poll.came_late {
                // There is nothing in it to lose.
                out.push(self.noop());
            }
            self.link = if self.is_closed() && !self.may_have_output() {
                Link::None
            } else {
                Link::Gone { until }
            };
            return AfterTransmit::Finish;
        } else {
            return AfterTransmit::KeepOpen;
        }
        let (id, kind) = (poll.id, poll.kind);
        self.link = Link::Finishing { id, kind, until };
        AfterTransmit::Finish
    }

    /// Whether something is queued, or may be given back by an older transport.
    fn may_have_output(&self) -> bool {
        self.greeting_due || !self.outbox.is_empty() || self.predecessors.is_unsettled()
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
            Phase::Connected => self.predecessors.deadline(),
            Phase::Closed { drain_by, .. } => self.is_held().then_some(drain_by),
        };
        let others = [
            self.link.deadline(),
            self.heartbeat_deadline(),
            self.acks.deadline(),
        ];
        let earliest = others.into_iter().fold(phase, earlier);
        match self.paced_until() {
            // Seldom, and this is asked with every packet.
            until @ Some(_) => earlier(earliest, until),
            None => earliest,
        }
    }

    pub(super) fn heartbeat_deadline(&self) -> Option<Instant> {
        if self.heartbeat.is_awaited() && self.is_left_unheard() {
            self.heartbeat.deadline_unheard()
        } else {
            self.heartbeat.deadline()
        }
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
        !self.join_pending && !self.inbox.is_empty() && self.has_room_for_answers()
    }

    /// Whether there is an action or an acknowledgement to fetch.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        !self.actions.is_empty() || !self.ack_outcomes.is_empty()
    }

    /// Whether the application keeps up with what the client says, and the client with what it
    /// is answered. While one of them does not, the driver should leave further packets of this
    /// client unread, also those that it has read in one go with others: it should ask after each.
    ///
    /// It turns true again when [`poll_event`](Self::poll_event) has taken out events, and when
    /// [`transmit`](Self::transmit) has taken packets: no more than half of what the outbox can
    /// hold may be taken up. A client that reads nothing meets the deadlines of its transport, as if
    /// it had nothing to say.
    ///
    /// A client that talks faster than the [rate](crate::SessionConfig::event_rate) is not listened
    /// to either, until the time that [`poll_timeout`](Self::poll_timeout) names. A
    /// [`Hub`](crate::Hub) then says that the session is ready.
    ///
    /// While acknowledgements are awaited there is twice as much room for what the client says:
    /// what the application waits for may stand behind what it is behind with.
    #[must_use]
    pub fn wants_input(&self) -> bool {
        self.has_room_for_input() && self.has_room_for_answers() && !self.is_too_fast()
    }

    fn has_room_for_input(&self) -> bool {
        let times = if self.acks.len() > 0 { 2 } else { 1 };
        self.inbox.has_room(&self.config.limits, times)
    }

    /// Whether no more than half of what the outbox can hold is taken up. Who has much to send can
    /// wait for that: it turns true when [`transmit`](Self::transmit) takes packets.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.outbox.is_half_free(&self.config.limits)
    }

    /// Whether the client may say more, for all that it has not taken yet. Nothing is answered
    /// after the end.
    pub(super) fn has_room_for_answers(&self) -> bool {
        self.is_closed() || self.is_drained()
    }

    /// Whether input is left unread for another reason than what the client leaves unread.
    pub(super) fn is_left_unheard(&self) -> bool {
        (!self.has_room_for_input() || self.is_throttled) && self.has_room_for_answers()
    }

    /// The latest time that any input named.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The transport that is open or, after [`transmit`](Self::transmit) handed it its last
    /// packets, writing them.
    #[must_use]
    pub const fn transport(&self) -> Option<TransportId> {
        self.link.id()
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

    /// How much has been going on.
    #[must_use]
    pub const fn counters(&self) -> SessionCounters {
        SessionCounters {
            packets_dropped: self.outbox.dropped().for_room,
            dropped_for_memory: self.outbox.dropped().for_memory,
            ..self.counters
        }
    }

    /// The session's settings.
    #[must_use]
    pub fn config(&self) -> &crate::SessionConfig {
        &self.config
    }
}

/// The earlier of two deadlines, either of which there may not be.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
