//! The runtime-neutral Socket.IO server: transports, namespaces and handlers.
//!
//! Applications depend on a driver crate, such as `socketio-driver-tokio`, which gives this
//! crate's types for its runtime. What stands here is the same for all of them: a server is
//! built from [`Namespace`]s, whose handlers are async functions that take what they need as
//! parameters ([`FromEvent`]) and answer with what they return ([`Reply`]).
//!
//! A driver implements [`runtime::Runtime`]; everything else follows.

#![forbid(unsafe_code)]

mod access_log;
mod answer;
mod builder;
mod building;
mod checks;
mod client_files;
mod contained;
mod counted_connection;
mod counters;
mod engine;
mod error;
mod extensions;
mod flash_policy;
mod handlers;
mod handshake;
mod hooks;
mod http;
mod jobs;
mod listen;
#[cfg(feature = "metrics")]
pub mod metrics;
mod opening;
mod origins;
mod refusal;
mod responses;
mod router;
pub mod runtime;
mod server;
mod settings;
mod sleep;
mod socket;
#[cfg(feature = "tower")]
pub mod tower;
mod transports;
mod trusted_proxies;
mod worst_case;

// Their types stand in signatures here.
pub use bytes;
#[cfg(feature = "rustls")]
pub use futures_rustls::rustls;

pub use socketio_proto::{
    AckMode, DecodeError, DecodeErrorKind, DecodeLimits, ErrorAdvice, ErrorReason, FlashPolicy,
    FlashPorts, TransportName,
};
pub use socketio_session::{
    Acl, CONNECT_METHOD, Delivery, DisconnectReason, ERROR_METHOD, EventNames, EventRatePolicy,
    Fault, FaultKind, HubCounters, JSON_METHOD, MESSAGE_METHOD, Misuse, NamespaceId,
    OverflowPolicy, RateLimit, Reach, SendOptions, SessionCounters, SessionId, SessionLimits,
};

pub use crate::access_log::ACCESS_LOG;
pub use crate::builder::{ServerBuilder, Undecided};
pub use crate::counters::{ServerCounters, Tally};
pub use crate::error::{AckError, BuildError, SendError};
pub use crate::extensions::Extensions;
pub use crate::handlers::{
    Ack, Admission, Args, AsyncFunction, Authorizer, ConnectQuery, Dispatch, Dispatcher,
    ErrorPacket, EventArgs, EventContext, EventName, Extension, FromArgs, FromEvent, Handler,
    HandlerError, HandlerFuture, HandlerKind, HandlerOutcome, IntoAdmission, IntoDispatch, Json,
    Layer, Namespace, Next, PacketKind, RawArgs, RawJson, RawPacket, Rejection, Reply, ReplyArgs,
    SessionExtension, State, Text,
};
pub use crate::handshake::Handshake;
pub use crate::listen::{Listen, LocalAddr, TcpAddress};
pub use crate::origins::Origins;
pub use crate::server::{Server, ServerHandle};
pub use crate::settings::{PeerShare, ServerLimits};
pub use crate::sleep::Sleep;
pub use crate::socket::{
    AckRequest, BroadcastBuilder, NamespaceHandle, Sender, SessionHandle, SessionState, Socket,
    SocketAcl,
};
