//! A server: what accepts connections, and the handle to it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::or;
use socketio_session::DisconnectReason;
use tracing::{debug, info};

use crate::engine::Engine;
use crate::http::{CountedConnection, serve_connection};
use crate::runtime::{Listener, Runtime};
use crate::socket::NamespaceHandle;

/// How long to wait after an accept failed, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A server that listens, on the runtime `R`. Drivers give it a name without the parameter.
pub struct Server<R: Runtime> {
    engine: Arc<Engine>,
    runtime: R,
    listener: R::Listener,
}

impl<R: Runtime> Server<R> {
    pub(crate) const fn new(engine: Arc<Engine>, runtime: R, listener: R::Listener) -> Self {
        Self {
            engine,
            runtime,
            listener,
        }
    }

    /// The settings of a server to be.
    #[must_use]
    pub fn builder() -> crate::ServerBuilder<R> {
        crate::ServerBuilder::new()
    }

    /// The address it listens on.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// A handle for everything but accepting connections.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        ServerHandle {
            engine: Arc::clone(&self.engine),
        }
    }

    /// Accepts connections until [`ServerHandle::shutdown`] is called, and returns when it is
    /// complete. Failing to accept is not the end: it is tried again.
    pub async fn run(mut self) {
        if let Ok(address) = self.local_addr() {
            info!(%address, "listening");
        }
        let signal = &self.engine.shutdown;
        let beginning = signal.beginning();
        if !signal.has_begun() {
            let accepting = accept_all(&self.engine, &self.runtime, &mut self.listener);
            or(beginning, accepting).await;
        }
        drop(self.listener);
        self.engine.wait_until_ended().await;
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

async fn accept_all<R: Runtime>(engine: &Arc<Engine>, runtime: &R, listener: &mut R::Listener) {
    loop {
        engine.wait_for_connection_slot().await;
        match listener.accept().await {
            Ok((stream, peer)) => {
                let counted = CountedConnection::new(Arc::clone(engine));
                runtime.spawn(serve_connection::<R>(counted, stream, peer));
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

impl<R: Runtime> fmt::Debug for Server<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// A handle to a running server, cheap to clone.
#[derive(Debug, Clone)]
pub struct ServerHandle {
    engine: Arc<Engine>,
}

impl ServerHandle {
    /// A namespace of the server: to send to its members from outside of handlers.
    #[must_use]
    pub fn of(&self, namespace: &str) -> Option<NamespaceHandle> {
        let id = self.engine.session_config.namespace_id(namespace)?;
        Some(NamespaceHandle::new(Arc::clone(&self.engine), id))
    }

    /// Sessions now, including those whose goodbye has not been fetched yet.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.engine.session_count()
    }

    /// Connections now.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.engine.shutdown.connections()
    }

    /// Ends the server: no connection is accepted any more, no handshake answered, every
    /// client is sent a goodbye behind what is queued for it. Connections that are there go on
    /// until every client has taken its goodbye, so that polling clients can fetch it. Resolves
    /// when all have and all connections have ended, or after `within`, when what is left is cut
    /// off. True if nothing was left.
    ///
    /// Real clients take a goodbye at its word: they do not come back by themselves.
    pub async fn shutdown(&self, within: Duration) -> bool {
        self.engine.begin_shutdown();
        let ended = async {
            self.engine.wait_until_ended().await;
            true
        };
        let late = async {
            self.engine.executor.sleep(within).await;
            self.engine.cut_off();
            false
        };
        or(ended, late).await
    }
}

impl Engine {
    fn begin_shutdown(self: &Arc<Self>) {
        info!(sessions = self.session_count(), "shutting down");
        self.shutdown.begin();
        let now = self.now();
        self.for_each_session(|mut session| {
            session.disconnect(now, DisconnectReason::ShuttingDown);
        });
    }

    /// Waits no longer for sessions and connections to end by themselves.
    fn cut_off(self: &Arc<Self>) {
        self.abandon_sessions();
        self.shutdown.give_up();
    }

    fn abandon_sessions(self: &Arc<Self>) {
        let now = self.now();
        self.for_each_session(|mut session| {
            session.abandon(now, DisconnectReason::ShuttingDown);
        });
    }

    /// Waits until the shutdown is complete, or given up.
    async fn wait_until_ended(self: &Arc<Self>) {
        loop {
            let ending = self.shutdown.ending();
            let (sessions, connections) = (self.session_count(), self.shutdown.connections());
            if self.shutdown.is_given_up() || (sessions == 0 && connections == 0) {
                return;
            }
            if sessions == 0 && !self.shutdown.is_drained() {
                self.shutdown.drain();
            }
            if connections == 0 {
                // Nobody can come and fetch a goodbye any more. Handlers may still be at work.
                self.abandon_sessions();
            }
            ending.await;
        }
    }

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
