//! Connections, from whatever listener they come.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::yield_now;
use tracing::debug;

use super::LocalAddr;
#[cfg(feature = "rustls")]
use super::tls::{self, TlsAcceptor};
use crate::contained::Contained;
use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::flash_policy;
use crate::http::serve_connection;
use crate::runtime::{ByteStream, Listener, Runtime};

/// How long to wait after an accept failed, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections of one listener.
pub(crate) struct OpenListener<R: Runtime> {
    pub(super) address: LocalAddr,
    pub(super) incoming: Incoming<R>,
    pub(super) is_for_flash_policies: bool,
    #[cfg(feature = "rustls")]
    pub(super) tls: Option<TlsAcceptor>,
    #[cfg(unix)]
    pub(super) _file: Option<super::unix::SocketFile>,
}

pub(super) enum Incoming<R: Runtime> {
    Tcp(R::TcpListener),
    #[cfg(unix)]
    Unix(R::UnixListener),
}

/// How the connections of a listener are served.
#[derive(Clone)]
enum Service {
    Plain,
    #[cfg(feature = "rustls")]
    Tls(TlsAcceptor),
    FlashPolicy,
}

/// A task for a connection.
type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<R: Runtime> OpenListener<R> {
    pub(crate) const fn address(&self) -> &LocalAddr {
        &self.address
    }

    /// Whoever connects is told the policy for Flash objects, and nothing else.
    pub(crate) fn for_flash_policies(mut self) -> Self {
        self.is_for_flash_policies = true;
        self
    }

    /// Accepts connections, and starts a task for each, for as long as it is polled.
    pub(crate) async fn accept_all(&mut self, engine: &Arc<Engine>, runtime: &R) -> Infallible {
        let service = self.service();
        match (&mut self.incoming, service) {
            // What most connections are is served without a detour.
            (Incoming::Tcp(listener), Service::Plain) => {
                let serve = |counted, stream, peer| {
                    runtime.spawn(Contained::new(serve_connection(counted, stream, peer)));
                };
                accept_each(engine, runtime, listener, serve).await
            }
            (Incoming::Tcp(listener), service) => {
                let serve = |counted, stream, peer| {
                    runtime.spawn(Contained::new(service.serve(
                        counted,
                        Box::new(stream),
                        peer,
                    )));
                };
                accept_each(engine, runtime, listener, serve).await
            }
            #[cfg(unix)]
            (Incoming::Unix(listener), service) => {
                let serve = |counted, stream, peer| {
                    runtime.spawn(Contained::new(service.serve(
                        counted,
                        Box::new(stream),
                        peer,
                    )));
                };
                accept_each(engine, runtime, listener, serve).await
            }
        }
    }

    fn service(&self) -> Service {
        if self.is_for_flash_policies {
            return Service::FlashPolicy;
        }
        #[cfg(feature = "rustls")]
        if let Some(acceptor) = &self.tls {
            return Service::Tls(acceptor.clone());
        }
        Service::Plain
    }
}

impl Service {
    /// Not generic, so that it is compiled once for all kinds of streams and all runtimes.
    fn serve(
        &self,
        counted: CountedConnection,
        stream: Box<dyn ByteStream>,
        peer: Option<SocketAddr>,
    ) -> Serving {
        match self {
            Self::Plain => Box::pin(serve_connection(counted, stream, peer)),
            #[cfg(feature = "rustls")]
            Self::Tls(acceptor) => Box::pin(tls::serve(acceptor.clone(), counted, stream, peer)),
            Self::FlashPolicy => Box::pin(flash_policy::serve(counted, stream)),
        }
    }
}

async fn accept_each<R: Runtime, L: Listener>(
    engine: &Arc<Engine>,
    runtime: &R,
    listener: &mut L,
    serve: impl Fn(CountedConnection, L::Stream, Option<SocketAddr>),
) -> Infallible {
    loop {
        engine.wait_for_connection_slot().await;
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Another listener may have taken the place meanwhile.
                engine.wait_for_connection_slot().await;
                match CountedConnection::of_peer(engine, peer) {
                    Ok(counted) => serve(counted, stream, peer),
                    Err(refusal) => {
                        engine.counts.connections_refused.add_one();
                        debug!(?peer, %refusal, "connection refused");
                    }
                }
                // However many come, the other listeners and the shutdown have their turn.
                yield_now().await;
            }
            Err(error) => {
                debug!(%error, "accept failed");
                if !is_about_one_connection(&error) {
                    runtime.sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Whether the next connection may well be accepted.
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

impl Engine {
    async fn wait_for_connection_slot(&self) {
        loop {
            let ending = self.shutdown.ending();
            if self.shutdown.connections() < self.settings.limits.connections {
                return;
            }
            ending.await;
        }
    }
}
