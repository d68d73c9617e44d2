//! A client of a simulated server, for whom somebody else decides what it does.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use socketio_server::runtime::ByteStream;
use socketio_simulation::{Dial, Line, Stream, World};

/// A client's end of a connection. Dropped, it is closed.
#[derive(Debug)]
pub(super) struct Client {
    stream: Stream,
    /// What the connection had no room for yet.
    unsent: Vec<u8>,
}

impl Client {
    /// Connects, unless nobody listens any more.
    pub(super) fn connect(world: &World, line: Line) -> Option<Self> {
        let dial = Dial {
            line,
            loss: Arc::default(),
            address: 1,
        };
        let stream = world.connect(dial).ok()?;
        let unsent = Vec::new();
        Some(Self { stream, unsent })
    }

    /// Sends the bytes, behind those that there was no room for.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend_from_slice(bytes);
        self.send_on();
    }

    /// Sends what there was no room for; whether any of it went.
    pub(super) fn send_on(&mut self) -> bool {
        let mut nobody = Context::from_waker(Waker::noop());
        let before = self.unsent.len();
        while !self.unsent.is_empty() {
            match self.stream.poll_write(&mut nobody, &self.unsent) {
                Poll::Ready(Ok(count)) => drop(self.unsent.drain(..count)),
                Poll::Ready(Err(_)) => self.unsent.clear(),
                Poll::Pending => break,
            }
        }
        self.unsent.len() < before
    }

    /// Sends nothing more.
    pub(super) fn end(&self) {
        self.stream.end();
    }

    /// The connection breaks.
    pub(super) fn breaks(&self) {
        self.stream.reset();
    }

    /// What has come from the server, up to so many bytes, and whether that was the end.
    pub(super) fn read(&mut self, most: usize) -> (Vec<u8>, bool) {
        let mut nobody = Context::from_waker(Waker::noop());
        let (mut read, mut buffer) = (Vec::new(), [0; 1024]);
        while read.len() < most {
            let room = buffer.len().min(most - read.len());
            match self.stream.poll_read(&mut nobody, &mut buffer[..room]) {
                Poll::Ready(Ok(count @ 1..)) => read.extend_from_slice(&buffer[..count]),
                Poll::Ready(_) => return (read, true),
                Poll::Pending => break,
            }
        }
        (read, false)
    }
}
