//! Sockets of the runtimes whose reactor is crate `async-io`.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(windows)]
use std::os::windows::io::{AsSocket, BorrowedSocket};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_io::{Async, IoSafe};
use futures_io::{AsyncRead, AsyncWrite};

use super::{FuturesStream, Listener};

/// A listener.
#[derive(Debug)]
pub struct AsyncIoListener<L>(pub Async<L>);

impl Listener for AsyncIoListener<std::net::TcpListener> {
    type Stream = FuturesStream<AsyncIoSocket<std::net::TcpStream>>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (socket, peer) = self.0.accept().await?;
        // Answers are small and someone waits for them. A connection that is broken already
        // will say so when it is read.
        let _ = socket.get_ref().set_nodelay(true);
        Ok((FuturesStream(AsyncIoSocket::new(socket)), Some(peer)))
    }
}

#[cfg(unix)]
impl Listener for AsyncIoListener<UnixListener> {
    type Stream = FuturesStream<AsyncIoSocket<UnixStream>>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (socket, _unnamed) = self.0.accept().await?;
        Ok((FuturesStream(AsyncIoSocket::new(socket)), None))
    }
}

/// A connected socket that does not ask for what is not there.
///
/// A read that did not fill its buffer took all there was. The next one asks the reactor to wait
/// for more, without being told by the operating system first that there is nothing.
#[derive(Debug)]
pub struct AsyncIoSocket<S> {
    socket: Async<S>,
    is_drained: bool,
}

impl<S> AsyncIoSocket<S> {
    const fn new(socket: Async<S>) -> Self {
        Self {
            socket,
            is_drained: false,
        }
    }
}

impl<S: IoSafe + io::Read + Unpin> AsyncRead for AsyncIoSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if std::mem::take(&mut self.is_drained) {
            // The first answer may be about what has been read since. To ask again is to wait for
            // more, and if that has come meanwhile, the reactor says so at once.
            ready!(self.socket.poll_readable(cx))?;
            ready!(self.socket.poll_readable(cx))?;
        }
        let read = ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        self.is_drained = read < buffer.len();
        Poll::Ready(Ok(read))
    }
}

impl<S: IoSafe + io::Write + Unpin> AsyncWrite for AsyncIoSocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}

#[cfg(unix)]
impl<S: AsFd> AsFd for AsyncIoSocket<S> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

#[cfg(windows)]
impl<S: AsSocket> AsSocket for AsyncIoSocket<S> {
    fn as_socket(&self) -> BorrowedSocket<'_> {
        self.socket.as_socket()
    }
}
