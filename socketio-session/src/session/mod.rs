//! One virtual socket: what a client sees as its connection, whatever carries it.

mod closing;
mod commands;
mod inputs;
mod joining;
mod link;
mod membership;
mod outlets;
mod pace;
mod transports;
mod turns;

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use socketio_proto::{Body, Dialect, Packet};

pub use self::commands::{Delivery, SendOptions};
pub use self::link::Loss;
pub(crate) use self::membership::MembershipChange;
pub use self::turns::Access;

use self::link::{Link, Predecessors};
use self::membership::Memberships;
use crate::acks::{AckOutcome, AwaitedAcks};
use crate::action::Action;
use crate::admission::TokenBucket;
use crate::config::{NamespaceId, OverflowPolicy, SessionConfig};
use crate::counters::SessionCounters;
use crate::event::Event;
use crate::heartbeat::Heartbeat;
use crate::inbox::{Arrival, Inbox};
use crate::outbox::{Outbox, OutgoingPacket, Pushed, Shortage, Worth};
use crate::reason::DisconnectReason;
use crate::short_queue::ShortQueue;
use crate::time::Instant;

/// A session, from its handshake to its end: a state machine without clock, socket or
/// randomness.
///
/// Its methods come in four families:
///
/// * **Inputs** come from the wire and the clock and fail with
///   [`PeerError`](crate::PeerError): [`open_transport`](Self::open_transport),
///   [`take_in`](Self::take_in), [`receive`](Self::receive),
///   [`settle`](Self::settle), [`lose_transport`](Self::lose_transport),
///   [`end_by_client`](Self::end_by_client), [`receive_upload`](Self::receive_upload),
///   [`receive_bytes`](Self::receive_bytes),
///   [`fail`](Self::fail),
///   [`handle_timeout`](Self::handle_timeout).
/// * **Commands** come from the application and fail with [`Misuse`](crate::Misuse):
///   [`send`](Self::send), [`send_with_ack`](Self::send_with_ack),
///   [`acknowledge`](Self::acknowledge), [`answer_fault`](Self::answer_fault),
///   [`admit`](Self::admit), [`refuse`](Self::refuse), [`acl`](Self::acl),
///   [`forget_ack`](Self::forget_ack), [`leave`](Self::leave),
///   [`leave_silently`](Self::leave_silently), [`disconnect`](Self::disconnect),
///   [`disconnect_silently`](Self::disconnect_silently), [`abandon`](Self::abandon).
/// * **Outlets** are drained by the driver, in any order and as often as it likes:
///   [`poll_action`](Self::poll_action), [`poll_ack`](Self::poll_ack),
///   [`poll_event`](Self::poll_event), [`transmit`](Self::transmit).
/// * **Getters** change nothing: [`poll_timeout`](Self::poll_timeout) and the rest.
///
/// Any number of inputs and commands may come between two drains. A `now` that lies before an
/// earlier one counts as that earlier one. Packets wait for their turn with the application in
/// the session; whether they are allowed is decided when [`poll_event`](Self::poll_event)
/// takes them out, so a driver that takes out one event at a time and lets its handler finish
/// gets rules that hold in order. Acknowledgements do not wait in that line.
#[derive(Debug)]
pub struct Session {
    config: Arc<SessionConfig>,
    dialect: Dialect,
    /// The latest time that any input named.
    now: Instant,
    phase: Phase,
    link: Link,
    predecessors: Predecessors,
    heartbeat: Heartbeat,
    /// The packet that opens a connection is to be sent before anything else.
    greeting_due: bool,
    /// It has ended without a goodbye, or for too long: what is undelivered is dropped.
    keeps_nothing: bool,
    /// The driver was told to flush, and has not transmitted since.
    flush_ordered: bool,
    /// The application is deciding about a join; everything behind it waits.
    join_pending: bool,
    outbox: Outbox,
    inbox: Inbox,
    memberships: Memberships,
    acks: AwaitedAcks,
    ack_outcomes: VecDeque<AckOutcome>,
    actions: ShortQueue<Action>,
    membership_changes: Vec<MembershipChange>,
    counters: SessionCounters,
    /// What counts against the rate of packets.
    pace: TokenBucket,
    /// Set when that was used up, until the driver was told to go on.
    is_throttled: bool,
    listens_again: bool,
    /// The application is being told that the client has left this namespace.
    parting_from: Option<NamespaceId>,
}

