//! The seam between wire protocols and everything above them.
//!
//! Dialects differ in code, which [`Dialect`] dispatches to, and in rules, which are data: one
//! [`DialectRules`] per dialect, side by side in this file. Nothing else asks which dialect it
//! is dealing with.

use alloc::vec::Vec;

use crate::decode_error::DecodeError;
use crate::decode_limits::DecodeLimits;
use crate::legacy;
use crate::legacy::payload::Unframe;
use crate::packet::{AckMode, Packet, PacketHead};

/// A wire protocol of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Protocol revision 1: releases 0.7 to 0.9.
    Legacy,
}

/// How a dialect's sessions behave, as far as dialects differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DialectRules {
    /// Which side sends heartbeats of its own accord; the other one answers.
    pub heartbeats_from: Side,
    /// What shows that the peer is alive.
    pub alive_on: LivenessSign,
    /// What happens when a session's client opens another transport.
    pub second_transport: SecondTransport,
    /// What happens when a poll arrives while another one is held.
    pub second_poll: SecondPoll,
    /// Whether a new session is in the root namespace without asking.
    pub root_namespace: RootNamespace,
    /// The ways to ask for an acknowledgement.
    pub ack_modes: &'static [AckMode],
    /// How several packets share one HTTP body.
    pub batch_framing: BatchFraming,
}

/// A side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that connects.
    Client,
    /// The one that is connected to.
    Server,
}

/// What shows that the peer is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LivenessSign {
    /// Any packet from it.
    AnyPacket,
    /// Only its heartbeats.
    HeartbeatOnly,
}

/// What happens when a session's client opens another transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondTransport {
    /// It takes the place of the first at once.
    ReplacesFirst,
    /// It is tried beside the first and takes over when both sides agree.
    ProbesFirst,
}

/// What happens when a poll arrives while another one is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondPoll {
    /// The newest is served; the older one is dismissed.
    NewestWins,
    /// The session ends.
    EndsSession,
}

/// How a session gets into the root namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootNamespace {
    /// It is there from the start.
    JoinedFromStart,
    /// It must ask.
    JoinedOnRequest,
}

/// How several packets share one HTTP body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchFraming {
    /// One packet stands bare; more are each preceded by U+FFFD, their length in UTF-16 code
    /// units, and U+FFFD.
    MarkedUtf16Lengths,
}

/// Heartbeats from the server, any packet as a sign of life, one transport at a time.
const LEGACY: DialectRules = DialectRules {
    heartbeats_from: Side::Server,
    // The reference server counts only heartbeats; its client, like the other server
    // implementation, counts everything. Counting everything never ends a live session.
    alive_on: LivenessSign::AnyPacket,
    second_transport: SecondTransport::ReplacesFirst,
    second_poll: SecondPoll::NewestWins,
    root_namespace: RootNamespace::JoinedFromStart,
    ack_modes: &[AckMode::Automatic, AckMode::Data],
    batch_framing: BatchFraming::MarkedUtf16Lengths,
};

impl Dialect {
    /// All dialects.
    pub const ALL: [Self; 1] = [Self::Legacy];

