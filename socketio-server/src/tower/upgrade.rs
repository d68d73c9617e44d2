//! From a foreign connection to a websocket.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_lite::future::or;
use http::Extensions;
use hyper::rt::{Read, ReadBuf, Write};
use hyper::upgrade::{OnUpgrade, Upgraded};
use tracing::trace;

use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::runtime::ByteStream;
use crate::transports::websocket::{WebSocketPump, WebSocketUpgrade};

type Opening = Pin<Box<dyn Future<Output = io::Result<Box<dyn ByteStream>>> + Send>>;

/// A request's extension: what its connection becomes once the response, 101, has been sent.
///
/// hyper, and so axum, has an extension of its own for this, which is understood as well. Adapters
/// of other frameworks put this one into the requests that ask for an upgrade. Without either,
/// websockets are refused with 426, and clients choose another transport.
#[derive(Clone)]
pub struct Upgrade(Arc<Mutex<Option<Opening>>>);

impl Upgrade {
    /// `opening` gives the stream when the response has been sent. What the client sent early is
    /// the first thing to be read from it.
    pub fn new<S: ByteStream>(
        opening: impl Future<Output = io::Result<S>> + Send + 'static,
    ) -> Self {
        let opening = async move {
            let stream: Box<dyn ByteStream> = Box::new(opening.await?);
            Ok(stream)
        };
        Self(Arc::new(Mutex::new(Some(Box::pin(opening)))))
    }

    /// The upgrade that a request's connection is capable of.
    pub(super) fn take_from(extensions: &mut Extensions) -> Option<Self> {
        if let Some(upgrade) = extensions.remove::<Self>() {
            return Some(upgrade);
        }
        let upgrade = extensions.remove::<OnUpgrade>()?;
        Some(Self::new(async move {
            let stream = upgrade.await.map_err(io::Error::other)?;
            Ok(HyperUpgraded(stream))
        }))
    }

    async fn open(self) -> io::Result<Box<dyn ByteStream>> {
        let opening = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match opening {
            Some(opening) => opening.await,
            None => Err(io::Error::other("the connection was upgraded already")),
        }
    }
}

impl fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

/// Waits for the connection to become a websocket, but not for ever, and serves it to its end.
pub(super) fn serve_upgraded(
    engine: Arc<Engine>,
    upgrade: Upgrade,
    websocket: WebSocketUpgrade,
    counted: CountedConnection,
) -> impl Future<Output = ()> + Send {
    let time = engine.settings.limits.unread_response_timeout;
    let deadline = engine.executor.sleep(time);
    let late = async move {
        deadline.await;
        Err(io::ErrorKind::TimedOut.into())
    };
    // Boxed, so that a websocket's task has no room for what came before it.
    let opening = Box::pin(or(upgrade.open(), late));
    async move {
        match opening.await {
            Ok(stream) => WebSocketPump::new(engine, stream, websocket, &[]).await,
            Err(error) => trace!(%error, "the connection never became a websocket"),
        }
        drop(counted);
    }
}

/// A connection that hyper has let go of.
struct HyperUpgraded(Upgraded);

impl ByteStream for HyperUpgraded {
    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(cx, buffer.unfilled()))?;
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
