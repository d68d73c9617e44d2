//! A server: what accepts connections, and the handle to it.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_lite::future::or;
use socketio_session::{DisconnectReason, SessionId};
use tracing::{debug, info};

use crate::counters::ServerCounters;
use crate::engine::Engine;
use crate::listen::{LocalAddr, OpenListener};
use crate::runtime::Runtime;
use crate::socket::{NamespaceHandle, SessionHandle};

/// A server that listens, on the runtime `R`. Drivers give it a name without the parameter.
pub struct Server<R: Runtime> {
    engine: Arc<Engine>,
    runtime: R,
    listeners: Vec<OpenListener<R>>,
    policy_listeners: Vec<OpenListener<R>>,
}

impl<R: Runtime> Server<R> {
    pub(crate) const fn new(
        engine: Arc<Engine>,
        runtime: R,
        listeners: Vec<OpenListener<R>>,
        policy_listeners: Vec<OpenListener<R>>,
    ) -> Self {
        Self {
            engine,
            runtime,
            listeners,
            policy_listeners,
        }
    }

    /// The settings of a server to be.
    #[must_use]
    pub fn builder() -> crate::ServerBuilder<R> {
        crate::ServerBuilder::default()
    }

    /// The TCP address it listens on: the first, if there are several.
    ///
    /// # Errors
    /// If it listens on no TCP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let first = self.local_addrs().find_map(LocalAddr::tcp);
        first.ok_or_else(|| io::Error::other("the server listens on no TCP address"))
    }

    /// Everything it listens on, in the order in which it was told to.
    pub fn local_addrs(&self) -> impl Iterator<Item = &LocalAddr> {
        self.listeners.iter().map(OpenListener::address)
    }

    /// What it listens on for Flash policies only, in the order in which it was told to.
    pub fn flash_policy_addrs(&self) -> impl Iterator<Item = &LocalAddr> {
        self.policy_listeners.iter().map(OpenListener::address)
    }

    /// A handle for everything but accepting connections.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        ServerHandle::new(Arc::clone(&self.engine))
    }

    /// Accepts connections until [`ServerHandle::shutdown`] is called, and returns when it is
    /// complete. Failing to accept is not the end: it is tried again.
    pub async fn run(mut self) {
        self.engine.tell_settings();
        for address in self.local_addrs() {
            info!(%address, "listening");
        }
        let open = OpenForConnections::begin(&self.engine);
        let signal = &self.engine.shutdown;
        let beginning = signal.beginning();
        if !signal.has_begun() {
            let mut accepting: Vec<_> = self
                .listeners
                .iter_mut()
                .chain(&mut self.policy_listeners)
                .map(|listener| Box::pin(listener.accept_all(&self.engine, &self.runtime)))
                .collect();
            let accepting = poll_fn(|cx| {
                for listener in &mut accepting {
                    let _: Poll<Infallible> = listener.as_mut().poll(cx);
                }
                Poll::Pending
            });
            or(beginning, accepting).await;
        }
        self.listeners.clear();
        self.policy_listeners.clear();
        drop(open);
        self.engine.wait_until_ended().await;
    }
}

/// Listeners that are there: the end of a server waits for theirs.
struct OpenForConnections(Arc<Engine>);

impl OpenForConnections {
    fn begin(engine: &Arc<Engine>) -> Self {
        engine.shutdown.accepting_began();
        Self(Arc::clone(engine))
    }
}

impl Drop for OpenForConnections {
    fn drop(&mut self) {
        self.0.shutdown.accepting_ended();
    }
}

impl<R: Runtime> fmt::Debug for Server<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listening", &self.local_addrs().collect::<Vec<_>>())
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
    pub(crate) const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    pub(crate) const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// A namespace of the server: to send to its members from outside of handlers.
    #[must_use]
    pub fn of(&self, namespace: &str) -> Option<NamespaceHandle> {
        let id = self.engine.session_config.namespace_id(namespace)?;
        Some(NamespaceHandle::new(Arc::clone(&self.engine), id))
    }

    /// The names of all namespaces, the global one's empty.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        let namespaces = self.engine.session_config.namespaces.iter();
        namespaces.map(|namespace| &*namespace.name)
    }

    /// The session of this id, if there is one.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> Option<SessionHandle> {
        SessionHandle::find(&self.engine, id)
    }

    /// All sessions now.
    #[must_use]
    pub fn sessions(&self) -> Vec<SessionHandle> {
        SessionHandle::all(&self.engine)
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

    /// What the server has counted since it was built: sessions, packets and bytes, and whatever
    /// was refused or dropped. It looks at each session, so ask every few seconds and not with
    /// each event.
    #[must_use]
    pub fn counters(&self) -> ServerCounters {
        self.engine.counters()
    }

    /// Ends the server: no connection is accepted any more, no handshake answered, every
    /// client is sent a goodbye behind what is queued for it. Connections that are there go on
    /// until every client has taken its goodbye, so that polling clients can fetch it. Resolves
    /// when all have and all connections have ended, or after `within`, when what is left is cut
    /// off. True if nothing was left.
    ///
    /// Real clients take a goodbye at its word: they do not come back by themselves.
    pub async fn shutdown(&self, within: Duration) -> bool {
        self.engine.begin_shutdown(Farewell::Goodbye);
        self.complete_shutdown(within).await
    }

    /// Likewise, without goodbyes, for a server that is about to be restarted: what is queued is
    /// still sent, and then transports end. Real clients take that for a lost connection and
    /// come back by themselves.
    pub async fn shutdown_silently(&self, within: Duration) -> bool {
        self.engine.begin_shutdown(Farewell::Silence);
        self.complete_shutdown(within).await
    }

    async fn complete_shutdown(&self, within: Duration) -> bool {
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

/// What clients hear when the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    Goodbye,
    Silence,
}

impl Engine {
    /// What the server was told to be. No secrets are among it.
    fn tell_settings(&self) {
        let (settings, session) = (&self.settings, &self.session_config);
        let names = session.namespaces.iter().map(|namespace| &*namespace.name);
        let transports = settings.transports.iter().map(|name| name.as_str());
        info!(
            resource = settings.resource,
            transports = ?transports.collect::<Vec<_>>(),
            namespaces = ?names.collect::<Vec<_>>(),
            origins = ?settings.origins,
            heartbeat_interval = ?session.heartbeat_interval,
            heartbeat_timeout = ?session.heartbeat_timeout,
            close_timeout = ?session.close_timeout,
            polling_duration = ?session.polling_duration,
            "starting"
        );
        debug!(
            limits = ?settings.limits,
            session_limits = ?session.limits,
            overflow = ?session.overflow,
            shards = self.shard_count(),
            "bounds"
        );
    }

    fn begin_shutdown(self: &Arc<Self>, farewell: Farewell) {
        info!(sessions = self.session_count(), "shutting down");
        self.shutdown.begin();
        let now = self.now();
        let reason = DisconnectReason::ShuttingDown;
        self.for_each_session(|mut session| match farewell {
            Farewell::Goodbye => session.disconnect(now, reason),
            Farewell::Silence => session.disconnect_silently(now, reason),
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
            let is_over = sessions == 0 && connections == 0 && !self.shutdown.is_accepting();
            if self.shutdown.is_given_up() || is_over {
                return;
            }
            if sessions == 0 && !self.shutdown.is_drained() {
                self.shutdown.drain();
            }
            if connections == 0 && self.settings.has_listener {
                // Nobody can come and fetch a goodbye any more. Handlers may still be at work.
                self.abandon_sessions();
            }
            ending.await;
        }
    }
}
