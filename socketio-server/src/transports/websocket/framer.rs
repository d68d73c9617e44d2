//! WebSocket frames are tungstenite's; this holds its state only where there is any.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use socketio_session::MemoryAccount;
use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame, FrameHeader, Utf8Bytes};
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use super::frame_walk::FrameWalk;
use crate::responses::OUT_OF_MEMORY;

/// How much tungstenite reads, and clears before it reads, at a time.
const READ_BYTES: usize = 1024;

/// Contexts kept by each thread.
const POOLED: usize = 8;

/// A context that has seen a message longer than this has grown and is not kept.
const POOLED_MESSAGE_BYTES: usize = 16 << 10;

thread_local! {
    static POOL: RefCell<Vec<WebSocketContext>> = const { RefCell::new(Vec::new()) };
}

/// Reads and writes the frames of one websocket. Between two messages it holds nothing.
#[derive(Debug, Default)]
pub(super) struct Framer {
    partial: Option<Box<Partial>>,
}

#[derive(Debug)]
struct Partial {
    context: WebSocketContext,
    walk: FrameWalk,
    /// Messages and control frames that were handed on.
    handed_on: u64,
    largest: usize,
}

/// Something that the client sent.
#[derive(Debug)]
pub(super) enum Inbound {
    Text(Utf8Bytes),
    /// The client closes the websocket. The answer is among the replies.
    Close,
    /// Something that carries no packet: a ping, a pong, a binary message.
    Nothing,
}

/// Why the client's frames cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FramingFault {
    TooLarge,
    NotUtf8,
    Violation,
    OutOfMemory,
}

impl Framer {
    /// The next thing that the client sent, from `input`, which is advanced. `None` when more
    /// bytes are needed. What has to be answered at once (pongs, closes) goes to `replies`. `memory` is
    /// the account of what is held for frames and messages that are not complete.
    pub(super) fn next(
        &mut self,
        input: &mut &[u8],
        replies: &mut Vec<u8>,
        max_message_bytes: usize,
        memory: &mut MemoryAccount,
    ) -> Result<Option<Inbound>, FramingFault> {
        if input.is_empty() && self.is_at_rest() {
            // Asking tungstenite would only have it clear its buffer.
            self.give_back();
            // To hold less never fails.
            let _ = memory.hold(0);
            return Ok(None);
        }
        let partial = self
            .partial
            .get_or_insert_with(|| Box::new(Partial::new(max_message_bytes)));
        let mut stream = MemoryStream {
            input,
            replies,
            walk: &mut partial.walk,
            memory,
            max_message_bytes,
        };
        match partial.context.read(&mut stream) {
            Ok(message) => {
                partial.handed_on += 1;
                partial.largest = partial.largest.max(message.len());
                if let Message::Close(_) | Message::Ping(_) = message {
                    // Writes the answer, which tungstenite would keep until it is asked again.
                    let _ = partial.context.flush(&mut stream);
                }
                Ok(Some(match message {
                    Message::Text(text) => Inbound::Text(text),
                    Message::Close(_) => Inbound::Close,
                    _ => Inbound::Nothing,
                }))
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => {
                let fault = FramingFault::of(&error);
                // tungstenite writes no close frame of its own when the client is at fault.
                let _ = partial
                    .context
                    .close(&mut stream, Some(fault.close_frame()));
                self.partial = None;
                Err(fault)
            }
        }
    }

    /// Whether everything that came was handed on, and nothing is in mid-air.
    fn is_at_rest(&self) -> bool {
        self.partial
            .as_ref()
            .is_none_or(|it| it.walk.is_between_messages() && it.walk.units() == it.handed_on)
    }

    fn give_back(&mut self) {
        if let Some(partial) = self.partial.take() {
            partial.give_back();
        }
    }
}

impl Partial {
    fn new(max_message_bytes: usize) -> Self {
        let mut context = POOL.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
            let config = WebSocketConfig::default()
                .read_buffer_size(READ_BYTES)
                .write_buffer_size(0)
                .accept_unmasked_frames(false);
            WebSocketContext::new(Role::Server, Some(config))
        });
        context.set_config(|config| {
            config.max_message_size = Some(max_message_bytes);
            config.max_frame_size = Some(max_message_bytes);
        });
        Self {
            context,
            walk: FrameWalk::default(),
            handed_on: 0,
            largest: 0,
        }
    }

    fn give_back(self) {
        if self.largest > POOLED_MESSAGE_BYTES || !self.context.can_write() {
            return;
        }
        POOL.with_borrow_mut(|pool| {
            if pool.len() < POOLED {
                pool.push(self.context);
            }
        });
    }
}

