//! Checking JSON that stays text: well-formedness and depth, without building values.

use serde_json::value::RawValue;

use crate::decode_error::{DecodeError, DecodeErrorKind, char_boundary_before};

/// Checks that `text` is one JSON value (white space around it is dropped) that nests at most
/// `max_depth` levels. Errors are placed as if `text` began at byte `base`.
pub(crate) fn check(text: &str, max_depth: usize, base: usize) -> Result<&RawValue, DecodeError> {
    let value: &RawValue = serde_json::from_str(text).map_err(|error| {
        DecodeErrorKind::BadJson.at(base.saturating_add(fault_offset(text, &error)))
    })?;
    match first_too_deep(value.get(), max_depth) {
        None => Ok(value),
        Some(at) => {
            let value_at = base.saturating_add(offset_of(value.get(), text));
            Err(DecodeErrorKind::JsonTooDeep.at(value_at.saturating_add(at)))
        }
    }
}

/// Where `part`, which was borrowed from `whole`, begins in it.
pub(crate) fn offset_of(part: &str, whole: &str) -> usize {
    part.as_ptr()
        .addr()
        .saturating_sub(whole.as_ptr().addr())
        .min(whole.len())
}

/// The byte offset that a `serde_json` error speaks of by line and column.
pub(crate) fn fault_offset(text: &str, error: &serde_json::Error) -> usize {
    let line = error.line().saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    // The column counts bytes up to and including the offending one.
    let offset = line_start.saturating_add(error.column().saturating_sub(1));
    char_boundary_before(text, offset)
}

/// Where well-formed JSON `text` first nests deeper than `max_depth`, if it does.
///
/// Texts with no more opening brackets than that, nearly all of them, cost one pass at memory
/// speed and no walk.
#[inline]
pub(crate) fn first_too_deep(text: &str, max_depth: usize) -> Option<usize> {
    // Each level takes two bytes.
    if text.len() / 2 <= max_depth || opening_brackets(text.as_bytes()) <= max_depth {
        return None;
    }
    walk_to_too_deep(text, max_depth)
}

/// [`first_too_deep`], bracket by bracket.
#[cold]
fn walk_to_too_deep(text: &str, max_depth: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => {
                depth = depth.saturating_add(1);
                if depth > max_depth {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// How many `[` and `{` there are, those in strings included.
fn opening_brackets(bytes: &[u8]) -> usize {
    // Counting bytes in u8 lanes lets the compiler use whole vectors; 255 is what a lane holds.
    bytes.chunks(255).fold(0, |total: usize, chunk| {
        // `[` and `{` differ in one bit.
        let count = chunk
            .iter()
            .fold(0_u8, |n, &b| n.wrapping_add(u8::from(b | 0x20 == b'{')));
        total.saturating_add(usize::from(count))
    })
}
