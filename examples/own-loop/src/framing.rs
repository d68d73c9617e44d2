//! WebSocket frames, which are tungstenite's: it reads from and writes to memory.

use std::io::{self, Read, Write};

use socketio_session::{DisconnectReason, OutgoingPacket};
use tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tungstenite::protocol::frame::{CloseFrame, Frame, FrameHeader, Utf8Bytes};
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

/// The frames of one websocket.
pub(crate) struct Framing(WebSocketContext);

/// What the client sent.
pub(crate) enum Inbound {
    /// A text message: a packet.
    Text(Utf8Bytes),
    /// A ping, a pong, a binary message: nothing that carries a packet.
    Other,
    /// It closes the websocket. The answer was written.
    Close,
    /// The rest is still to come.
    Incomplete,
}

impl Framing {
    pub(crate) fn new(max_message_bytes: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(4 << 10)
            .write_buffer_size(0)
            .max_message_size(Some(max_message_bytes))
            .max_frame_size(Some(max_message_bytes));
        Self(WebSocketContext::new(Role::Server, Some(config)))
    }

    /// The next thing in `input`, which is used up on the way. What is to be answered at once goes
    /// to `output`.
    ///
    /// # Errors
    /// Why the session ends, if these are no frames that we take. The client is told in `output`.
    pub(crate) fn next(
        &mut self,
        input: &mut Vec<u8>,
        output: &mut Vec<u8>,
    ) -> Result<Inbound, DisconnectReason> {
        let mut memory = Memory { input, output };
        match self.0.read(&mut memory) {
            Ok(Message::Text(text)) => Ok(Inbound::Text(text)),
            Ok(message) => {
                // Writes what it has to say to a ping or a close.
                let _ = self.0.flush(&mut memory);
                Ok(match message {
                    Message::Close(_) => Inbound::Close,
                    _ => Inbound::Other,
                })
            }
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                Ok(Inbound::Incomplete)
            }
            Err(error) => {
                let (code, reason) = match error {
                    Error::Capacity(_) => (CloseCode::Size, DisconnectReason::PacketTooLarge),
                    Error::Utf8(_) => (CloseCode::Invalid, DisconnectReason::ProtocolViolation),
                    _ => (CloseCode::Protocol, DisconnectReason::ProtocolViolation),
                };
                write_close(code, output);
                Err(reason)
            }
        }
    }
}

/// The header of a frame that carries one packet.
fn header() -> FrameHeader {
    FrameHeader {
        opcode: OpCode::Data(Data::Text),
        ..FrameHeader::default()
    }
}

/// Appends one text frame for a packet.
pub(crate) fn write_packet(packet: &[u8], out: &mut Vec<u8>) {
    // Writing to a vector never fails.
    let _ = header().format(packet.len() as u64, out);
    out.extend_from_slice(packet);
}

/// The bytes that [`write_packet`] appends.
pub(crate) fn frame_bytes(packet: &OutgoingPacket) -> usize {
    let length = packet.bytes().len();
    header().len(length as u64) + length
}

/// Appends the frame that ends a websocket.
pub(crate) fn write_close(code: CloseCode, out: &mut Vec<u8>) {
    let close = CloseFrame {
        code,
        reason: Utf8Bytes::default(),
    };
    let _ = Frame::close(Some(close)).format(out);
}

/// What tungstenite takes for a socket.
struct Memory<'a> {
    input: &'a mut Vec<u8>,
    output: &'a mut Vec<u8>,
}

impl Read for Memory<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.input.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let read = self.input.as_slice().read(buffer)?;
        self.input.drain(..read);
        Ok(read)
    }
}

impl Write for Memory<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
