//! The two families of errors: what the peer did wrong, and what the application did.

use thiserror::Error;

use crate::reason::DisconnectReason;

/// An input from the wire that the session cannot take. The driver answers as if it did not know
/// the session: [`Dialect::unknown_session`](socketio_proto::Dialect::unknown_session).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PeerError {
    /// The session is over. The reason never changes once it is set.
    #[error("the session is over: {0}")]
    Closed(DisconnectReason),
}

/// A command that the application gave at a wrong time.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Misuse {
    /// The session is over.
    #[error("the session is over: {0}")]
    Closed(DisconnectReason),
    /// The client has not joined the namespace, or has left it.
    #[error("the client has not joined the namespace")]
    NotJoined,
    /// As many acknowledgements are awaited as the limits allow, or as there is
    /// [memory](crate::MemoryBudget) for.
    #[error("too many acknowledgements are awaited")]
    TooManyAcks,
    /// The session is in as many rooms as the limits allow, or as there is
    /// [memory](crate::MemoryBudget) for.
    #[error("the session is in too many rooms")]
    TooManyRooms,
    /// As many jobs run for the client as the limits allow.
    #[error("too many jobs run for the client")]
    TooManyJobs,
    /// As many wait for the client to take what it is sent as may.
    #[error("too many wait for the client")]
    TooManyWaiting,
    /// No such session, or no longer.
    #[error("no such session")]
    NoSuchSession,
    /// Something was to be taken off a list of allowed methods, but there is no such list:
    /// everything is allowed.
    #[error("nothing is restricted, so nothing can be taken away")]
    NothingRestricted,
}
