//! JSON strings: text in quotes, and back.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// The value of a well-formed JSON string; `None` for other values. Lone surrogates, which JSON can
/// escape and Unicode text cannot hold, become U+FFFD, as when the reference writes them out.
pub(crate) fn read(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut bytes = json.as_bytes().to_vec();
    unescape(&mut bytes)?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// Replaces a JSON string, which may have white space around it, by its value, where it stands: an
/// escape is never shorter than what it stands for. `None`, and bytes that mean nothing, if it is
/// no JSON string.
///
/// Bytes that are no UTF-8 stay as they are. They cannot become part of a character, because what
/// comes out of an escape is whole.
pub(crate) fn unescape(json: &mut Vec<u8>) -> Option<()> {
    let mut read = json.iter().position(|byte| !is_space(*byte))?;
    if *json.get(read)? != b'"' {
        return None;
    }
    read = read.saturating_add(1);
    let mut written = 0_usize;
    loop {
        let rest = json.get(read..)?;
        let plain = rest.iter().position(|byte| needs_escape(*byte))?;
        let marked = read.checked_add(plain)?;
        json.copy_within(read..marked, written);
        written = written.saturating_add(plain);
        read = marked.saturating_add(1);
        match *json.get(marked)? {
            b'"' => break,
            b'\\' => {
                let (character, taken) = escaped(json.get(read..)?)?;
                read = read.saturating_add(taken);
                let room = json.get_mut(written..read)?;
                written = written.saturating_add(character.encode_utf8(room).len());
            }
            // A control character.
            _ => return None,
        }
    }
    let is_all = json.get(read..)?.iter().all(|byte| is_space(*byte));
    json.truncate(written);
    is_all.then_some(())
}

/// What JSON takes for white space.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The character that an escape stands for, and how many bytes of it follow the backslash.
fn escaped(behind_backslash: &[u8]) -> Option<(char, usize)> {
    let character = match behind_backslash.first()? {
        byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return code_unit(behind_backslash),
        _ => return None,
    };
    Some((character, 1))
}

/// Likewise, for a code unit of UTF-16, or two that belong together.
fn code_unit(digits: &[u8]) -> Option<(char, usize)> {
    let unit = hex(digits.get(1..5)?)?;
    if let Some(character) = char::from_u32(unit.into()) {
        return Some((character, 5));
    }
    let next = match digits.get(5..7) {
        Some(br"\u") => digits.get(7..11).and_then(hex),
        _ => None,
    };
    let pair = next.and_then(|next| char::decode_utf16([unit, next]).next()?.ok());
    Some(pair.map_or((char::REPLACEMENT_CHARACTER, 5), |pair| (pair, 11)))
}

fn hex(digits: &[u8]) -> Option<u16> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let add = |sum: u32, digit: &u8| Some(sum << 4 | value(*digit)?);
    u16::try_from(digits.iter().try_fold(0, add)?).ok()
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
