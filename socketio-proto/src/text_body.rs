//! The text of an HTTP body whose bytes arrive cut anywhere.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::Utf8Chunk;

use thiserror::Error;

/// Collects a body piece by piece and reads it as UTF-8 once it is complete.
///
/// Decoding each piece by itself would damage the characters at the seams, which is what the
/// reference server does (socket.io 0.9, `lib/transports/http-polling.js`). Here the same bytes
/// give the same text however they were cut.
///
/// ```
/// let mut body = socketio_proto::TextBody::new(100);
/// body.push(b"3:::caf\xC3").unwrap();
/// body.push(b"\xA9").unwrap();
/// assert_eq!(body.finish(), "3:::café");
/// ```
#[derive(Debug, Clone)]
pub struct TextBody {
    bytes: Vec<u8>,
    max_bytes: usize,
}

/// The body is longer than it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("body longer than {max_bytes} bytes")]
pub struct BodyTooLarge {
    /// The limit that was set.
    pub max_bytes: usize,
}

impl TextBody {
    /// An empty body that may grow to `max_bytes`; nothing is allocated yet.
    #[must_use]
    pub const fn new(max_bytes: usize) -> Self {
        Self {
            bytes: Vec::new(),
            max_bytes,
        }
    }

    /// Appends the next piece.
    ///
    /// # Errors
    ///
    /// If the body would become larger than allowed. What came before is kept unchanged.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyTooLarge> {
        let room = self.max_bytes.saturating_sub(self.bytes.len());
        if piece.len() > room {
            return Err(BodyTooLarge {
                max_bytes: self.max_bytes,
            });
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// The number of bytes so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing has arrived yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The whole text. Bytes that are no UTF-8 become U+FFFD, as the reference server reads them.
    #[must_use]
    pub fn finish(self) -> String {
        into_text(self.bytes)
    }
}

/// The bytes of the text that [`into_text`] makes of these.
pub(crate) fn text_len(bytes: &[u8]) -> usize {
    let chunks = bytes.utf8_chunks();
    let lens = chunks.map(|chunk| {
        chunk
            .valid()
            .len()
            .saturating_add(replacement(&chunk).len())
    });
    lens.fold(0, usize::saturating_add)
}

/// Reads bytes as UTF-8. What is none becomes U+FFFD; only then is there a copy, of that size.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(text_len(&bytes));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(replacement(&chunk));
    }
    text
}

/// What stands behind the valid part of a chunk.
fn replacement(chunk: &Utf8Chunk<'_>) -> &'static str {
    if chunk.invalid().is_empty() {
        ""
    } else {
        "\u{FFFD}"
    }
}
