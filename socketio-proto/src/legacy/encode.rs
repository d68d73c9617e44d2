//! [`Packet`] to packet text.
//!
//! The text is byte for byte what socket.io 0.9 (`lib/parser.js`, `encodePacket`) writes for the
//! same packet. Nothing here fails or checks: names of endpoints with a `:` in them, or numbers
//! with other characters than digits, come out as they went in.

use alloc::vec::Vec;
use core::convert::Infallible;

use crate::json_string;
use crate::packet::{AckMode, Arguments, Body, ErrorAdvice, ErrorReason, Packet, PacketHead};

/// Appends one packet. See [`Dialect::encode`](crate::Dialect::encode).
pub(crate) fn encode(packet: &Packet<'_>, out: &mut Vec<u8>) {
    let head = packet.head();
    match &packet.body {
        Body::Disconnect => write_head(b'0', head, out),
        Body::Connect { query } => {
            write_head(b'1', head, out);
            write_data(query, out);
        }
        Body::Heartbeat => write_head(b'2', head, out),
        Body::Message(text) => {
            write_head(b'3', head, out);
            write_data(text, out);
        }
        Body::Json(value) => {
            write_head(b'4', head, out);
            write_data(value.get(), out);
        }
        Body::Event { name, args } => {
            let Ok(()) = encode_event(head, name, out, |out| append_args(*args, out));
        }
        Body::Ack { id, args } => {
            let Ok(()) = encode_ack(head, id, out, |out| append_args(*args, out));
        }
        Body::Error { reason, advice } => {
            write_head(b'7', head, out);
            write_error(*reason, *advice, out);
        }
        Body::Noop => write_head(b'8', head, out),
    }
}

/// Appends an event. See [`Dialect::encode_event`](crate::Dialect::encode_event).
#[inline]
pub(crate) fn encode_event<E>(
    head: PacketHead<'_>,
    name: &str,
    out: &mut Vec<u8>,
    write_args: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    write_head(b'5', head, out);
    out.extend_from_slice(br#":{"name":"#);
    json_string::write(name, out);
    write_args_after(br#","args":"#, start, out, write_args)?;
    out.push(b'}');
    Ok(())
}

/// Appends an acknowledgement. See [`Dialect::encode_ack`](crate::Dialect::encode_ack).
#[inline]
pub(crate) fn encode_ack<E>(
    head: PacketHead<'_>,
    id: &str,
    out: &mut Vec<u8>,
    write_args: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    write_head(b'6', head, out);
    out.push(b':');
    out.extend_from_slice(id.as_bytes());
    let args_at = out.len();
    write_args_after(b"+", start, out, write_args)?;
    keep_on_one_line(args_at, out);
    Ok(())
}

/// Rewrites the line ends in the JSON from `at` on, which means the same without them.
///
/// The reference parsers read an acknowledgement's arguments up to the end of the line
/// (`lib/parser.js`, one regular expression with a `.` in it), and to JavaScript U+2028 and
/// U+2029 end a line, too: a real client would lose all arguments. Outside of strings a line end
/// is white space; inside, only those two can stand unescaped.
fn keep_on_one_line(at: usize, out: &mut Vec<u8>) {
    let args = out.get(at..).unwrap_or_default();
    // Whole chunks without a way out in between let the compiler compare many bytes at once.
    let suspicious = |chunk: &[u8]| {
        let found = |any, byte: &u8| any | matches!(byte, b'\n' | b'\r' | 0xE2);
        chunk.iter().fold(false, found)
    };
    if !args.chunks(64).any(suspicious) {
        return;
    }
    let args = args.to_vec();
    out.truncate(at);
    for byte in args {
        out.push(if matches!(byte, b'\n' | b'\r') {
            b' '
        } else {
            byte
        });
        let escaped: &[u8] = match out.last_chunk::<3>() {
            Some([0xE2, 0x80, 0xA8]) => b"\\u2028",
            Some([0xE2, 0x80, 0xA9]) => b"\\u2029",
            _ => continue,
        };
        out.truncate(out.len().saturating_sub(3));
        out.extend_from_slice(escaped);
    }
}

/// Appends a JSON message. See [`Dialect::encode_json`](crate::Dialect::encode_json).
#[inline]
pub(crate) fn encode_json<E>(
    head: PacketHead<'_>,
    out: &mut Vec<u8>,
    write_value: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    write_head(b'4', head, out);
    out.push(b':');
    write_value(out).inspect_err(|_| out.truncate(start))
}

/// Appends `prefix` and the arguments, or neither if there are none; takes everything back to
/// `start` if the arguments cannot be written.
#[inline]
fn write_args_after<E>(
    prefix: &[u8],
    start: usize,
    out: &mut Vec<u8>,
    write_args: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let before = out.len();
    out.extend_from_slice(prefix);
    let args_at = out.len();
    if let Err(error) = write_args(out) {
        out.truncate(start);
        return Err(error);
    }
    if matches!(out.get(args_at..), Some(b"" | b"[]") | None) {
        out.truncate(before);
    }
    Ok(())
}

/// Appends arguments that are already text, nothing if there are none.
fn append_args(args: Arguments<'_>, out: &mut Vec<u8>) -> Result<(), Infallible> {
    if !args.is_empty() {
        out.extend_from_slice(args.as_str().as_bytes());
    }
    Ok(())
}

/// `type ":" [id ["+"]] ":" [endpoint]`
#[inline]
fn write_head(packet_type: u8, head: PacketHead<'_>, out: &mut Vec<u8>) {
    match head.ack_request {
        None => out.extend_from_slice(&[packet_type, b':', b':']),
        Some(request) => {
            out.extend_from_slice(&[packet_type, b':']);
            out.extend_from_slice(request.id.as_bytes());
            out.extend_from_slice(match request.mode {
                AckMode::Automatic => b":",
                AckMode::Data => b"+:",
            });
        }
    }
    out.extend_from_slice(head.endpoint.as_bytes());
}

/// `[":" data]`
fn write_data(data: &str, out: &mut Vec<u8>) {
    if !data.is_empty() {
        out.push(b':');
        out.extend_from_slice(data.as_bytes());
    }
}

/// `[":" [reason] ["+" advice]]`
fn write_error(reason: Option<ErrorReason>, advice: Option<ErrorAdvice>, out: &mut Vec<u8>) {
    let reason: &[u8] = match reason {
        None => b"",
        Some(ErrorReason::TransportNotSupported) => b"0",
        Some(ErrorReason::ClientNotHandshaken) => b"1",
        Some(ErrorReason::Unauthorized) => b"2",
    };
    let advice: &[u8] = match advice {
        None => b"",
        Some(ErrorAdvice::Reconnect) => b"+0",
    };
    if !(reason.is_empty() && advice.is_empty()) {
        out.push(b':');
        out.extend_from_slice(reason);
        out.extend_from_slice(advice);
    }
}
