//! What a session may do and how long it may take.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use crate::acl::Acl;
use crate::admission::RateLimit;
use crate::event_names::EventNames;
use crate::heartbeat::HeartbeatTimes;
use crate::memory_budget::MemoryBudget;

/// The settings of all sessions of a [`Hub`](crate::Hub).
///
/// The times are the reference server's (`socket.io` 0.9 `lib/manager.js`).
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// How long a handshake may stay unused. Default 30 s: the reference collects unused
    /// handshakes between 30 and 40 s after they were made.
    pub handshake_timeout: Duration,
    /// How long after the start of a websocket or stream, and after each answered heartbeat,
    /// the next heartbeat is sent; `None` sends none. Default 25 s.
    pub heartbeat_interval: Option<Duration>,
    /// How long the client may leave a heartbeat unanswered. Default 60 s.
    pub heartbeat_timeout: Duration,
    /// How long the session waits for its client to come back when no transport is open, how
    /// long a goodbye waits to be fetched, and how long a closed session waits for transports
    /// and decisions that never come. Default 60 s.
    pub close_timeout: Duration,
    /// How long a poll without news is held. Default 20 s; must be well below
    /// `close_timeout`, which clients apply to silence.
    pub polling_duration: Duration,
    /// What happens when the outbox is full. Default [`OverflowPolicy::Disconnect`].
    pub overflow: OverflowPolicy,
    /// How fast a client may send packets, heartbeats not counted; `None` sets no rate. Default
    /// `None`: who sends faster than the handlers work is held back in any case, and what a
    /// handler may cost only the application knows.
    pub event_rate: Option<RateLimit>,
    /// What happens to a client that is faster. Default [`EventRatePolicy::Throttle`].
    pub event_rate_policy: EventRatePolicy,
    /// The bounds.
    pub limits: SessionLimits,
    /// What the outboxes and inboxes of all sessions draw on, those of all hubs that have these
    /// settings, or clones of them. Default 256 MiB, of which nobody else knows.
    pub memory: Arc<MemoryBudget>,
    /// Every namespace there is. The one with the empty name is global: a client is in it
    /// from the start.
    pub namespaces: Vec<NamespaceConfig>,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            handshake_timeout: Duration::from_secs(30),
            heartbeat_interval: Some(Duration::from_secs(25)),
            heartbeat_timeout: Duration::from_secs(60),
            close_timeout: Duration::from_secs(60),
            polling_duration: Duration::from_secs(20),
            overflow: OverflowPolicy::default(),
            event_rate: None,
            event_rate_policy: EventRatePolicy::default(),
            limits: SessionLimits::default(),
            memory: Arc::new(MemoryBudget::new(256 << 20)),
            namespaces: Vec::from([NamespaceConfig::new("")]),
        }
    }
}

impl SessionConfig {
    /// Where there are no heartbeats, nobody asks.
    pub(crate) fn heartbeat_times(&self) -> HeartbeatTimes {
        HeartbeatTimes {
            interval: self.heartbeat_interval.unwrap_or(Duration::MAX),
            timeout: self.heartbeat_timeout,
        }
    }

    /// The namespace whose name on the wire is `endpoint`. Names are compared exactly.
    #[must_use]
    pub fn namespace_id(&self, endpoint: &str) -> Option<NamespaceId> {
        let index = self
            .namespaces
            .iter()
            .position(|namespace| *namespace.name == *endpoint)?;
        u16::try_from(index).ok().map(NamespaceId)
    }

    /// The settings of `namespace`, if the id came from this configuration.
    #[must_use]
    pub fn namespace(&self, namespace: NamespaceId) -> Option<&NamespaceConfig> {
        self.namespaces.get(usize::from(namespace.0))
    }

    /// The namespace's name on the wire, which is what packets of it are encoded with; empty for the
    /// global one, and for an id that did not come from this configuration.
    #[must_use]
    pub fn endpoint(&self, namespace: NamespaceId) -> &str {
        self.namespace(namespace)
            .map_or("", |namespace| &namespace.name)
    }
}

/// A namespace of the configuration, by its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceId(pub u16);

