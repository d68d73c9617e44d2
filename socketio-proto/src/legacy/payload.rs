//! Batches: several packets in one HTTP body.
//!
//! One packet is sent as it is; more are framed, each as U+FFFD, its length in UTF-16 code units,
//! U+FFFD, the packet (socket.io 0.9, `lib/parser.js`, `encodePayload` and `decodePayload`). The
//! reference takes what JavaScript can make a number of for a length, negative ones included,
//! and can be made to loop for ever; here a length is digits, and the first fault ends the batch.

use alloc::vec::Vec;
use core::iter::FusedIterator;

use crate::decode_error::{PayloadError, PayloadErrorKind};
use crate::utf16::{self, CutError};

/// What encloses a frame's length, and what a framed batch begins with.
const MARKER: char = '\u{FFFD}';

/// The marker on the wire.
const MARKER_UTF8: &[u8] = "\u{FFFD}".as_bytes();

/// The most digits of a length: enough for any text that fits into memory, with a few leading
/// zeros, and few enough not to overflow.
const MAX_LENGTH_DIGITS: usize = 15;

/// Appends a batch. See [`Dialect::frame`](crate::Dialect::frame).
pub(crate) fn frame<P: AsRef<[u8]>>(packets: impl IntoIterator<Item = P>, out: &mut Vec<u8>) {
    let mut packets = packets.into_iter();
    let Some(first) = packets.next() else { return };
    let Some(second) = packets.next() else {
        out.extend_from_slice(first.as_ref());
        return;
    };
    write_frame(first.as_ref(), out);
    write_frame(second.as_ref(), out);
    packets.for_each(|packet| write_frame(packet.as_ref(), out));
}

fn write_frame(packet: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(MARKER_UTF8);
    out.extend_from_slice(itoa::Buffer::new().format(utf16::count(packet)).as_bytes());
    out.extend_from_slice(MARKER_UTF8);
    out.extend_from_slice(packet);
}

/// Takes a batch apart. See [`Dialect::unframe`](crate::Dialect::unframe).
pub(crate) fn unframe(text: &str) -> Unframe<'_> {
    let next = if text.starts_with(MARKER) {
        Next::Frame
    } else {
        Next::Bare
    };
    Unframe {
        rest: text,
        consumed: 0,
        next,
    }
}

/// The packets of a batch, in order, each still text.
///
/// After the first error there is nothing more: what follows a fault cannot be trusted.
#[derive(Debug, Clone)]
pub struct Unframe<'a> {
    rest: &'a str,
    /// The bytes before `rest`.
    consumed: usize,
    next: Next,
}

/// What the rest of a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// One packet without a frame.
    Bare,
    /// Another frame.
    Frame,
    /// Nothing.
    End,
}

impl<'a> Unframe<'a> {
    /// Cuts one frame off the front.
    fn cut_frame(&mut self) -> Result<&'a str, PayloadError> {
        let digits_at = self.consumed.saturating_add(MARKER_UTF8.len());
        let length_text = self
            .rest
            .strip_prefix(MARKER)
            .ok_or(PayloadErrorKind::MissingMarker.at(self.consumed))?;
        let digits = length_text.bytes().take_while(u8::is_ascii_digit).count();
        let after_digits = digits_at.saturating_add(digits);
        let (length, body) = length_text
            .split_at_checked(digits)
            .ok_or(PayloadErrorKind::BadLength.at(digits_at))?;
        // Junk where digits should be is a bad length; an early end is a marker that is missing.
        let body = body.strip_prefix(MARKER).ok_or(if body.is_empty() {
            PayloadErrorKind::MissingMarker.at(after_digits)
        } else {
            PayloadErrorKind::BadLength.at(after_digits)
        })?;
        let units = parse_length(length).ok_or(PayloadErrorKind::BadLength.at(digits_at))?;
        let body_at = after_digits.saturating_add(MARKER_UTF8.len());
        let (packet, rest) = utf16::split_at(body, units).map_err(|error| match error {
            CutError::TooShort => PayloadErrorKind::Truncated.at(body_at),
            CutError::SplitsCharacter(at) => {
                PayloadErrorKind::SplitCharacter.at(body_at.saturating_add(at))
            }
        })?;
        self.consumed = body_at.saturating_add(packet.len());
        self.rest = rest;
        Ok(packet)
    }
}

/// The value of one to [`MAX_LENGTH_DIGITS`] digits.
fn parse_length(digits: &str) -> Option<usize> {
    if digits.len() > MAX_LENGTH_DIGITS {
        None
    } else {
        digits.parse().ok()
    }
}

impl<'a> Iterator for Unframe<'a> {
    type Item = Result<&'a str, PayloadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == Next::End {
            return None;
        }
        if self.next == Next::Bare {
            self.next = Next::End;
            return Some(Ok(self.rest));
        }
        let packet = self.cut_frame();
        if packet.is_err() || self.rest.is_empty() {
            self.next = Next::End;
        }
        Some(packet)
    }
}

impl FusedIterator for Unframe<'_> {}
