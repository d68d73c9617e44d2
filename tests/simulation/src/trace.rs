//! What happened, as a number that tells two runs apart and as the last lines for a reader.

use std::collections::VecDeque;
use std::fmt::{self, Write};
use std::time::Duration;

/// How many of the last notes are kept.
const KEPT: usize = 200;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A task was polled.
    Polled(u64),
    /// Bytes went into a connection, or came out of it: which one, whose, how many.
    Moved(&'static str, u64, usize),
    /// Something else that is to be seen.
    Said(String),
}

/// The notes of a run.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    hash: u64,
    last: VecDeque<(Duration, Note)>,
}

impl Trace {
    pub(crate) fn add(&mut self, now: Duration, note: Note) {
        self.mix(now.as_nanos() as u64);
        match &note {
            Note::Polled(task) => self.mix(*task),
            Note::Moved(what, wire, bytes) => {
                self.mix_text(what);
                self.mix(*wire);
                self.mix(*bytes as u64);
            }
            Note::Said(text) => self.mix_text(text),
        }
        if let Note::Polled(_) = note {
            return;
        }
        if let (Some((_, Note::Moved(before, at, sum))), Note::Moved(what, wire, bytes)) =
            (self.last.back_mut(), &note)
        {
            if before == what && at == wire {
                *sum += bytes;
                return;
            }
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back((now, note));
    }

    pub(crate) const fn hash(&self) -> u64 {
        self.hash
    }

    fn mix_text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.mix(byte.into());
        }
    }

    const fn mix(&mut self, number: u64) {
        let mixed = (self.hash.rotate_left(5) ^ number).wrapping_mul(0x0100_0000_01b3);
        self.hash = mixed ^ (mixed >> 29);
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (time, note) in &self.last {
            write!(f, "{:>14.6} ", time.as_secs_f64())?;
            match note {
                Note::Polled(task) => writeln!(f, "task {task}")?,
                Note::Moved(what, wire, bytes) => writeln!(f, "wire {wire}: {what} {bytes}")?,
                Note::Said(text) => {
                    f.write_str(text)?;
                    f.write_char('\n')?;
                }
            }
        }
        Ok(())
    }
}
