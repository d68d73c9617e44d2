//! Websockets: the rest of the request in one direction, the body of the response in the other.

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::error::PayloadError;
use actix_web::web::Payload;
use bytes::Bytes;
use futures_lite::StreamExt;
use futures_lite::future::or;
use socketio_server::runtime::ByteStream;
use tokio::io::{
    AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, ReadHalf, WriteHalf, duplex, split,
};
use tokio::sync::oneshot;

/// What is on its way at most, in each direction.
const BUFFER_BYTES: usize = 16 << 10;

/// The two ends of a pipe: the server's, and that of the connection.
pub(crate) fn pair() -> (ServerEnd, ConnectionEnd) {
    let (server, connection) = duplex(BUFFER_BYTES);
    let broken = Arc::new(AtomicBool::new(false));
    let server = ServerEnd {
        pipe: server,
        broken: Arc::clone(&broken),
    };
    (
        server,
        ConnectionEnd {
            pipe: connection,
            broken,
        },
    )
}

/// The server reads here what the client sends.
pub(crate) struct ServerEnd {
    pipe: DuplexStream,
    /// The pipe ends because the connection broke.
    broken: Arc<AtomicBool>,
}

impl ByteStream for ServerEnd {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.pipe).poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 && self.broken.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Poll::Ready(Ok(read))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.pipe).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.pipe).poll_shutdown(cx)
    }
}

/// The connection writes here what the client sends.
pub(crate) struct ConnectionEnd {
    pipe: DuplexStream,
    broken: Arc<AtomicBool>,
}

impl ConnectionEnd {
    /// Brings what the client sends to the server, in a task of this thread that ends with the
    /// connection. What the server sends is the response's body.
    pub(crate) fn carry(self, payload: Payload) -> Outgoing {
        let (read, write) = split(self.pipe);
        let (kept, gone) = oneshot::channel();
        actix_web::rt::spawn(carry_in(payload, write, self.broken, gone));
        Outgoing {
            pipe: read,
            _kept: kept,
        }
    }
}

/// A payload whose connection has broken never says so. But actix-web drops the response then,
/// and `gone` resolves.
async fn carry_in(
    mut payload: Payload,
    mut pipe: WriteHalf<DuplexStream>,
    broken: Arc<AtomicBool>,
    gone: oneshot::Receiver<Infallible>,
) {
    let gone = async {
        let _ = gone.await;
        Some(Err(PayloadError::Incomplete(None)))
    };
    let mut gone = pin!(gone);
    // An end that is in order comes first, even if the response is gone as well.
    while let Some(piece) = or(payload.next(), gone.as_mut()).await {
        let Ok(piece) = piece else {
            broken.store(true, Ordering::Release);
            break;
        };
        if pipe.write_all(&piece).await.is_err() {
            return;
        }
    }
    let _ = pipe.shutdown().await;
}

/// What the server sends, as the body of the response.
pub(crate) struct Outgoing {
    pipe: ReadHalf<DuplexStream>,
    /// Dropped with the response.
    _kept: oneshot::Sender<Infallible>,
}

impl MessageBody for Outgoing {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let mut buffer = [0; BUFFER_BYTES / 4];
        let mut read = ReadBuf::new(&mut buffer);
        let polled = ready!(Pin::new(&mut self.pipe).poll_read(cx, &mut read));
        match (polled, read.filled()) {
            (Ok(()), bytes) if !bytes.is_empty() => {
                Poll::Ready(Some(Ok(Bytes::copy_from_slice(bytes))))
            }
            // The server has ended the websocket.
            _ => Poll::Ready(None),
        }
    }
}