    /// How this dialect's sessions behave.
    #[must_use]
    pub const fn rules(self) -> &'static DialectRules {
        match self {
            Self::Legacy => &LEGACY,
        }
    }

    /// The packet that every transport of an unknown session is answered with, in the place of
    /// its packets: not handshaken, with the advice to reconnect. Real clients then begin anew
    /// (`socket.io-client` 0.9 `lib/socket.js`). Posts are answered as if there were the session.
    #[must_use]
    pub const fn unknown_session(self) -> &'static str {
        match self {
            Self::Legacy => legacy::UNKNOWN_SESSION,
        }
    }

    /// Decodes the text of one packet, borrowing from it.
    ///
    /// # Errors
    ///
    /// If the text is no packet, or exceeds the limits. [`decode_head`](Self::decode_head) may
    /// still tell whom it concerned.
    #[inline]
    pub fn decode<'a>(
        self,
        text: &'a str,
        limits: &DecodeLimits,
    ) -> Result<Packet<'a>, DecodeError> {
        match self {
            Self::Legacy => legacy::decode::decode(text, limits),
        }
    }

    /// Reads only whom a packet concerns, for answering one whose data cannot be decoded.
    ///
    /// # Errors
    ///
    /// If not even that can be read.
    #[inline]
    pub fn decode_head<'a>(
        self,
        text: &'a str,
        limits: &DecodeLimits,
    ) -> Result<PacketHead<'a>, DecodeError> {
        match self {
            Self::Legacy => legacy::decode::decode_head(text, limits),
        }
    }

    /// Appends the text of one packet.
    ///
    /// What the packet holds is written as it is: an endpoint must not contain `:`, a packet
    /// number must be digits, and JSON that was given as text should be compact, since receivers
    /// read an acknowledgement's arguments only up to the first newline.
    #[inline]
    pub fn encode(self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Legacy => legacy::encode::encode(packet, out),
        }
    }

    /// Appends the text of an event whose arguments `write_args` serializes in place, as a JSON
    /// array. Writing nothing or `[]` means no arguments.
    ///
    /// ```
    /// use socketio_proto::{Dialect, PacketHead};
    ///
    /// let mut text = Vec::new();
    /// Dialect::Legacy.encode_event(PacketHead::to("/chat"), "lines", &mut text, |out| {
    ///     serde_json::to_writer(out, &("zoe", 3))
    /// })?;
    /// assert_eq!(text, br#"5::/chat:{"name":"lines","args":["zoe",3]}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `write_args`; `out` is then as it was before.
    #[inline]
    pub fn encode_event<E>(
        self,
        head: PacketHead<'_>,
        name: &str,
        out: &mut Vec<u8>,
        write_args: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Legacy => legacy::encode::encode_event(head, name, out, write_args),
        }
    }

    /// Appends the text of the answer to the packet that was numbered `id`, with arguments that
    /// `write_args` serializes in place as for [`encode_event`](Self::encode_event).
    ///
    /// # Errors
    ///
    /// Those of `write_args`; `out` is then as it was before.
    #[inline]
    pub fn encode_ack<E>(
        self,
        endpoint: &str,
        id: &str,
        out: &mut Vec<u8>,
        write_args: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Legacy => {
                legacy::encode::encode_ack(PacketHead::to(endpoint), id, out, write_args)
            }
        }
    }

    /// Appends the text of a JSON message whose one value `write_value` serializes in place.
    ///
    /// # Errors
    ///
    /// Those of `write_value`; `out` is then as it was before.
    #[inline]
    pub fn encode_json<E>(
        self,
        head: PacketHead<'_>,
        out: &mut Vec<u8>,
        write_value: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Legacy => legacy::encode::encode_json(head, out, write_value),
        }
    }

    /// Appends encoded packets as one batch: nothing for none, one as it is, several framed.
    /// They must be UTF-8, as the encoding functions write them.
    #[inline]
    pub fn frame<P: AsRef<[u8]>>(self, packets: impl IntoIterator<Item = P>, out: &mut Vec<u8>) {
        match self {
            Self::Legacy => legacy::payload::frame(packets, out),
        }
    }

    /// Takes a batch apart, packet by packet. Packets before a fault are handed out.
    ///
    /// How many there may be is bounded by how long `text` is: the shortest packet, `2::`, takes
    /// ten bytes with its frame, and the frame of nothing at all takes seven. There is no other
    /// limit, because real clients send everything at once that they had kept until they were
    /// connected, or while another request was under way, and do not know what was left out.
    #[inline]
    #[must_use]
    pub fn unframe(self, text: &str) -> Unframe<'_> {
        match self {
            Self::Legacy => legacy::payload::unframe(text),
        }
    }
}
