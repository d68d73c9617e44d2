//! Socket.IO sessions and rooms as pure state machines.
//!
//! Nothing here reads a clock, opens a socket, spawns or blocks: time is an argument, bytes
//! are pulled by the driver, and randomness is an argument too. A [`Session`] is one virtual
//! socket, from its handshake to its end, whatever transports carry it. A [`Hub`] owns many of
//! them with their rooms and deadlines, and sends one packet to many.
//!
//! The loop around them, whatever the runtime:
//!
//! ```
//! use std::sync::Arc;
//! use socketio_proto::{DecodeLimits, Dialect, TransportName};
//! use socketio_session::{
//!     Action, AfterTransmit, Event, Hub, Incoming, Instant, Loss, SessionConfig, SessionId,
//!     TransportId,
//! };
//!
//! let mut hub: Hub<()> = Hub::new(Arc::new(SessionConfig::default()), 1000);
//! let now = Instant::START;
//!
//! // A handshake came in. The driver brings time and randomness.
//! let key = hub.create(now, SessionId::from_random([7; 18]), Dialect::Legacy, ())?;
//!
//! // A websocket was opened for it, and a message was read from it.
//! let websocket = TransportId(1);
//! let mut session = hub.session(key).expect("just created");
//! session.open_transport(now, websocket, TransportName::WebSocket)?;
//! let limits = DecodeLimits::default();
//! session.take_in(now, &Incoming::read(Dialect::Legacy, "3:::hello", &limits))?;
//!
//! // News for the application, one at a time, until there is no more.
//! assert!(matches!(session.poll_event(), Some(Event::Joined { .. })));
//! assert!(matches!(session.poll_event(), Some(Event::Received { .. })));
//! assert_eq!(session.poll_event(), None);
//!
//! // Orders for the driver; bytes are fetched when the socket can take them.
//! assert_eq!(session.poll_action(), Some(Action::Flush(websocket)));
//! let mut packets = Vec::new();
//! let after = session.transmit(now, websocket, 64 * 1024, &mut packets);
//! assert_eq!(after, AfterTransmit::KeepOpen);
//! assert_eq!(packets[0].bytes(), "1::");
//! drop(session);
//!
//! // One timer for all sessions of the hub.
//! let deadline = hub.poll_timeout().expect("a heartbeat is due");
//! hub.handle_timeout(deadline);
//!
//! // The connection broke before the packet was written: it goes out first on the next one.
//! let mut session = hub.session(key).expect("it waits for its client");
//! session.lose_transport(deadline, websocket, Loss::Broken, packets);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The repository has more of it: `docs/writing-a-driver.md` is the contract, and
//! `examples/own-loop` a whole server of this kind.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod acks;
mod acl;
mod action;
mod admission;
mod carried;
mod config;
mod counters;
mod error;
mod event;
mod event_names;
mod fault;
mod heartbeat;
mod hub;
mod inbox;
mod incoming;
mod memory_budget;
mod outbox;
mod queue_memory;
mod reason;
mod session;
mod session_id;
mod shared_packet;
mod short_queue;
mod time;
mod worst_case;

pub use crate::acks::{AckFailure, AckOutcome, AwaitedAck, ReplyTo};
pub use crate::acl::{Acl, CONNECT_METHOD, ERROR_METHOD, JSON_METHOD, MESSAGE_METHOD};
pub use crate::action::{Action, AfterTransmit, TransportId};
pub use crate::admission::{Admission, AdmissionLimits, Admitted, RateLimit, Refusal, TokenBucket};
pub use crate::carried::CarriedPackets;
pub use crate::config::{
    EventRatePolicy, NamespaceConfig, NamespaceId, OverflowPolicy, SessionConfig, SessionLimits,
};
pub use crate::counters::{HubCounters, SessionCounters};
pub use crate::error::{Misuse, PeerError};
pub use crate::event::{Content, Event, JoinRequest, NamedArguments};
pub use crate::event_names::EventNames;
pub use crate::fault::{Fault, FaultKind};
pub use crate::hub::{Broadcast, CreateError, Hub, Reach, SessionKey, SessionMut};
pub use crate::incoming::Incoming;
pub use crate::memory_budget::{MemoryAccount, MemoryBudget, MemoryExhausted, Reservation};
pub use crate::outbox::OutgoingPacket;
pub use crate::reason::DisconnectReason;
pub use crate::session::{Access, Delivery, Loss, Phase, SendOptions, Session};
pub use crate::session_id::{InvalidSessionIdPrefix, SessionId, SessionIdPrefix};
pub use crate::shared_packet::SharedPacket;
pub use crate::time::Instant;
