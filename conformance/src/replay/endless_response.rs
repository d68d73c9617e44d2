//! The body of a response that goes on, compared as text.
//!
//! How it is cut into chunks is a matter of timing, like the number of packets in a poll's answer.

use std::time::Instant;

use super::connection::Connection;
use super::raw_http::{ReceivedResponse, read_chunk, read_exactly};

/// What has arrived of a body and nobody has looked at yet.
#[derive(Debug)]
pub(super) struct EndlessResponse {
    unread: String,
    framing: Framing,
}

#[derive(Debug)]
enum Framing {
    Chunked,
    /// So many bytes are still to come.
    Length(usize),
    Over,
}

impl EndlessResponse {
    pub(super) fn new(head: &ReceivedResponse) -> Result<Self, String> {
        let framing = match head.header("Content-Length") {
            None => Framing::Chunked,
            Some(length) => Framing::Length(
                length
                    .parse()
                    .map_err(|_| format!("Content-Length {length:?} is not a number"))?,
            ),
        };
        Ok(Self {
            unread: String::new(),
            framing,
        })
    }

    /// Checks that `text` comes next.
    pub(super) fn expect(
        &mut self,
        text: &str,
        connection: &mut Connection,
        deadline: Instant,
    ) -> Result<(), String> {
        while self.unread.len() < text.len() {
            if !text.starts_with(&self.unread) || !self.read(connection, deadline)? {
                break;
            }
        }
        match self.unread.strip_prefix(text) {
            Some(rest) => {
                self.unread = rest.to_owned();
                Ok(())
            }
            None => Err(format!("{:?}", self.unread)),
        }
    }

    /// Checks that nothing more comes.
    pub(super) fn expect_end(
        &mut self,
        connection: &mut Connection,
        deadline: Instant,
    ) -> Result<(), String> {
        if self.unread.is_empty() && !self.read(connection, deadline)? {
            return Ok(());
        }
        Err(format!("more of the response: {:?}", self.unread))
    }

    /// Checks that what has arrived was all expected.
    pub(super) fn expect_nothing_left(&self) -> Result<(), String> {
        self.unread
            .is_empty()
            .then_some(())
            .ok_or_else(|| format!("more than recorded: {:?}", self.unread))
    }

    /// Reads on; false at the end.
    fn read(&mut self, connection: &mut Connection, deadline: Instant) -> Result<bool, String> {
        let piece = match self.framing {
            Framing::Over | Framing::Length(0) => None,
            Framing::Length(length) => {
                self.framing = Framing::Over;
                Some(read_exactly(connection, length, deadline)?)
            }
            Framing::Chunked => read_chunk(connection, deadline)?,
        };
        let Some(piece) = piece else {
            self.framing = Framing::Over;
            return Ok(false);
        };
        let piece = String::from_utf8(piece).map_err(|_| "a chunk that is no UTF-8")?;
        self.unread.push_str(&piece);
        Ok(true)
    }
}
