//! WebSocket frames as bytes: any frame can be written, well-formed or not, and single frames are read.

use std::time::Instant;

use super::connection::Connection;
use super::raw_http::read_exactly;

/// Operation code of a frame that goes on with a message.
pub const CONTINUATION: u8 = 0;
/// Operation code of a text frame.
pub const TEXT: u8 = 1;
/// Operation code of a binary frame.
pub const BINARY: u8 = 2;
/// Operation code of a close frame.
pub const CLOSE: u8 = 8;
/// Operation code of a ping.
pub const PING: u8 = 9;
/// Operation code of the answer to a ping.
pub const PONG: u8 = 10;

/// A frame as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedFrame {
    /// The operation code.
    pub opcode: u8,
    /// Whether it ends its message.
    pub fin: bool,
    /// Whether it was masked, which servers must not do.
    pub masked: bool,
    /// The three bits kept for extensions.
    pub reserved: u8,
    /// The payload, unmasked.
    pub payload: Vec<u8>,
}

/// The bytes of one frame.
pub fn frame_bytes(opcode: u8, fin: bool, masked: bool, payload: &[u8]) -> Vec<u8> {
    // Any key will do, but one of zeros would hide a server that forgets to unmask.
    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mask_bit = if masked { 0x80 } else { 0 };
    let mut bytes = vec![if fin { 0x80 | opcode } else { opcode }];
    match payload.len() {
        length @ 0..=125 => bytes.push(mask_bit | length as u8),
        length @ 126..=0xffff => {
            bytes.push(mask_bit | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        length => {
            bytes.push(mask_bit | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    if masked {
        bytes.extend(KEY);
        bytes.extend(
            payload
                .iter()
                .zip(KEY.iter().cycle())
                .map(|(byte, key)| byte ^ key),
        );
    } else {
        bytes.extend(payload);
    }
    bytes
}

/// Reads one frame.
pub fn read_frame(connection: &mut Connection, deadline: Instant) -> Result<ReceivedFrame, String> {
    let head = read_exactly(connection, 2, deadline)?;
    let masked = head[1] & 0x80 != 0;
    let length = match head[1] & 0x7f {
        126 => as_length(&read_exactly(connection, 2, deadline)?),
        127 => as_length(&read_exactly(connection, 8, deadline)?),
        short => usize::from(short),
    };
    let key = if masked {
        read_exactly(connection, 4, deadline)?
    } else {
        vec![0; 4]
    };
    let mut payload = read_exactly(connection, length, deadline)?;
    for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
    Ok(ReceivedFrame {
        opcode: head[0] & 0x0f,
        fin: head[0] & 0x80 != 0,
        masked,
        reserved: (head[0] >> 4) & 7,
        payload,
    })
}

fn as_length(digits: &[u8]) -> usize {
    digits
        .iter()
        .fold(0, |length, byte| (length << 8) | usize::from(*byte))
}
