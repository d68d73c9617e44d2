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
use tokio::runtime::Handle;
use tokio::time;

/// The tokio runtime that a server runs on.
#[derive(Debug, Clone)]
pub struct Tokio {
    handle: Handle,
    start: time::Instant,
}

impl Runtime for Tokio {
    type Stream = TokioStream;
    type Listener = TokioListener;
    type Sleep = time::Sleep;

    fn current() -> Self {
        Self {
            handle: Handle::current(),
            start: time::Instant::now(),
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> time::Sleep {
        let _context = self.handle.enter();
        time::sleep(duration)
    }

    fn now(&self) -> Instant {
        Instant::from_start(self.start.elapsed())
    }

    async fn bind(&self, address: SocketAddr) -> io::Result<TokioListener> {
        TcpListener::bind(address).await.map(TokioListener)
    }
}

/// A TCP listener.
#[derive(Debug)]
pub struct TokioListener(TcpListener);

impl Listener for TokioListener {
    type Stream = TokioStream;

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(TokioStream, Option<SocketAddr>)> {
        let (stream, peer) = self.0.accept().await?;
        // Answers are small and someone waits for them. A connection that is broken already
        // will say so when it is read.
        let _ = stream.set_nodelay(true);
        Ok((TokioStream(stream), Some(peer)))
    }
}

/// A TCP connection.
#[derive(Debug)]
pub struct TokioStream(TcpStream);

impl ByteStream for TokioStream {
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
