//! One field of a form (`application/x-www-form-urlencoded`) whose bytes arrive cut anywhere.
//!
//! Only that field is decoded and kept, so a form takes no more memory than the field may have,
//! however much of it there is.

use alloc::vec::Vec;

use crate::text_body::BodyTooLarge;

/// What a byte takes at most when it is escaped: `%41`.
const GROWTH_AS_FORM: usize = 3;

/// What the other fields of a form, of which clients send none, may take together.
const OTHER_FIELDS: usize = 1 << 10;

/// A field with a name of one character, the first if there are several.
#[derive(Debug, Clone)]
pub(crate) struct FormField {
    name: u8,
    value: Vec<u8>,
    max_bytes: usize,
    /// How many more bytes the form may have, escapes and other fields included.
    left: usize,
    state: State,
    escape: Escape,
}

/// Where in a form we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a field.
    FieldStart,
    /// Behind what may be the whole name.
    NameRead,
    /// In another field.
    Elsewhere,
    /// In the value.
    Value,
    /// Behind the value: nothing more is of interest.
    Done,
}

/// How much of a percent escape was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Percent,
    FirstDigit(u8),
}

impl FormField {
    /// The field `name`, whose value may have up to `max_bytes`.
    pub(crate) const fn new(name: u8, max_bytes: usize) -> Self {
        Self {
            name,
            value: Vec::new(),
            max_bytes,
            left: max_bytes
                .saturating_mul(GROWTH_AS_FORM)
                .saturating_add(OTHER_FIELDS),
            state: State::FieldStart,
            escape: Escape::None,
        }
    }

    /// Takes in the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), BodyTooLarge> {
        let max_bytes = self.max_bytes;
        let too_large = BodyTooLarge { max_bytes };
        self.left = self.left.checked_sub(piece.len()).ok_or(too_large)?;
        self.make_room(piece.len());
        for &byte in piece {
            self.read(byte);
            if self.value.len() > max_bytes {
                return Err(too_large);
            }
        }
        Ok(())
    }

    /// Makes room for a piece of so many bytes: twice what there is, but never for more than the
    /// value may have, and the byte too much.
    fn make_room(&mut self, bytes: usize) {
        let len = self.value.len();
        let most = self.max_bytes.saturating_add(1).saturating_sub(len);
        if self.state != State::Done && self.value.capacity().saturating_sub(len) < bytes.min(most)
        {
            self.value.reserve_exact(bytes.max(len).min(most));
        }
    }

    /// The value; `None` if there is no such field.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        self.end_escape();
        matches!(self.state, State::NameRead | State::Value | State::Done).then_some(self.value)
    }

    fn read(&mut self, byte: u8) {
        match (self.escape, byte) {
            (_, b'&') => {
                self.end_escape();
                self.state = match self.state {
                    State::NameRead | State::Value | State::Done => State::Done,
                    State::FieldStart | State::Elsewhere => State::FieldStart,
                };
            }
            (Escape::Percent, digit) if digit.is_ascii_hexdigit() => {
                self.escape = Escape::FirstDigit(digit);
            }
            (Escape::FirstDigit(first), digit) if digit.is_ascii_hexdigit() => {
                self.escape = Escape::None;
                self.take(hex_value(first) << 4 | hex_value(digit));
            }
            (Escape::Percent | Escape::FirstDigit(_), _) => {
                self.end_escape();
                self.read(byte);
            }
            (Escape::None, b'%') => self.escape = Escape::Percent,
            (Escape::None, b'=') if self.state == State::NameRead => self.state = State::Value,
            (Escape::None, b'=') if self.state == State::FieldStart => {
                self.state = State::Elsewhere;
            }
            (Escape::None, b'+') => self.take(b' '),
            (Escape::None, _) => self.take(byte),
        }
    }

    /// An escape that turns out to be none stands for itself.
    fn end_escape(&mut self) {
        match core::mem::replace(&mut self.escape, Escape::None) {
            Escape::None => {}
            Escape::Percent => self.take(b'%'),
            Escape::FirstDigit(digit) => {
                self.take(b'%');
                self.take(digit);
            }
        }
    }

    /// Takes in a byte without its escape.
    fn take(&mut self, byte: u8) {
        match self.state {
            State::FieldStart if byte == self.name => self.state = State::NameRead,
            State::FieldStart | State::NameRead => self.state = State::Elsewhere,
            State::Value => self.value.push(byte),
            State::Elsewhere | State::Done => {}
        }
    }
}

/// The value of a hexadecimal digit.
const fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit & 0x0F,
        _ => (digit & 0x0F).wrapping_add(9),
    }
}
