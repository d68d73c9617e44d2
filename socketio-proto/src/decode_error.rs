//! What was wrong with a text, and at which byte of it.

use thiserror::Error;

/// Why a packet could not be decoded.
///
/// The reference implementations drop such packets without a word; here the caller decides, and
/// [`Dialect::decode_head`](crate::Dialect::decode_head) tells whom an answer would concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct DecodeError {
    /// What was wrong.
    pub kind: DecodeErrorKind,
    /// Where: a byte offset into the text that was given, on a character boundary and at most
    /// the text's length.
    pub offset: usize,
}

/// What can be wrong with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// It is longer than [`max_packet_bytes`](crate::DecodeLimits::max_packet_bytes).
    #[error("packet too large")]
    TooLarge,
    /// It does not begin with the digit of a known packet type and a separator.
    #[error("unknown packet type")]
    UnknownType,
    /// The text ends before the type's or the packet number's separator.
    #[error("missing separator")]
    MissingSeparator,
    /// The packet number is not made of digits, or of more than
    /// [`max_id_digits`](crate::DecodeLimits::max_id_digits).
    #[error("bad packet number")]
    BadId,
    /// The data should be JSON and is not.
    #[error("malformed JSON")]
    BadJson,
    /// The JSON nests deeper than [`max_json_depth`](crate::DecodeLimits::max_json_depth).
    #[error("JSON nested too deeply")]
    JsonTooDeep,
    /// The data is JSON but no event: not an object, its name missing or no string of Unicode
    /// text, or its arguments neither a list nor absent.
    #[error("JSON that is no event")]
    BadEvent,
    /// An acknowledgement that does not begin with the number it answers, or with one of more
    /// than [`max_id_digits`](crate::DecodeLimits::max_id_digits) digits.
    #[error("bad acknowledged packet number")]
    BadAckId,
}

impl DecodeErrorKind {
    /// The error of this kind at `offset`.
    pub(crate) const fn at(self, offset: usize) -> DecodeError {
        DecodeError { kind: self, offset }
    }
}

/// Why the rest of a batch could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct PayloadError {
    /// What was wrong.
    pub kind: PayloadErrorKind,
    /// Where: a byte offset into the text that was given, on a character boundary and at most
    /// the text's length.
    pub offset: usize,
}

/// What can be wrong with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum PayloadErrorKind {
    /// Where a frame should begin or its length should end there is no U+FFFD.
    #[error("missing frame marker")]
    MissingMarker,
    /// A frame's length is no number, or one with an absurd number of digits.
    #[error("bad frame length")]
    BadLength,
    /// A frame's length goes beyond the end of the text.
    #[error("frame longer than the payload")]
    Truncated,
    /// A frame's length ends between the two UTF-16 code units of one character.
    #[error("frame length splits a character")]
    SplitCharacter,
}

impl PayloadErrorKind {
    /// The error of this kind at `offset`.
    pub(crate) const fn at(self, offset: usize) -> PayloadError {
        PayloadError { kind: self, offset }
    }
}

/// The last character boundary of `text` that is not beyond `offset`.
pub(crate) fn char_boundary_before(text: &str, offset: usize) -> usize {
    let limit = offset.min(text.len());
    (0..=limit)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
