//! Packets: what one side says to the other, independent of how a dialect spells it.
//!
//! A [`Packet`] borrows everything from the text it was decoded from, or from what the
//! application wants to send. User JSON stays text: the codecs check that it is well formed
//! and find where it ends, but build no values from it.

use alloc::borrow::Cow;

use serde_json::value::RawValue;

/// One packet, in either direction.
#[derive(Debug, Clone)]
pub struct Packet<'a> {
    /// The acknowledgement that the sender asks for, if any.
    pub ack_request: Option<AckRequest<'a>>,
    /// The namespace's name as it stands on the wire; empty for the global namespace.
    pub endpoint: &'a str,
    /// What kind of packet it is, and what it carries.
    pub body: Body<'a>,
}

impl<'a> Packet<'a> {
    /// A packet for `endpoint` that asks for no acknowledgement.
    #[must_use]
    pub const fn new(endpoint: &'a str, body: Body<'a>) -> Self {
        Self {
            ack_request: None,
            endpoint,
            body,
        }
    }

    /// The packet without its body.
    #[must_use]
    pub const fn head(&self) -> PacketHead<'a> {
        PacketHead {
            ack_request: self.ack_request,
            endpoint: self.endpoint,
        }
    }
}

/// Whom a packet concerns: everything in it but what it carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PacketHead<'a> {
    /// The acknowledgement that the sender asks for, if any.
    pub ack_request: Option<AckRequest<'a>>,
    /// The namespace's name as it stands on the wire; empty for the global namespace.
    pub endpoint: &'a str,
}

impl<'a> PacketHead<'a> {
    /// The head of a packet for `endpoint` that asks for no acknowledgement.
    #[must_use]
    pub const fn to(endpoint: &'a str) -> Self {
        Self {
            ack_request: None,
            endpoint,
        }
    }
}

/// A request for an acknowledgement: the sender's packet number and who is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AckRequest<'a> {
    /// The number's decimal digits, exactly as they were sent: an answer repeats the text
    /// (`007` is acknowledged as `007`).
    pub id: &'a str,
    /// Whether the receiving library or its application answers.
    pub mode: AckMode,
}

/// Who answers a request for an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckMode {
    /// A bare id: the receiving library answers by itself, without arguments.
    Automatic,
    /// `id+`: the receiving application answers when it likes, with arguments of its own.
    Data,
}

/// What a packet carries.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// Leave the endpoint, or end the whole session if it is the global one.
    Disconnect,
    /// Join the endpoint (client) or confirm that it was joined (server).
    Connect {
        /// The query given with the request, beginning with `?`; empty if there was none.
        query: &'a str,
    },
    /// Are you there (server), or: I am (client).
    Heartbeat,
    /// A text message.
    Message(&'a str),
    /// A message that is one JSON value.
    Json(&'a RawValue),
    /// A named event with arguments.
    Event {
        /// The event's name; owned only if the wire spelled it with JSON escapes.
        name: Cow<'a, str>,
        /// Its arguments.
        args: Arguments<'a>,
    },
    /// The answer to a packet that asked for an acknowledgement.
    Ack {
        /// The digits of the id that the other side gave.
        id: &'a str,
        /// The answer's arguments.
        args: Arguments<'a>,
    },
    /// Something about the session or the endpoint is wrong (server to client).
    Error {
        /// Why, if a known reason was given.
        reason: Option<ErrorReason>,
        /// What to do about it, if a known advice was given.
        advice: Option<ErrorAdvice>,
    },
    /// Nothing: it ends a poll that has nothing to say.
    Noop,
}

/// The reasons an error packet can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorReason {
    /// `0`: the transport is not served here.
    TransportNotSupported,
    /// `1`: the session id is unknown or has expired.
    ClientNotHandshaken,
    /// `2`: the application refused.
    Unauthorized,
}

/// The advice an error packet can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorAdvice {
    /// `0`: handshake anew and connect again.
    Reconnect,
}

/// The arguments of an event or an acknowledgement: the text of a well-formed JSON array.
///
/// The text is checked once, when the packet is decoded; handlers deserialize straight from it
/// into their own types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arguments<'a>(&'a str);

impl<'a> Arguments<'a> {
    /// No arguments: `[]`.
    pub const NONE: Arguments<'static> = Arguments("[]");

    /// Takes the text of a JSON array whose well-formedness the caller has established, for
    /// example by having serialized it.
    ///
    /// Text that is no JSON array makes the packets encoded with it undecodable for their
    /// receivers; nothing else depends on it.
    #[must_use]
    pub const fn from_checked(text: &'a str) -> Self {
        Self(text)
    }

    /// The text of the array, brackets included.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether the array has no elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .is_some_and(|inner| inner.trim_ascii().is_empty())
    }
}
