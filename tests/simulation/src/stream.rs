//! An end of a connection.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use socketio_server::runtime::ByteStream;

use crate::wire::{Direction, Wire};

/// An end of a connection. Dropped, it is closed, as by a process that ends.
#[derive(Debug)]
pub struct Stream {
    wire: Arc<Mutex<Wire>>,
    reads: Direction,
    writes: Direction,
}

impl Stream {
    /// The client's end and the server's.
    pub(crate) fn pair(wire: Wire) -> (Self, Self) {
        let wire = Arc::new(Mutex::new(wire));
        let client = Self {
            wire: Arc::clone(&wire),
            reads: Direction::Down,
            writes: Direction::Up,
        };
        let server = Self {
            wire,
            reads: Direction::Up,
            writes: Direction::Down,
        };
        (client, server)
    }

    /// The number of the connection.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.wire().number()
    }

    /// Counts the connection's bytes, beyond the life of this end.
    #[must_use]
    pub fn meter(&self) -> Meter {
        Meter(Arc::clone(&self.wire))
    }

    /// Breaks the connection.
    pub fn reset(&self) {
        self.wire().reset();
    }

    /// The client turns away from the connection and tells nobody: it neither reads nor writes.
    pub fn abandon(&self) {
        self.wire().abandon();
    }

    /// Says that nothing more will be written.
    pub fn end(&self) {
        self.wire().end(self.writes);
    }

    /// Reads some bytes; 0 at the end.
    ///
    /// # Errors
    /// If the connection is broken.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(cx, buffer)).await
    }

    /// Writes all of them.
    ///
    /// # Errors
    /// If the connection is broken.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = poll_fn(|cx| self.poll_write(cx, bytes)).await?;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ByteStream for Stream {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.wire().read(self.reads, buffer, cx.waker())
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.wire().write(self.writes, bytes, cx.waker())
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire().end(self.writes);
        Poll::Ready(Ok(()))
    }
}

/// Counts the bytes of a connection.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Wire>>);

impl Meter {
    /// Bytes that have been taken in this direction so far.
    #[must_use]
    pub fn taken(&self, direction: Direction) -> u64 {
        let wire = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wire.taken(direction)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.wire().leave(self.reads);
    }
}
