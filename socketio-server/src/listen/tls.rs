//! Encrypted connections: rustls over the byte streams of whatever runtime.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::future::or;
use futures_rustls::rustls::ServerConfig;
use futures_rustls::server;
use tracing::trace;

use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::http::serve_connection;
use crate::runtime::ByteStream;

/// Agrees with clients on how to encrypt.
#[derive(Clone)]
pub(super) struct TlsAcceptor(futures_rustls::TlsAcceptor);

impl TlsAcceptor {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self(config.into())
    }

    /// Fails if the client takes too long, or if the server ends meanwhile.
    async fn accept(&self, engine: &Engine, stream: Box<dyn ByteStream>) -> io::Result<TlsStream> {
        let accepted = async {
            let stream = self.0.accept(Transport(stream)).await?;
            Ok(TlsStream(Box::new(stream)))
        };
        let late = async {
            let timeout = engine.settings.limits.tls_handshake_timeout;
            engine.executor.sleep(timeout).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let ending = async {
            loop {
                let draining = engine.shutdown.draining();
                if engine.shutdown.is_drained() {
                    return Err(io::Error::other("the server ends"));
                }
                draining.await;
            }
        };
        or(accepted, or(late, ending)).await
    }
}

/// Serves a connection until it ends, once it is encrypted.
pub(super) async fn serve(
    acceptor: TlsAcceptor,
    counted: CountedConnection,
    stream: Box<dyn ByteStream>,
    peer: Option<SocketAddr>,
) {
    // Boxed, so that nothing of it stays when it is done.
    let accepted = Box::pin(acceptor.accept(counted.engine(), stream)).await;
    match accepted {
        Ok(stream) => serve_connection(counted, stream, peer).await,
        Err(error) => trace!(?peer, %error, "TLS handshake failed"),
    }
}

/// What goes in and out in clear, and is encrypted on its way.
struct TlsStream(Box<server::TlsStream<Transport>>);

impl ByteStream for TlsStream {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_read(cx, buffer)
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    /// Tells the client that this is the end, and no attacker's cut.
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_close(cx)
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsStream")
    }
}

/// A byte stream as rustls's adapter wants it.
struct Transport(Box<dyn ByteStream>);

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_shutdown(cx)
    }
}
