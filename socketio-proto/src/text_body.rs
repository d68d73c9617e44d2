//! The text of an HTTP body whose bytes arrive cut anywhere.

use alloc::string::String;
use alloc::vec::Vec;

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
        match String::from_utf8(self.bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }
}
