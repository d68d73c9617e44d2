//! What a handler is called for.

use socketio_session::{
    CONNECT_METHOD, Content, DisconnectReason, ERROR_METHOD, Fault, NamedArguments,
};

use super::owed_reply::OwedReply;
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

    /// Which handler is called for it.
    #[must_use]
    pub const fn kind(&self) -> HandlerKind {
        match &self.trigger {
            Trigger::Initialize { .. } => HandlerKind::Initialize,
            Trigger::Connect { .. } => HandlerKind::Connect,
            Trigger::Received(Content::Event(_)) => HandlerKind::Event,
            Trigger::Received(Content::Message(_)) => HandlerKind::Message,
            Trigger::Received(Content::Json(_)) => HandlerKind::Json,
            Trigger::Received(Content::Error { .. }) => HandlerKind::ErrorPacket,
            Trigger::Fault(_) => HandlerKind::Error,
            Trigger::Disconnect(_) => HandlerKind::Disconnect,
            Trigger::Job => HandlerKind::Job,
        }
    }

    /// The event's name; for messages `message`, for JSON messages `json`, and otherwise
    /// `initialize`, `connect`, `disconnect`, `error` or `job`.
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

/// The kinds of handlers, as [`Namespace`](crate::Namespace) names them.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandlerKind {
    /// [`initialize`](crate::Namespace::initialize).
    Initialize,
    /// [`on_connect`](crate::Namespace::on_connect).
    Connect,
    /// [`on`](crate::Namespace::on), [`on_concurrently`](crate::Namespace::on_concurrently) and
    /// [`on_any`](crate::Namespace::on_any).
    Event,
    /// [`on_message`](crate::Namespace::on_message).
    Message,
    /// [`on_json`](crate::Namespace::on_json).
    Json,
    /// [`on_error_packet`](crate::Namespace::on_error_packet).
    ErrorPacket,
    /// [`on_error`](crate::Namespace::on_error).
    Error,
    /// [`on_disconnect`](crate::Namespace::on_disconnect).
    Disconnect,
    /// A job: [`Socket::spawn`].
    Job,
}

#[derive(Debug)]
pub(crate) enum Trigger {
    Initialize { query: Box<str> },
    Connect { query: Box<str> },
    Received(Content),
    Fault(Fault),
    Disconnect(DisconnectReason),
    Job,
}

impl Trigger {
    /// What clients call it.
    pub(crate) fn method(&self) -> &str {
        match self {
            Self::Received(content) => content.method(),
            Self::Initialize { .. } => "initialize",
            Self::Connect { .. } => CONNECT_METHOD,
            Self::Disconnect(_) => "disconnect",
            Self::Fault(_) => ERROR_METHOD,
            Self::Job => "job",
        }
    }

    /// The same as an event of this name: arguments stay, what is no event becomes the only
    /// argument of one.
    pub(crate) fn renamed(self, name: &str) -> Self {
        let content = match self {
            Self::Received(content) => content,
            other => return other,
        };
        let arguments = match &content {
            Content::Event(event) => String::from(event.arguments()),
            // Strings always serialize.
            Content::Message(text) => serde_json::to_string(&[text]).unwrap_or_default(),
            Content::Json(json) => format!("[{json}]"),
            Content::Error { .. } => String::from("[]"),
        };
        Self::Received(Content::Event(NamedArguments::new(name, &arguments)))
    }
}
