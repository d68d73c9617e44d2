//! What a driver provides: the sockets, timers and tasks of one async runtime.

#[cfg(feature = "async-io")]
mod async_io;
mod executor;
mod futures_stream;

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

pub use socketio_session::Instant;

#[cfg(feature = "async-io")]
pub use self::async_io::{AsyncIoListener, AsyncIoSocket};
pub use self::futures_stream::FuturesStream;

use crate::contained::{Panicked, call_contained};

pub(crate) use self::executor::{BoxedSleep, Executor};

/// An async runtime, as the server needs it.
///
/// A value of the type is a handle that works on any thread. Everything above this trait is
/// the same for all runtimes.
pub trait Runtime: Clone + Debug + Send + Sync + Unpin + 'static {
    /// What accepts TCP connections.
    type TcpListener: Listener;
    /// What accepts connections on a Unix socket.
    #[cfg(unix)]
    type UnixListener: Listener;
    /// A timer that has been started.
    type Sleep: Future<Output = ()> + Send + 'static;

    /// The runtime that the calling task runs on.
    ///
    /// # Panics
    /// May panic outside of a task, if the runtime needs one.
    fn current() -> Self;

    /// Starts a task that nobody waits for. Tasks of the server contain their panics.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    /// Starts a timer: it resolves when `duration` has passed since this call, not since it was
    /// polled first.
    fn sleep(&self, duration: Duration) -> Self::Sleep;

    /// The time since this runtime handle was made or since any other fixed start.
    fn now(&self) -> Instant;

    /// Takes over a TCP listener that is non-blocking.
    ///
    /// # Errors
    /// What the operating system says.
    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Self::TcpListener>;

    /// Takes over a listener on a Unix socket that is non-blocking.
    ///
    /// # Errors
    /// What the operating system says.
    #[cfg(unix)]
    fn unix_listener(
        &self,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self::UnixListener>;

    /// Does work that may block, such as looking a name up, where it holds up nobody.
    ///
    /// # Errors
    /// If the work could not be done, or panicked.
    fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> impl Future<Output = io::Result<T>> + Send;

    /// Fills `bytes` from a secure random source, by default the operating system's.
    ///
    /// # Errors
    /// If the source fails. No session can be made then.
    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::from)
    }
}

/// Does work whose panic is to be an error, as [`Runtime::unblock`] asks for, on a runtime that
/// would pass it on.
///
/// # Errors
/// If the work panicked.
pub fn catch_panic<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    call_contained(work).map_err(|Panicked| io::Error::other("the work panicked"))
}

/// Accepts connections.
pub trait Listener: Send + 'static {
    /// A connection.
    type Stream: ByteStream;

    /// The next connection and the address it comes from, if it has one. Dropping the future
    /// loses none.
    fn accept(
        &mut self,
    ) -> impl Future<Output = io::Result<(Self::Stream, Option<SocketAddr>)>> + Send;
}

/// A byte stream that is read and written without waiting.
pub trait ByteStream: Send + Unpin + 'static {
    /// Reads at least one byte into `buffer`; 0 means that the peer will send no more.
    ///
    /// # Errors
    /// If the connection is broken.
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Writes some of `bytes`.
    ///
    /// # Errors
    /// If the connection is broken.
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// Waits until what was written has left the process.
    ///
    /// # Errors
    /// If the connection is broken.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Ends the sending direction.
    ///
    /// # Errors
    /// If the connection is broken.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl<S: ByteStream + ?Sized> ByteStream for Box<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        (**self).poll_read(cx, buffer)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        (**self).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        (**self).poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        (**self).poll_shutdown(cx)
    }
}
