//! Where in the stream of frames a websocket is.

use std::io::Cursor;

use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// The most bytes of a frame's head: two, eight of length, four of mask.
const HEAD_BYTES: usize = 14;

/// Follows the frames of one direction, only to know whether it stands between two messages.
/// Then the machinery that reads frames holds nothing and can serve another connection.
#[derive(Debug, Default)]
pub(super) struct FrameWalk {
    /// The beginning of a head that is not complete.
    head: [u8; HEAD_BYTES],
    head_bytes: u8,
    /// A fragmented message has begun.
    in_message: bool,
    /// The bytes of the message so far, and of the frame that is being walked.
    message: u64,
    /// The most bytes that a frame had, and the most of a message in fragments.
    largest: (u64, u64),
    /// Bytes of payload still to come in this frame.
    payload: u64,
    /// Messages and control frames whose end lies behind us, or in the frame being walked.
    units: u64,
}

impl FrameWalk {
    /// Whether nothing of a frame or message has come that is not complete.
    pub(super) const fn is_between_messages(&self) -> bool {
        self.payload == 0 && self.head_bytes == 0 && !self.in_message
    }

    /// How many messages and control frames have come, if it is between two messages.
    pub(super) const fn units(&self) -> u64 {
        self.units
    }

    /// What tungstenite may hold of all this, where no frame or message is larger than `most`: a
    /// buffer for frames, which has their size from when their head has come, and one in which
    /// fragments are put together. Both double when they are full.
    pub(super) fn held(&self, most: usize) -> usize {
        let within = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX).min(most);
        let (frame, message) = self.largest;
        within(frame)
            .saturating_add(within(message))
            .saturating_mul(2)
    }

    /// Walks over `bytes`.
    pub(super) fn advance(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.payload > 0 {
                let skipped = usize::try_from(self.payload)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len());
                self.payload -= skipped as u64;
                bytes = &bytes[skipped..];
            } else {
                bytes = self.advance_head(bytes);
            }
        }
    }

    /// Completes the head with some of `bytes`, and gives back the rest.
    fn advance_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let known = usize::from(self.head_bytes);
        let taken = (HEAD_BYTES - known).min(bytes.len());
        self.head[known..known + taken].copy_from_slice(&bytes[..taken]);
        let mut cursor = Cursor::new(&self.head[..known + taken]);
        match FrameHeader::parse(&mut cursor) {
            Ok(Some((header, payload))) => {
                let head = usize::try_from(cursor.position()).unwrap_or(HEAD_BYTES);
                self.head_bytes = 0;
                self.payload = payload;
                self.note(&header);
                &bytes[head.saturating_sub(known).min(bytes.len())..]
            }
            Ok(None) => {
                self.head_bytes = u8::try_from(known + taken).unwrap_or(u8::MAX);
                &bytes[taken..]
            }
            // A head that is wrong ends the connection, and is never complete: what stands behind
            // it, however much that is, belongs to it.
            Err(_) => {
                self.head_bytes = 1;
                &[]
            }
        }
    }

    fn note(&mut self, header: &FrameHeader) {
        match header.opcode {
            OpCode::Data(Data::Reserved(_)) | OpCode::Control(Control::Reserved(_)) => {}
            OpCode::Data(kind) => {
                let before = match kind {
                    Data::Continue => self.message,
                    _ => 0,
                };
                let is_fragment = self.in_message || !header.is_final;
                self.in_message = !header.is_final;
                self.message = before.saturating_add(self.payload);
                let (frame, message) = self.largest;
                let fragments = if is_fragment { self.message } else { 0 };
                self.largest = (frame.max(self.payload), message.max(fragments));
            }
            OpCode::Control(_) => {}
        }
        if header.is_final {
            self.units += 1;
        }
    }
}
