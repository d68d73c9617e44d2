//! tokio's sockets, timers and tasks.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socketio_server::runtime::{ByteStream, Instant, Listener, Runtime};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Handle;
use tokio::time;

/// The tokio runtime that a server runs on.
#[derive(Debug, Clone)]
pub struct Driver {
    handle: Handle,
    start: time::Instant,
}

impl Driver {
    /// The runtime behind a handle, for
    /// [`ServerBuilder::build_on`](crate::ServerBuilder::build_on) outside of its tasks.
    #[must_use]
    pub fn on(handle: Handle) -> Self {
        let start = time::Instant::now();
        Self { handle, start }
    }
}

impl Runtime for Driver {
    type TcpListener = DriverListener<TcpListener>;
    #[cfg(unix)]
    type UnixListener = DriverListener<UnixListener>;
    type Sleep = DriverSleep;

    fn current() -> Self {
        Self::on(Handle::current())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> DriverSleep {
        let _context = self.handle.enter();
        time::sleep(duration)
    }

    fn now(&self) -> Instant {
        Instant::from_start(self.start.elapsed())
    }

    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Self::TcpListener> {
        let _context = self.handle.enter();
        TcpListener::from_std(listener).map(DriverListener)
    }

    #[cfg(unix)]
    fn unix_listener(
        &self,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self::UnixListener> {
        let _context = self.handle.enter();
        UnixListener::from_std(listener).map(DriverListener)
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let done = self.handle.spawn_blocking(work).await;
        done.map_err(io::Error::other)
    }
}

/// A timer of tokio.
pub type DriverSleep = time::Sleep;

/// A listener of tokio.
#[derive(Debug)]
pub struct DriverListener<L>(L);

impl Listener for DriverListener<TcpListener> {
    type Stream = DriverStream<TcpStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, peer) = self.0.accept().await?;
        // Answers are small and someone waits for them. A connection that is broken already
        // will say so when it is read.
        let _ = stream.set_nodelay(true);
        Ok((DriverStream(stream), Some(peer)))
    }
}

#[cfg(unix)]
impl Listener for DriverListener<UnixListener> {
    type Stream = DriverStream<UnixStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, _unnamed) = self.0.accept().await?;
        Ok((DriverStream(stream), None))
    }
}

/// A connection of tokio.
#[derive(Debug)]
pub struct DriverStream<S>(S);

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> ByteStream for DriverStream<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