/// One namespace: its name and the rules that clients meet there.
#[non_exhaustive]
#[derive(Debug, Clone)]
pub struct NamespaceConfig {
    /// The name on the wire: empty for the global namespace, else usually `/name`.
    pub name: Box<str>,
    /// What a client may do there when it has just joined. Default: everything.
    pub initial_acl: Acl,
    /// Whether the application decides about each join. If not, every join is admitted that the
    /// access control list allows.
    pub asks_before_join: bool,
    /// Whether only a connect packet joins. If not, neither does a client that has not been in
    /// the namespace before have to ask: its first packet of any kind joins, as in
    /// gevent-socketio. Real clients send what they had kept before they ask to join again.
    pub requires_connect: bool,
    /// Whether the application judges packets: then neither `event_names` nor the access control
    /// list is looked at before [`Event::Received`](crate::Event::Received), and the application
    /// looks into both itself ([`Session::access`](crate::Session::access)).
    pub defers_judgement: bool,
    /// Which event names are let through. Default: as [`EventNames::default`].
    pub event_names: EventNames,
    /// Events that are ignored: neither answered nor delivered, whatever else is said about
    /// their names. Default: none, besides those that are always inert
    /// ([`EventNames::is_inert`]).
    pub blacklist: BTreeSet<Box<str>>,
}

impl NamespaceConfig {
    /// Whether an event of this name is ignored.
    pub(crate) fn ignores(&self, event: &str) -> bool {
        EventNames::is_inert(event) || self.blacklist.contains(event)
    }

    /// A namespace that admits everybody and allows everything.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            name: name.into(),
            initial_acl: Acl::everything(),
            asks_before_join: false,
            requires_connect: false,
            defers_judgement: false,
            event_names: EventNames::default(),
            blacklist: BTreeSet::new(),
        }
    }
}

/// What happens to a packet that does not fit into the outbox of a client that reads slowly.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OverflowPolicy {
    /// The session ends with [`DisconnectReason::SlowConsumer`](crate::DisconnectReason). The
    /// client notices, reconnects and starts anew, instead of missing something in silence.
    #[default]
    Disconnect,
    /// The new packet is dropped, and the caller is told.
    ///
    /// Like [`DropOldest`](Self::DropOldest), this is only for what
    /// [`send`](crate::Session::send) queued. Packets on which both sides rely (answers, joins,
    /// questions with an acknowledgement awaited) are never dropped: where there is no room for
    /// one, the session ends.
    DropNewest,
    /// The oldest queued packets are dropped until the new one fits; if even that would not be
    /// enough, the new one is.
    DropOldest,
}

/// What happens to a client that sends packets faster than
/// [`SessionConfig::event_rate`](SessionConfig::event_rate) allows.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EventRatePolicy {
    /// It is not listened to until it may send one more
    /// ([`Session::wants_input`](crate::Session::wants_input)): nothing is lost, and what it sends
    /// waits in its own buffers.
    #[default]
    Throttle,
    /// The session ends with [`DisconnectReason::TooManyEvents`](crate::DisconnectReason).
    Disconnect,
}

/// One method for each field, which sets it.
macro_rules! setters {
    ($($field:ident: $type:ty),+ $(,)?) => {
        $(
            #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
            #[must_use]
            pub const fn $field(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            }
        )+
    };
}

/// The bounds of one session. Memory per session is at most about
/// `outbox_bytes + outbox_packets × 40 B` for what it sends,
/// `inbox_bytes + inbox_packets × 80 B` (plus one packet per request under way) for what its
/// handlers have not taken yet, and some 100 B for each namespace, room and awaited
/// acknowledgement.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLimits {
    /// Encoded bytes waiting for the client. Default 1 MiB: one largest packet, or a burst for
    /// a client between two polls. While more than half of it is taken up, the session wants no
    /// further input, so that answers find room.
    pub outbox_bytes: usize,
    /// Packets waiting for the client. Default 4096. Half of it likewise.
    pub outbox_packets: usize,
    /// Bytes the outbox may hold before a volatile packet is dropped. Default 16 KiB.
    pub volatile_backlog_bytes: usize,
    /// Bytes of received packets waiting for handlers, above which the session wants no
    /// further input. Default 256 KiB.
    pub inbox_bytes: usize,
    /// Received packets waiting for handlers, above which the session wants no further input.
    /// Default 256.
    pub inbox_packets: usize,
    /// Namespaces a client may be in at once. Default 64.
    pub namespaces: usize,
    /// Rooms a session may be in at once, over all its namespaces. Default 1024.
    pub rooms: usize,
    /// Acknowledgements awaited from the client at once. Default 1024.
    pub awaited_acks: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            outbox_bytes: 1 << 20,
            outbox_packets: 4096,
            volatile_backlog_bytes: 16 << 10,
            inbox_bytes: 256 << 10,
            inbox_packets: 256,
            namespaces: 64,
            rooms: 1024,
            awaited_acks: 1024,
        }
    }
}

impl SessionLimits {
    setters! {
        outbox_bytes: usize,
        outbox_packets: usize,
        volatile_backlog_bytes: usize,
        inbox_bytes: usize,
        inbox_packets: usize,
        namespaces: usize,
        rooms: usize,
        awaited_acks: usize,
    }
}
