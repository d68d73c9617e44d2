//! Lengths in UTF-16 code units, which is how JavaScript counts characters.
//!
//! Batch framing measures packets so (socket.io 0.9, `lib/parser.js`, `encodePayload`): a
//! character up to U+FFFF counts one, one beyond it counts two. Counting works on bytes known to
//! be UTF-8 and needs no decoding: every byte that starts a character counts one, and one more
//! if it starts a sequence of four.

/// The length of `utf8` in UTF-16 code units.
///
/// The bytes must be UTF-8; for others the result is some number of at most twice their count.
#[must_use]
pub fn count(utf8: &[u8]) -> usize {
    if utf8.is_ascii() {
        return utf8.len();
    }
    utf8.chunks(LANE_LIMIT).fold(0, |total: usize, chunk| {
        total.saturating_add(usize::from(count_chunk(chunk)))
    })
}

/// How a text could not be cut at a number of code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutError {
    /// The text has fewer code units.
    TooShort,
    /// The cut would fall between the two code units of the character that begins at this byte.
    SplitsCharacter(usize),
}

/// Cuts `text` after `units` UTF-16 code units.
///
/// # Errors
///
/// If the text is shorter, or the cut would split a surrogate pair.
pub fn split_at(text: &str, units: usize) -> Result<(&str, &str), CutError> {
    let bytes = text.as_bytes();
    if bytes.get(..units).is_some_and(<[u8]>::is_ascii) {
        return text.split_at_checked(units).ok_or(CutError::TooShort);
    }
    // Whole chunks first; the cut itself is found byte by byte in the last one.
    let mut counted = 0_usize;
    let mut at = 0_usize;
    for chunk in bytes.chunks(LANE_LIMIT) {
        let after = counted.saturating_add(usize::from(count_chunk(chunk)));
        if after > units {
            break;
        }
        counted = after;
        at = at.saturating_add(chunk.len());
    }
    for (index, &byte) in bytes.iter().enumerate().skip(at) {
        if !starts_character(byte) {
            continue;
        }
        if counted == units {
            let split = CutError::SplitsCharacter(index);
            return text.split_at_checked(index).ok_or(split);
        }
        counted = counted.saturating_add(units_started_by(byte));
        if counted > units {
            return Err(CutError::SplitsCharacter(index));
        }
    }
    if counted == units {
        Ok((text, ""))
    } else {
        Err(CutError::TooShort)
    }
}

/// The most bytes whose code units are sure to fit into a `u8`.
const LANE_LIMIT: usize = 127;

/// [`count`] for at most [`LANE_LIMIT`] bytes, in a shape that compiles to vector instructions.
fn count_chunk(chunk: &[u8]) -> u8 {
    chunk.iter().fold(0, |n: u8, &byte| {
        n.wrapping_add(u8::from(starts_character(byte)))
            .wrapping_add(u8::from(byte >= 0xF0))
    })
}

/// Whether a byte of UTF-8 is not a continuation byte.
const fn starts_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// The code units of the character that `byte` starts.
const fn units_started_by(byte: u8) -> usize {
    if byte >= 0xF0 { 2 } else { 1 }
}
