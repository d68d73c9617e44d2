//! News for the application.

use alloc::boxed::Box;
use alloc::string::String;

use socketio_proto::{ErrorAdvice, ErrorReason};

use crate::acks::ReplyTo;
use crate::acl::{ERROR_METHOD, JSON_METHOD, MESSAGE_METHOD};
use crate::config::NamespaceId;
use crate::fault::Fault;
use crate::reason::DisconnectReason;

/// What happened in a session, in the order in which it happened.
///
/// Each membership in a namespace is a run of `Joined`, then anything, then `Left`; the
/// session's last event is `Closed`.
#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    /// The client wants to join a namespace that asks first. Nothing else happens in the
    /// session until [`admit`](crate::Session::admit) or [`refuse`](crate::Session::refuse)
    /// was called; if the session ends meanwhile, it waits for that no longer than the close
    /// timeout.
    Joining(JoinRequest),
    /// The client is now in the namespace, which it has asked for or sent a packet to.
    Joined {
        /// Which one.
        namespace: NamespaceId,
        /// The query of its request, beginning with `?`; empty if there was none.
        query: Box<str>,
    },
    /// The client sent a packet for the application.
    Received {
        /// To which namespace.
        namespace: NamespaceId,
        /// What it carries.
        content: Content,
        /// The answer that it asked for, if it asked the application for one.
        reply_to: Option<ReplyTo>,
        /// The id under which its receipt was acknowledged, if it asked for that alone.
        acknowledged: Option<Box<str>>,
    },
    /// The client did something wrong. It was told already, if it was still there.
    Fault(Fault),
    /// The client is no longer in the namespace.
    Left {
        /// Which one.
        namespace: NamespaceId,
        /// Why.
        reason: DisconnectReason,
    },
    /// The session is over. Nothing follows.
    Closed {
        /// Why.
        reason: DisconnectReason,
    },
}

/// A client's wish to join a namespace.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the client waits for an answer"]
pub struct JoinRequest {
    pub(crate) namespace: NamespaceId,
    pub(crate) query: Box<str>,
    pub(crate) asked_by: AskedBy,
}

/// How a client asked to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// With a connect packet, which is repeated to it.
    Connect,
    /// With a packet for the namespace, as if it had joined. It waits for no confirmation.
    OtherPacket,
}

impl JoinRequest {
    /// The namespace.
    #[must_use]
    pub const fn namespace(&self) -> NamespaceId {
        self.namespace
    }

    /// The query given with the request, beginning with `?`; empty if there was none.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }
}

/// What a received packet carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text message.
    Message(Box<str>),
    /// The text of one JSON value.
    Json(Box<str>),
    /// An event.
    Event(NamedArguments),
    /// An error packet. No known client library sends any by itself.
    Error {
        /// What is wrong, if it is something that the wire has a number for.
        reason: Option<ErrorReason>,
        /// What the client advises.
        advice: Option<ErrorAdvice>,
    },
}

impl Content {
    /// The method that the packet calls: what an [`Acl`](crate::Acl) looks for.
    #[must_use]
    pub fn method(&self) -> &str {
        match self {
            Self::Event(event) => event.name(),
            Self::Message(_) => MESSAGE_METHOD,
            Self::Json(_) => JSON_METHOD,
            Self::Error { .. } => ERROR_METHOD,
        }
    }
}

/// An event's name and the text of its arguments, a well-formed JSON array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedArguments {
    /// The name, directly followed by the arguments: one allocation for each event.
    text: Box<str>,
    name_bytes: usize,
}

impl NamedArguments {
    /// `arguments` must be the text of a JSON array.
    #[must_use]
    pub fn new(name: &str, arguments: &str) -> Self {
        let mut text = String::with_capacity(name.len() + arguments.len());
        text.push_str(name);
        text.push_str(arguments);
        Self {
            text: text.into_boxed_str(),
            name_bytes: name.len(),
        }
    }

    /// The event's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(..self.name_bytes).unwrap_or_default()
    }

    /// The text of its arguments: a JSON array.
    #[must_use]
    pub fn arguments(&self) -> &str {
        self.text.get(self.name_bytes..).unwrap_or_default()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }
}
