//! WebSocket frames: whatever a client sends, it makes no difference how it is cut, and what
//! comes back are frames with packets in them.

use std::time::Duration;

use socketio_proto::{DecodeLimits, Dialect};
use socketio_server::SessionLimits;
use socketio_simulation::Line;

use super::client::Client;
use super::conversation::{self, Move};
use super::host::Host;
use super::requests::first_session_id;

/// The kinds of frames, as they stand on the wire.
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Set in the last frame of a message.
const FINAL: u8 = 0x80;

/// The masking key. What it is, makes no difference.
const KEY: [u8; 4] = *b"mask";

/// What a client sends after it was greeted. `t` sends a text, `f` the beginning of one, `m` more
/// of it, `l` the last of it; `b` sends bytes, `p` a ping, `o` a pong, `c` a close; `w` lets so many
/// quarters of a second pass. Anything else is sent as it is.
///
/// # Panics
/// If the server panics or does not come to rest, if the application does not hear the same when
/// the bytes come one by one, if the server writes what is no frame or no packet, or if anything
/// is left in the end.
pub fn check(input: &[u8]) {
    let at_once = heard(input, Line::default());
    let one_by_one = heard(
        input,
        Line {
            piece: 1,
            ..Line::default()
        },
    );
    assert_eq!(at_once, one_by_one);
}

/// The input in which a client sends this.
#[must_use]
pub fn input<'a>(moves: impl IntoIterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    conversation::input(moves)
}

/// What the application hears over such a line.
fn heard(input: &[u8], line: Line) -> Vec<String> {
    // Within larger bounds than any input reaches: those who overrun them would do so sooner or
    // later, depending on how much comes at once.
    let host = Host::start(SessionLimits::default());
    let mut client = open(&host, line);
    let mut written = Vec::new();
    for it in conversation::moves(input) {
        let bytes = match it.kind {
            b'w' => {
                host.wait(it.time());
                continue;
            }
            _ => bytes_of(&it),
        };
        client.send(&bytes);
        host.wait(Duration::ZERO);
        written.extend(client.read(usize::MAX).0);
    }
    // Time for whoever is at work.
    host.wait(Duration::from_secs(10));
    written.extend(client.read(usize::MAX).0);
    check_frames(&written);
    drop(client);
    let heard = host.heard();
    host.ends();
    heard
}

/// A websocket that was opened, with the greeting read.
fn open(host: &Host, line: Line) -> Client {
    let ask = |request: &str, line: Line| {
        let mut client = host.connect(line);
        client.send(request.as_bytes());
        // Accepting fails now and then, and is tried again.
        host.wait(Duration::from_secs(2));
        let (answer, _) = client.read(usize::MAX);
        (client, String::from_utf8_lossy(&answer).into_owned())
    };
    let shake = "GET /socket.io/1/ HTTP/1.1\r\nHost: a\r\n\r\n";
    let (_, answer) = ask(shake, Line::default());
    let sid = first_session_id();
    assert!(answer.contains(&sid), "{answer}");
    let upgrade = format!(
        "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
    );
    let (client, answer) = ask(&upgrade, line);
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert!(answer.ends_with("\u{3}1::"), "{answer}");
    client
}

fn bytes_of(it: &Move<'_>) -> Vec<u8> {
    let first = match it.kind {
        b't' => FINAL | TEXT,
        b'f' => TEXT,
        b'm' => CONTINUATION,
        b'l' => FINAL | CONTINUATION,
        b'b' => FINAL | BINARY,
        b'p' => FINAL | PING,
        b'o' => FINAL | PONG,
        b'c' => FINAL | CLOSE,
        kind => return [&[kind], it.bytes].concat(),
    };
    frame(first, it.bytes)
}

/// A whole text as a client sends it.
#[must_use]
pub fn text_frame(text: &[u8]) -> Vec<u8> {
    frame(FINAL | TEXT, text)
}

/// A frame as a client sends it, given its first byte.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..=125) => frame.push(0x80 | length.to_be_bytes()[1]),
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(KEY);
    let key = KEY.iter().cycle();
    frame.extend(payload.iter().zip(key).map(|(byte, key)| byte ^ key));
    frame
}

/// What a server may write: whole frames, not masked, texts that are packets, and nothing behind
/// a close.
fn check_frames(mut written: &[u8]) {
    while let Some((opcode, payload, rest)) = cut_frame(written) {
        match opcode {
            TEXT => {
                let text = std::str::from_utf8(payload).expect("texts are UTF-8");
                let packet = Dialect::Legacy.decode(text, &DecodeLimits::DEFAULT);
                assert!(packet.is_ok(), "{text:?}: {packet:?}");
            }
            CLOSE => assert!(rest.is_empty(), "{rest:?} behind a close"),
            PONG => {}
            other => panic!("a frame of kind {other}"),
        }
        written = rest;
    }
    assert!(written.is_empty(), "{written:?} is no frame");
}

/// A frame's kind, what is in it, and what follows it.
fn cut_frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    assert_eq!(first & 0xF0, FINAL, "servers send whole messages");
    let (length, rest) = match second {
        126 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            (usize::try_from(u64::from_be_bytes(*length)).ok()?, rest)
        }
        length => (usize::from(length), rest),
    };
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((first & 0x0F, payload, rest))
}
