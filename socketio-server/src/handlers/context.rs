//! What a handler is called for.

use std::sync::{Arc, Mutex, PoisonError};

use socketio_session::{Content, DisconnectReason, Fault, ReplyTo};

use crate::socket::Socket;

/// One thing that happened on a socket, on its way to a handler. Extractors look at it and
/// take parts of it.
///
/// An extractor of your own, here for what an authorization has put into the session:
///
/// ```
/// use std::sync::Arc;
/// use socketio_server::{EventContext, FromEvent, Rejection};
///
/// struct User {
///     name: String,
/// }
///
/// struct CurrentUser(Arc<User>);
///
/// impl FromEvent for CurrentUser {
///     fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
///         let user = context.socket().session_extensions().get::<User>();
///         user.map(Self).ok_or_else(|| Rejection::new("nobody is logged in"))
///     }
/// }
/// ```
#[derive(Debug)]
pub struct EventContext {
    pub(crate) socket: Socket,
    pub(crate) trigger: Trigger,
    pub(crate) owed: OwedReply,
}

impl EventContext {
    /// The socket that it happened on.
    #[must_use]
    pub const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The event's name; for messages `message`, for JSON messages `json`, and otherwise
    /// `connect`, `disconnect` or `error`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.trigger.method()
    }

    /// The text of the event's arguments, a JSON array; `None` if it is no event.
    #[must_use]
    pub fn arguments(&self) -> Option<&str> {
        match &self.trigger {
            Trigger::Received(Content::Event(event)) => Some(event.arguments()),
            _ => None,
        }
    }
}

/// The answer that the sender of a packet waits for.
#[derive(Debug)]
pub(crate) enum OwedReply {
    Nothing,
    /// What the handler returns.
    ByReturn(ReplyTo),
    /// The handler has it in hand. If it fails first, its failure is the answer.
    ByHand(ReplyInHand),
}

/// The right to answer by hand, until somebody has answered.
#[derive(Debug, Clone)]
pub(crate) struct ReplyInHand(Arc<Mutex<Option<ReplyTo>>>);

impl OwedReply {
    /// To be answered by hand from now on.
    pub(crate) fn take_in_hand(&mut self) -> Option<ReplyInHand> {
        match std::mem::replace(self, Self::Nothing) {
            Self::ByReturn(reply_to) => {
                let in_hand = ReplyInHand(Arc::new(Mutex::new(Some(reply_to))));
                *self = Self::ByHand(in_hand.clone());
                Some(in_hand)
            }
            other => {
                *self = other;
                None
            }
        }
    }

    pub(crate) const fn is_by_return(&self) -> bool {
        matches!(self, Self::ByReturn(_))
    }

    /// What a value that was returned is to answer.
    pub(crate) fn for_value(self) -> Option<ReplyTo> {
        match self {
            Self::ByReturn(reply_to) => Some(reply_to),
            Self::Nothing | Self::ByHand(_) => None,
        }
    }

    /// What a failure is to answer.
    pub(crate) fn for_failure(self) -> Option<ReplyTo> {
        match self {
            Self::ByReturn(reply_to) => Some(reply_to),
            Self::ByHand(in_hand) => in_hand.take(),
            Self::Nothing => None,
        }
    }
}

impl From<Option<ReplyTo>> for OwedReply {
    fn from(asked: Option<ReplyTo>) -> Self {
        asked.map_or(Self::Nothing, Self::ByReturn)
    }
}

impl ReplyInHand {
    /// Whoever takes it must answer.
    pub(crate) fn take(&self) -> Option<ReplyTo> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Debug)]
pub(crate) enum Trigger {
    Connect { query: Box<str> },
    Received(Content),
    Fault(Fault),
    Disconnect(DisconnectReason),
}

impl Trigger {
    /// What clients call it.
    pub(crate) fn method(&self) -> &str {
        match self {
            Self::Received(Content::Event(event)) => event.name(),
            Self::Received(Content::Message(_)) => "message",
            Self::Received(Content::Json(_)) => "json",
            Self::Connect { .. } => "connect",
            Self::Disconnect(_) => "disconnect",
            Self::Fault(_) => "error",
        }
    }
}
