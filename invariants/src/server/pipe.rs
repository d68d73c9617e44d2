//! A connection without a socket.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use socketio_server::runtime::ByteStream;

/// The two ends of a new connection.
pub(super) fn connect() -> (ClientEnd, ServerEnd) {
    let pipe = Arc::new(Mutex::new(Pipe {
        window: usize::MAX,
        ..Pipe::default()
    }));
    (ClientEnd(Arc::clone(&pipe)), ServerEnd(pipe))
}

#[derive(Debug, Default)]
struct Pipe {
    to_server: VecDeque<u8>,
    to_client: Vec<u8>,
    /// What the server may still write before the client reads on.
    window: usize,
    is_ended_by_client: bool,
    is_ended_by_server: bool,
    is_broken: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn wake(&mut self) {
        let both = [self.reader.take(), self.writer.take()];
        both.into_iter().flatten().for_each(Waker::wake);
    }
}

fn locked(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the client holds of a connection. Dropped, it is broken.
#[derive(Debug)]
pub(super) struct ClientEnd(Arc<Mutex<Pipe>>);

impl ClientEnd {
    pub(super) fn send(&self, bytes: &[u8]) {
        let mut pipe = locked(&self.0);
        pipe.to_server.extend(bytes);
        pipe.wake();
    }

    /// Sends nothing more.
    pub(super) fn end(&self) {
        let mut pipe = locked(&self.0);
        pipe.is_ended_by_client = true;
        pipe.wake();
    }

    /// Takes so many more bytes from the server, and then none.
    pub(super) fn read_on(&self, window: usize) {
        let mut pipe = locked(&self.0);
        pipe.window = window;
        pipe.wake();
    }

    /// Everything that the server has written since it was asked last.
    pub(super) fn received(&self) -> Vec<u8> {
        std::mem::take(&mut locked(&self.0).to_client)
    }

    /// Whether the server will write nothing more.
    pub(super) fn is_ended_by_server(&self) -> bool {
        locked(&self.0).is_ended_by_server
    }
}

impl Drop for ClientEnd {
    fn drop(&mut self) {
        let mut pipe = locked(&self.0);
        pipe.is_broken = true;
        pipe.wake();
    }
}

/// What the server holds of a connection. Dropped, it is ended.
#[derive(Debug)]
pub(super) struct ServerEnd(Arc<Mutex<Pipe>>);

impl ByteStream for ServerEnd {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut pipe = locked(&self.0);
        if pipe.is_broken {
            return Poll::Ready(Err(ErrorKind::ConnectionReset.into()));
        }
        if pipe.to_server.is_empty() && !pipe.is_ended_by_client {
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = buffer.len().min(pipe.to_server.len());
        for (place, byte) in buffer.iter_mut().zip(pipe.to_server.drain(..count)) {
            *place = byte;
        }
        Poll::Ready(Ok(count))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut pipe = locked(&self.0);
        assert!(!pipe.is_ended_by_server, "written after the end");
        if pipe.is_broken {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        if pipe.window == 0 && !bytes.is_empty() {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let count = bytes.len().min(pipe.window);
        pipe.window -= count;
        pipe.to_client.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        locked(&self.0).is_ended_by_server = true;
        Poll::Ready(Ok(()))
    }
}

impl Drop for ServerEnd {
    fn drop(&mut self) {
        locked(&self.0).is_ended_by_server = true;
    }
}