/// How far the session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The handshake was made; a transport must follow by `expires`.
    Handshaken {
        /// When the session ends if none does.
        expires: Instant,
    },
    /// The client is there, or may still come back.
    Connected,
    /// It is over. Output may still be fetched until `drain_by`.
    Closed {
        /// Why.
        reason: DisconnectReason,
        /// When what was not fetched is thrown away.
        drain_by: Instant,
    },
}

impl Shortage {
    /// Why a session ends that cannot do without.
    const fn reason(self) -> DisconnectReason {
        match self {
            Self::Room => DisconnectReason::SlowConsumer,
            Self::Memory => DisconnectReason::MemoryExhausted,
        }
    }
}

/// A packet above this many bytes is copied to its exact size.
const LARGE: usize = 2 << 10;

impl Session {
    /// A session whose handshake was just made.
    #[must_use]
    pub fn new(now: Instant, dialect: Dialect, config: Arc<SessionConfig>) -> Self {
        let expires = now + config.handshake_timeout;
        Self {
            dialect,
            now,
            phase: Phase::Handshaken { expires },
            link: Link::None,
            predecessors: Predecessors::default(),
            heartbeat: Heartbeat::Off,
            greeting_due: false,
            keeps_nothing: false,
            flush_ordered: false,
            join_pending: false,
            outbox: Outbox::new(&config.memory),
            inbox: Inbox::new(&config.memory),
            memberships: Memberships::default(),
            acks: AwaitedAcks::new(&config.memory),
            ack_outcomes: VecDeque::new(),
            actions: ShortQueue::default(),
            membership_changes: Vec::new(),
            counters: SessionCounters::default(),
            pace: TokenBucket::default(),
            is_throttled: false,
            listens_again: false,
            parting_from: None,
            config,
        }
    }

    /// Clamps `now` so that time never goes back.
    fn advance(&mut self, now: Instant) -> Instant {
        self.now = self.now.max(now);
        self.now
    }

    fn encode(&self, endpoint: &str, body: Body<'_>) -> Bytes {
        self.encode_packet(&Packet::new(endpoint, body))
    }

    fn encode_packet(&self, packet: &Packet<'_>) -> Bytes {
        let mut text = Vec::new();
        self.dialect.encode(packet, &mut text);
        if text.capacity() > LARGE {
            // It may wait for long, and is counted at its size.
            text.shrink_to_fit();
        }
        text.into()
    }

    /// Queues an encoded packet and orders a flush; ends the session if it does not fit and the
    /// policy says so.
    fn enqueue(&mut self, packet: OutgoingPacket, policy: OverflowPolicy) -> Pushed {
        let limits = &self.config.limits;
        let pushed = self.outbox.push(packet, limits, policy);
        match pushed {
            Pushed::Queued => self.order_flush(),
            Pushed::Dropped => {}
            Pushed::Overflowed(shortage) => self.close(shortage.reason(), closing::Goodbye::Omit),
        }
        pushed
    }

    /// There is no memory for what the session has to keep.
    fn run_out_of_memory(&mut self) {
        if self.is_closed() {
            self.drop_output();
        }
        self.close(DisconnectReason::MemoryExhausted, closing::Goodbye::Omit);
    }

    /// Queues a packet that answers the client. After the end nothing is said any more.
    fn reply(&mut self, packet: Bytes) {
        if !self.is_closed() {
            let policy = self.config.overflow;
            let _ = self.enqueue(OutgoingPacket::new(packet, Worth::Essential), policy);
        }
    }

    fn order_flush(&mut self) {
        if let (Some(id), false) = (self.link.open_id(), self.flush_ordered) {
            self.flush_ordered = true;
            self.actions.push_back(Action::Flush(id));
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        if self.inbox.push(arrival).is_err() {
            self.run_out_of_memory();
        }
    }

    fn announce(&mut self, event: Event) {
        self.inbox.push_news(Arrival::News(event));
    }

    /// Notes a change for whoever keeps lists of members. A join that nobody has followed yet
    /// is undone by its end, so that no more than two changes of a namespace ever wait.
    fn note_change(&mut self, change: MembershipChange) {
        if let MembershipChange::Left(namespace) = change {
            let joined = MembershipChange::Joined(namespace);
            let mut waiting = self.membership_changes.iter();
            if let Some(at) = waiting.position(|waiting| *waiting == joined) {
                self.membership_changes.remove(at);
                return;
            }
        }
        self.membership_changes.push(change);
    }
}