impl FramingFault {
    fn of(error: &Error) -> Self {
        match error {
            Error::Capacity(_) => Self::TooLarge,
            Error::Utf8(_) => Self::NotUtf8,
            Error::Io(error) if error.kind() == io::ErrorKind::OutOfMemory => Self::OutOfMemory,
            _ => Self::Violation,
        }
    }

    fn close_frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::TooLarge => (CloseCode::Size, "message too large"),
            Self::NotUtf8 => (CloseCode::Invalid, "text is not UTF-8"),
            Self::Violation => (CloseCode::Protocol, "protocol violation"),
            Self::OutOfMemory => (CloseCode::Again, OUT_OF_MEMORY),
        };
        CloseFrame {
            code,
            reason: reason.into(),
        }
    }
}

/// Appends one text frame for each packet.
pub(super) fn write_text(packet: &[u8], out: &mut Vec<u8>) {
    // Writing to a vector never fails.
    let _ = text_header().format(packet.len() as u64, out);
    out.extend_from_slice(packet);
}

/// The bytes that [`write_text`] appends for a packet of this length.
pub(super) fn text_frame_bytes(packet_bytes: usize) -> usize {
    text_header().len(packet_bytes as u64) + packet_bytes
}

fn text_header() -> FrameHeader {
    FrameHeader {
        opcode: OpCode::Data(Data::Text),
        ..FrameHeader::default()
    }
}

/// Appends the frame that ends a websocket in good order.
pub(super) fn write_close(out: &mut Vec<u8>) {
    write_close_for(CloseCode::Normal, Utf8Bytes::default(), out);
}

/// Appends the frame that ends the websocket of a client for which there is no memory.
pub(super) fn write_out_of_memory(out: &mut Vec<u8>) {
    let reason = Utf8Bytes::from_static(OUT_OF_MEMORY);
    write_close_for(CloseCode::Again, reason, out);
}

/// Appends the frame that ends the websocket of a client that sends too much.
pub(super) fn write_refusal(out: &mut Vec<u8>) {
    let reason = Utf8Bytes::from_static("too many events");
    write_close_for(CloseCode::Policy, reason, out);
}

fn write_close_for(code: CloseCode, reason: Utf8Bytes, out: &mut Vec<u8>) {
    let _ = Frame::close(Some(CloseFrame { code, reason })).format(out);
}

/// What tungstenite takes for a socket: bytes that were read already, and a place for replies.
struct MemoryStream<'a, 'i> {
    input: &'a mut &'i [u8],
    replies: &'a mut Vec<u8>,
    walk: &'a mut FrameWalk,
    memory: &'a mut MemoryAccount,
    max_message_bytes: usize,
}

impl Read for MemoryStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = self.input.read(buffer)?;
        self.walk.advance(&buffer[..read]);
        // Before tungstenite makes room for the frame whose head this may be.
        let held = self.walk.held(self.max_message_bytes);
        match self.memory.hold(held) {
            Ok(()) => Ok(read),
            Err(_) => Err(io::ErrorKind::OutOfMemory.into()),
        }
    }
}

impl Write for MemoryStream<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.replies.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
