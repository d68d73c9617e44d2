//! Packets as they came.

use socketio_proto::{AckMode, ErrorAdvice, ErrorReason};
use socketio_session::Content;

use super::context::{EventContext, Trigger};
use super::extract::{FromEvent, Rejection};

/// The packet for which a handler is called, untouched: for relaying, for logs, for another
/// JSON library. It can be taken beside other extractors.
///
/// A client that joined by its first packet, rather than by a connect packet, has one all the
/// same: [`PacketKind::Connect`] without a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPacket {
    kind: PacketKind,
    endpoint: Box<str>,
    asked: Option<(Box<str>, AckMode)>,
    name: Option<Box<str>>,
    data: Box<str>,
}

/// The kinds of packets that handlers meet.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PacketKind {
    /// `1`: the client joins the namespace.
    Connect,
    /// `3`: a text message.
    Message,
    /// `4`: a JSON message.
    Json,
    /// `5`: an event.
    Event,
    /// `7`: the client says that something is wrong.
    Error,
}

impl RawPacket {
    /// What kind of packet it is.
    #[must_use]
    pub const fn kind(&self) -> PacketKind {
        self.kind
    }

    /// The namespace as it stands in the packet.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The packet's id, if it asked for an acknowledgement.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.asked.as_ref().map(|(id, _)| &**id)
    }

    /// Which acknowledgement it asked for: [`AckMode::Data`] is answered by the handler,
    /// [`AckMode::Automatic`] was answered before the handler was called.
    #[must_use]
    pub fn ack_mode(&self) -> Option<AckMode> {
        self.asked.as_ref().map(|(_, mode)| *mode)
    }

    /// The event's name; under [`Dispatch::PassAs`](crate::Dispatch) the new one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it carries: a message's text, a JSON message's text, the JSON array of an event's
    /// arguments, the query of a connect packet; empty for an error packet.
    #[must_use]
    pub fn data(&self) -> &str {
        &self.data
    }
}

impl FromEvent for RawPacket {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        let (kind, name, data) = match &context.trigger {
            Trigger::Connect { query } | Trigger::Initialize { query } => {
                (PacketKind::Connect, None, &**query)
            }
            Trigger::Received(Content::Message(text)) => (PacketKind::Message, None, &**text),
            Trigger::Received(Content::Json(json)) => (PacketKind::Json, None, &**json),
            Trigger::Received(Content::Event(event)) => {
                (PacketKind::Event, Some(event.name()), event.arguments())
            }
            Trigger::Received(Content::Error { .. }) => (PacketKind::Error, None, ""),
            Trigger::Fault(_) | Trigger::Disconnect(_) | Trigger::Job => {
                return Err(Rejection::new("there is no packet here"));
            }
        };
        let asked = context.owed.asked();
        Ok(Self {
            kind,
            endpoint: Box::from(context.socket.namespace()),
            asked: asked.map(|(id, mode)| (Box::from(id), mode)),
            name: name.map(Box::from),
            data: Box::from(data),
        })
    }
}

/// What an error packet of the client says. No known client library sends any by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorPacket {
    /// What is wrong, if it is something that the wire has a number for.
    pub reason: Option<ErrorReason>,
    /// What the client advises.
    pub advice: Option<ErrorAdvice>,
}

impl FromEvent for ErrorPacket {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Received(Content::Error { reason, advice }) => Ok(Self {
                reason: *reason,
                advice: *advice,
            }),
            _ => Err(Rejection::new("this is no error packet")),
        }
    }
}
