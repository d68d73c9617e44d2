//! JSON strings: text in quotes, and back.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// The value of a well-formed JSON string; `None` for other values. Lone surrogates, which JSON can
/// escape and Unicode text cannot hold, become U+FFFD, as when the reference writes them out.
pub(crate) fn read(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let unescaped = serde_json::from_str::<Unescaped>(json).ok()?;
    Some(Cow::Owned(unescaped.0))
}

/// The text of a JSON string, read as bytes so that lone surrogates get through to us.
struct Unescaped(String);

impl<'de> Deserialize<'de> for Unescaped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(UnescapedVisitor)
    }
}

struct UnescapedVisitor;

impl Visitor<'_> for UnescapedVisitor {
    type Value = Unescaped;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, mut bytes: &[u8]) -> Result<Unescaped, E> {
        let mut text = String::with_capacity(bytes.len());
        loop {
            // UTF-8, but for surrogates, which take three bytes: 0xED, 0xA0 to 0xBF, and one more.
            let lone = bytes
                .windows(2)
                .position(|pair| matches!(pair, [0xED, 0xA0..=0xBF]));
            let (before, rest) = bytes
                .split_at_checked(lone.unwrap_or(bytes.len()))
                .unwrap_or((bytes, &[]));
            text.push_str(&String::from_utf8_lossy(before));
            if lone.is_none() {
                return Ok(Unescaped(text));
            }
            text.push(char::REPLACEMENT_CHARACTER);
            bytes = rest.get(3..).unwrap_or_default();
        }
    }
}

/// Appends `text` as a JSON string, escaped as `JSON.stringify` does it: what must be, and
/// nothing else.
#[inline]
pub(crate) fn write(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if text.bytes().any(needs_escape) {
        text.bytes().for_each(|byte| write_escaped(byte, out));
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
}

/// What a JSON string must not hold, besides what JSON forbids, where it stands in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// A script of its own.
    Script,
    /// A script element of an HTML document.
    ScriptElement,
}

/// Appends UTF-8 `text` as a JSON string that means the same as a string of JavaScript, whatever
/// its age, and that no HTML parser takes for anything else.
///
/// U+2028 and U+2029 end a line in JavaScript before ECMAScript 2019, and a string with it. `<`
/// begins end tags, and comments that hide them. In elements every `/` is escaped, as the
/// reference does it (`lib/transports/htmlfile.js`).
pub(crate) fn write_in(surroundings: Surroundings, text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'<', _) => out.extend_from_slice(br"\u003c"),
            (b'/', _) if surroundings == Surroundings::ScriptElement => {
                out.extend_from_slice(br"\/");
            }
            (0xE2, [0x80, last @ (0xA8 | 0xA9), tail @ ..]) => {
                out.extend_from_slice(br"\u202");
                out.push(if *last == 0xA8 { b'8' } else { b'9' });
                rest = tail;
            }
            _ => write_escaped(byte, out),
        }
    }
    out.push(b'"');
}

/// Whether a byte of UTF-8 cannot stand for itself in a JSON string.
const fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..0x20)
}

/// Appends one byte of a JSON string's UTF-8, escaped if it has to be.
fn write_escaped(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0C => b'f',
        b'\r' => b'r',
        ..0x20 => {
            let low = byte & 0x0F;
            let hex = if low < 10 {
                b'0' | low
            } else {
                low.wrapping_add(b'a' - 10)
            };
            out.extend_from_slice(br"\u00");
            out.extend_from_slice(&[b'0' | (byte >> 4), hex]);
            return;
        }
        _ => {
            out.push(byte);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
