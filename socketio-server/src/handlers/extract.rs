//! Extractors: what handlers can ask for by the types of their parameters.

use std::fmt;

use socketio_session::{Content, DisconnectReason, Fault, Misuse};

use super::args::{Args, FromArgs, RawArgs};
use super::context::{EventContext, Trigger};
use super::state::{State, StateType};
use crate::handshake::Handshake;
use crate::socket::Socket;

/// A type that handlers can have as a parameter.
///
/// | extractor | gives | of |
/// |---|---|---|
/// | [`Socket`] | the socket | everything |
/// | [`Args<T>`] | the arguments as a tuple | events |
/// | [`RawArgs`] | the arguments as JSON text | events |
/// | [`EventName`] | the event's name | events |
/// | [`Text`] | the text | messages |
/// | [`Json<T>`](crate::Json), [`RawJson`](crate::RawJson) | the value, or its text | JSON messages |
/// | [`RawPacket`](crate::RawPacket) | the packet | everything that clients send |
/// | [`ErrorPacket`](crate::ErrorPacket) | what it says | error packets |
/// | [`Ack`](crate::Ack) | the means to answer by hand | events and messages |
/// | [`Extension<T>`](crate::Extension) | the client's value of that type in this namespace | everything |
/// | [`SessionExtension<T>`](crate::SessionExtension) | the client's value of that type in all namespaces | everything |
/// | [`State<S>`] | the server's state of that type | everything |
/// | [`Arc<Handshake>`](crate::Handshake) | the handshake's request | everything |
/// | [`ConnectQuery`] | the query of the join | `initialize`, `authorize`, `on_connect` |
/// | [`DisconnectReason`] | why | `on_disconnect` |
/// | [`Fault`] | what was wrong | `on_error` |
///
/// An application's own extractors are made of these, and of what [`EventContext`] shows.
///
/// What does not fit is never silence: the client gets an `error` event and, if it asked for
/// an acknowledgement, that says so too; the error hooks hear of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be extracted from an event",
    note = "see `FromEvent` for what handlers can take; arguments are taken as `Args<(T, …)>`"
)]
pub trait FromEvent: Sized + Send {
    /// Takes the value from what happened.
    ///
    /// # Errors
    /// If it is not there or does not fit.
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection>;

    /// The type of state that it needs, if any: what is missing is noticed when the server is
    /// built.
    #[doc(hidden)]
    fn state_type() -> Option<StateType> {
        None
    }
}

/// Why an extractor found nothing that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection(pub(crate) String);

impl Rejection {
    /// With a text that the client is shown.
    ///
    /// Only its first 256 characters are kept: it may quote what the client sent, and an answer
    /// must not be much larger than what it answers.
    #[must_use]
    pub fn new(why: impl fmt::Display) -> Self {
        let mut text = why.to_string();
        if let Some((end, _)) = text.char_indices().nth(256) {
            text.truncate(end);
            text.push('…');
        }
        Self(text)
    }
}

impl std::error::Error for Rejection {}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The arguments, or why there are none.
fn arguments(context: &EventContext) -> Result<&str, Rejection> {
    context
        .arguments()
        .ok_or_else(|| Rejection::new("there are no event arguments here"))
}

impl FromEvent for Socket {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        Ok(context.socket.clone())
    }
}

impl<T: FromArgs + Send> FromEvent for Args<T> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        T::from_args(arguments(context)?)
            .map(Args)
            .map_err(Rejection::new)
    }
}

impl FromEvent for RawArgs {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        arguments(context).map(|arguments| Self(arguments.into()))
    }
}

/// The name of the event: for handlers of any event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventName(pub String);

impl FromEvent for EventName {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Received(Content::Event(event)) => Ok(Self(event.name().into())),
            _ => Err(Rejection::new("this is no event")),
        }
    }
}

/// The text of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

impl FromEvent for Text {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Received(Content::Message(text)) => Ok(Self(String::from(&**text))),
            _ => Err(Rejection::new("this is no message")),
        }
    }
}

/// The query with which the client asked to join the namespace, beginning with `?`; empty if
/// there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectQuery(pub String);

impl FromEvent for ConnectQuery {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Connect { query } | Trigger::Initialize { query } => {
                Ok(Self(String::from(&**query)))
            }
            _ => Err(Rejection::new("this is no connect")),
        }
    }
}

impl FromEvent for DisconnectReason {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Disconnect(reason) => Ok(*reason),
            _ => Err(Rejection::new("this is no disconnect")),
        }
    }
}

impl FromEvent for Fault {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Fault(fault) => Ok(fault.clone()),
            _ => Err(Rejection::new("nothing is wrong here")),
        }
    }
}

impl FromEvent for std::sync::Arc<Handshake> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        Ok(context.socket.shared_handshake())
    }
}

impl<S: Clone + Send + Sync + 'static> FromEvent for State<S> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        let missing = || Rejection::new("the server lacks what the handler needs");
        context
            .socket
            .engine()
            .state()
            .get::<S>()
            .map(State)
            .ok_or_else(missing)
    }

    fn state_type() -> Option<StateType> {
        Some(StateType::of::<S>())
    }
}

/// Whether the extraction works out or not, the handler is called.
impl<T: FromEvent> FromEvent for Result<T, Rejection> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        Ok(T::from_event(context))
    }
}

impl From<Misuse> for Rejection {
    fn from(misuse: Misuse) -> Self {
        Self::new(misuse)
    }
}
