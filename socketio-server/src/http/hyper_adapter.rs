//! hyper's traits for our streams, without unsafe code.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};

use crate::answer::Unflushed;
use crate::runtime::{BoxedSleep, ByteStream, Executor};
use crate::transports::ClientEnd;

/// A byte stream for hyper, which breaks when the client reads nothing for too long.
pub(super) struct HyperStream<S> {
    stream: S,
    executor: Arc<dyn Executor>,
    patience: Duration,
    /// Set while the client takes nothing of what is to be written.
    stalled: Option<BoxedSleep>,
    /// What the bytes carry that hyper was handed.
    unflushed: Unflushed,
    client_end: ClientEnd,
    /// What was read before hyper came, and is to be read again.
    early: Vec<u8>,
}

impl<S> HyperStream<S> {
    pub(super) const fn new(
        stream: S,
        executor: Arc<dyn Executor>,
        patience: Duration,
        unflushed: Unflushed,
        client_end: ClientEnd,
    ) -> Self {
        Self {
            stream,
            executor,
            patience,
            stalled: None,
            unflushed,
            client_end,
            early: Vec::new(),
        }
    }

    /// Has hyper read these bytes first.
    pub(super) fn with_early(mut self, bytes: Vec<u8>) -> Self {
        self.early = bytes;
        self
    }

    pub(super) fn into_inner(self) -> S {
        self.stream
    }

    /// Waits for the client to take what is written, but not for long, and not if a session wants
    /// back what cannot be written at once.
    fn with_patience<T>(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        if self.unflushed.is_recalled(cx.waker()) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| self.executor.sleep(self.patience));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// hyper reads into what it has not initialized; safe code has to go through a buffer. What is small
/// and to be written at once is put together in it, too.
const BUFFER_BYTES: usize = 8 << 10;

thread_local! {
    /// Taken while in use: what is polled meanwhile may read, too.
    static BUFFER: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

fn take_buffer() -> Box<[u8]> {
    let kept = BUFFER.take();
    kept.unwrap_or_else(|| vec![0; BUFFER_BYTES].into_boxed_slice())
}

/// Copies as much into the buffer as it takes, and says how much that is.
fn gather(slices: &[IoSlice<'_>], buffer: &mut [u8]) -> usize {
    let mut length = 0;
    for slice in slices {
        let room = &mut buffer[length..];
        let taken = room.len().min(slice.len());
        room[..taken].copy_from_slice(&slice[..taken]);
        length += taken;
    }
    length
}

impl<S: ByteStream> Read for HyperStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.early.is_empty() {
            let taken = self.early.len().min(cursor.remaining());
            let rest = self.early.split_off(taken);
            cursor.put_slice(&std::mem::replace(&mut self.early, rest));
            return Poll::Ready(Ok(()));
        }
        let mut buffer = take_buffer();
        let room = cursor.remaining().min(BUFFER_BYTES);
        let polled = self.stream.poll_read(cx, &mut buffer[..room]);
        if let Poll::Ready(Ok(read)) = polled {
            if read == 0 && room > 0 {
                self.client_end.reach();
            }
            cursor.put_slice(&buffer[..read]);
        }
        BUFFER.set(Some(buffer));
        polled.map_ok(|_| ())
    }
}

impl<S: ByteStream> Write for HyperStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = self.stream.poll_write(cx, bytes);
        self.with_patience(cx, polled)
    }

    /// Otherwise hyper would copy every body into a buffer that it keeps as long as the connection.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = slices.iter().filter(|slice| !slice.is_empty());
        match (filled.next(), filled.next()) {
            (Some(only), None) => self.poll_write(cx, only),
            (Some(first), Some(_)) if first.len() < BUFFER_BYTES => {
                let mut buffer = take_buffer();
                let length = gather(slices, &mut buffer);
                let polled = self.poll_write(cx, &buffer[..length]);
                BUFFER.set(Some(buffer));
                polled
            }
            (Some(first), Some(_)) => self.poll_write(cx, first),
            (None, _) => self.poll_write(cx, &[]),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = self.stream.poll_flush(cx);
        if let Poll::Ready(Ok(())) = polled {
            // hyper comes here only when it holds no bytes back (its `proto/h1/io.rs`).
            self.unflushed.flushed();
        }
        self.with_patience(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = self.stream.poll_shutdown(cx);
        self.with_patience(cx, polled)
    }
}
