//! What a client did wrong within a session that goes on.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt::{self, Write};

use socketio_proto::{DecodeError, PayloadError};

use crate::config::NamespaceId;

/// Something that the client sent and that did not reach a handler.
///
/// Each fault but one has one answer on the wire: an `error` event with the fault's
/// [`code`](FaultKind::code) and a text, in the shape that gevent-socketio gave it, and, if
/// the packet asked for an acknowledgement with data, an acknowledgement that says the same. Of
/// [`InvalidPayload`](FaultKind::InvalidPayload), only the application hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The namespace it concerns, if that is one of the configured.
    pub namespace: Option<NamespaceId>,
    /// The endpoint as the client wrote it.
    pub endpoint: Box<str>,
    /// What was wrong.
    pub kind: FaultKind,
}

/// The kinds of [`Fault`].
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The packet could not be decoded.
    InvalidPacket(DecodeError),
    /// The packets of a payload could not be told apart: what stands behind this place is lost.
    /// The reference answers such a post as any other, and sends nothing more about it.
    InvalidPayload(PayloadError),
    /// There is no such namespace, or the client has not joined it.
    NoSuchNamespace,
    /// The client is in as many namespaces as it may be.
    TooManyNamespaces,
    /// The namespace has no handler for this event, message or JSON message.
    NoSuchMethod(Box<str>),
    /// The access control list does not allow it.
    AccessDenied(Box<str>),
    /// The event's name is not one that the namespace lets through.
    UnallowedEventName(Box<str>),
    /// The arguments are not what the handler takes.
    InvalidArguments {
        /// The event.
        event: Box<str>,
        /// What does not fit.
        why: Box<str>,
    },
    /// The handler failed.
    HandlerFailed {
        /// The name under which the failure is shown to the client.
        name: Box<str>,
        /// The text that is shown to the client.
        message: Box<str>,
    },
}

impl FaultKind {
    /// The word under which the client is told, as in gevent-socketio's `virtsocket.py` and
    /// `namespace.py`.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::InvalidPacket(_) => "invalid_packet",
            Self::InvalidPayload(_) => "invalid_payload",
            Self::NoSuchNamespace => "no_such_namespace",
            Self::TooManyNamespaces => "too_many_namespaces",
            Self::NoSuchMethod(_) => "no_such_method",
            Self::AccessDenied(_) => "method_access_denied",
            Self::UnallowedEventName(_) => "unallowed_event_name",
            Self::InvalidArguments { .. } => "invalid_method_args",
            Self::HandlerFailed { name, .. } => name,
        }
    }

    /// What the client is told. Of names that it made up, no more than the beginning.
    #[must_use]
    pub fn text(&self, endpoint: &str) -> String {
        match self {
            Self::InvalidPacket(error) => format!("{error}"),
            Self::InvalidPayload(error) => format!("{error}"),
            Self::NoSuchNamespace => {
                let endpoint = Shown(endpoint);
                format!("The endpoint '{endpoint}' was not joined or does not exist")
            }
            Self::TooManyNamespaces => String::from("Too many namespaces are joined"),
            Self::NoSuchMethod(name) => format!("Nothing handles '{}'", Shown(name)),
            Self::AccessDenied(name) => format!("You may not call '{}'", Shown(name)),
            Self::UnallowedEventName(name) => {
                format!("'{}' is not an allowed event name", Shown(name))
            }
            Self::InvalidArguments { event, why } => {
                format!("The arguments of '{}' do not fit: {why}", Shown(event))
            }
            Self::HandlerFailed { message, .. } => String::from(&**message),
        }
    }
}

/// A name that came from the client, cut off where it gets long: a reply must not be much
/// larger than what it replies to.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 64;
        let Self(name) = self;
        match name.char_indices().nth(LONGEST) {
            Some((end, _)) => write!(f, "{}…", name.get(..end).unwrap_or_default()),
            None => f.write_str(name),
        }
    }
}

/// As it is told in logs: on one line, whatever the client made up.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, text) = (self.kind.code(), self.kind.text(&self.endpoint));
        write!(OneLine(f), "{code}: {text}")
    }
}

/// Escapes what ends a line, or would be obeyed by a terminal.
struct OneLine<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| match character {
            '\u{2028}' | '\u{2029}' => write!(self.0, "{}", character.escape_unicode()),
            _ if character.is_control() => write!(self.0, "{}", character.escape_default()),
            _ => self.0.write_char(character),
        })
    }
}
