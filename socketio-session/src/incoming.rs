//! Text that came from a client, read as far as it can be.

use socketio_proto::{DecodeError, DecodeLimits, Dialect, Packet, PacketHead};

/// What came where a packet is expected.
///
/// Reading it changes nothing and needs no session, so a driver may do it before it takes a lock.
/// [`Session::take_in`](crate::Session::take_in) then takes it as it is.
#[derive(Debug, Clone)]
pub enum Incoming<'a> {
    /// A packet.
    Packet(Packet<'a>),
    /// Something that is none.
    Undecodable {
        /// Whom it concerned, as far as that could be read.
        head: PacketHead<'a>,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// Nothing at all, which is no sign of life and which everybody ignores (`socket.io` 0.9
    /// `lib/parser.js` makes an empty packet of it).
    Nothing,
}

impl<'a> Incoming<'a> {
    /// Reads the text of one packet: a websocket's message, or what
    /// [`unframe`](Dialect::unframe) found in a payload.
    #[must_use]
    pub fn read(dialect: Dialect, text: &'a str, limits: &DecodeLimits) -> Self {
        if text.is_empty() {
            return Self::Nothing;
        }
        let decoded = dialect.decode(text, limits);
        decoded.map_or_else(
            |error| Self::Undecodable {
                head: dialect.decode_head(text, limits).unwrap_or_default(),
                error,
            },
            Self::Packet,
        )
    }
}
