//! jsonp-polling: answers that are scripts, and posts that are forms.
//!
//! A page of another origin, in a browser that cannot ask across origins in any other way, loads
//! the handshake and each poll as a script, which calls a function of the client with the answer
//! as a JSON string: `io.j[0]("1::");`. The page sends by submitting a form with one field, `d`,
//! whose value is the payload as a JSON string, so that browsers cannot change its line ends
//! (socket.io 0.9 `lib/transports/jsonp-polling.js`, and the file of that name of its client).

use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use super::request_target::query_param;
use crate::form_field::FormField;
use crate::json_string::{self, Surroundings};
use crate::text_body::{BodyTooLarge, into_text, text_len};

/// The most digits of an index: more than a counter ever has.
const MAX_INDEX_DIGITS: usize = 16;

/// What a payload may grow by as a JSON string. Quotes and backslashes take twice their room,
/// which is what JSON in a string consists of at worst.
const GROWTH_AS_JSON: usize = 2;

/// Which of the client's functions an answer calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonpIndex<'a>(&'a str);

impl<'a> JsonpIndex<'a> {
    /// The function that a handshake names, as `jsonp=` in its query: `None` if it names none, or
    /// anything but digits. The answer is no script then, as on the reference server (`lib/manager.js`).
    #[must_use]
    pub fn of_handshake(query: &'a str) -> Option<Self> {
        Self::named(query, "jsonp")
    }

    /// The function that a poll names, as `i=` in its query: function 0 if it names none, or
    /// anything but digits.
    #[must_use]
    pub fn of_poll(query: &'a str) -> Self {
        Self::named(query, "i").unwrap_or(JsonpIndex("0"))
    }

    fn named(query: &'a str, parameter: &str) -> Option<Self> {
        let index = query_param(query, parameter)?;
        let is_index = (1..=MAX_INDEX_DIGITS).contains(&index.len())
            && index.bytes().all(|byte| byte.is_ascii_digit());
        is_index.then_some(JsonpIndex(index))
    }

    /// Appends the script that hands `text`, in UTF-8, to the client.
    ///
    /// ```
    /// use socketio_proto::JsonpIndex;
    ///
    /// let mut script = Vec::new();
    /// JsonpIndex::of_poll("t=1&i=3").call("3:::</script>\u{2028}".as_bytes(), &mut script);
    /// assert_eq!(script, br#"io.j[3]("3:::\u003c/script>\u2028");"#);
    /// ```
    pub fn call(self, text: &[u8], out: &mut Vec<u8>) {
        self.begin(out);
        json_string::write_in(Surroundings::Script, text, out);
        out.extend_from_slice(b");");
    }

    /// Appends the script that hands an error to the client: how a handshake is refused to
    /// somebody who cannot see the status of an answer.
    pub fn call_with_error(self, reason: &str, out: &mut Vec<u8>) {
        self.begin(out);
        out.extend_from_slice(b"new Error(");
        json_string::write_in(Surroundings::Script, reason.as_bytes(), out);
        out.extend_from_slice(b"));");
    }

    fn begin(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"io.j[");
        out.extend_from_slice(self.0.as_bytes());
        out.extend_from_slice(b"](");
    }
}

/// A posted form, which is read as it arrives.
///
/// ```
/// use socketio_proto::JsonpForm;
///
/// let mut form = JsonpForm::new(100);
/// form.push(b"d=%223%3A%3A%3Atwo+").unwrap();
/// form.push(b"words%22").unwrap();
/// assert_eq!(form.finish().unwrap(), "3:::two words");
/// ```
#[derive(Debug, Clone)]
pub struct JsonpForm {
    field: FormField,
    max_bytes: usize,
}

/// Why a form brings no payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonpFormError {
    /// It has no field `d`.
    #[error("form without a field d")]
    MissingField,
    /// The field `d` is no JSON string.
    #[error("form whose field d is no JSON string")]
    NotAString,
    /// The payload is longer than it may be.
    #[error(transparent)]
    TooLarge(#[from] BodyTooLarge),
}

impl JsonpForm {
    /// An empty form whose payload may have up to `max_bytes`; nothing is allocated yet.
    ///
    /// Up to twice as many bytes are kept while it arrives, because the payload is a JSON string
    /// there; a payload of control characters, which take even more, may therefore be refused
    /// below that size. It is decoded where it stands, and copied only if it is no UTF-8.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        let quoted = max_bytes.saturating_mul(GROWTH_AS_JSON).saturating_add(2);
        Self {
            field: FormField::new(b'd', quoted),
            max_bytes,
        }
    }

    /// Takes in the next piece, cut anywhere.
    ///
    /// # Errors
    ///
    /// If the form becomes larger than allowed.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyTooLarge> {
        self.field.push(piece)
    }

    /// The payload of the form, which is complete. Bytes that are no UTF-8 become U+FFFD, and so
    /// do lone surrogates.
    ///
    /// # Errors
    ///
    /// If it has none.
    pub fn finish(self) -> Result<String, JsonpFormError> {
        let max_bytes = self.max_bytes;
        let mut text = self.field.finish().ok_or(JsonpFormError::MissingField)?;
        json_string::unescape(&mut text).ok_or(JsonpFormError::NotAString)?;
        if text_len(&text) > max_bytes {
            return Err(BodyTooLarge { max_bytes }.into());
        }
        Ok(into_text(text))
    }
}
