//! Settings, in the words of the user.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use socketio_proto::{FlashPolicy, TransportName};
use socketio_session::{
    EventRatePolicy, Fault, OverflowPolicy, RateLimit, SessionConfig, SessionId, SessionLimits,
};

use crate::client_files::{ClientFileSource, Content, JAVASCRIPT, SCRIPT};
use crate::handlers::{HandlerError, Layer, Namespace, StateMap};
use crate::handshake::Handshake;
use crate::hooks::Hooks;
use crate::listen::Listen;
use crate::origins::Origins;
use crate::runtime::Runtime;
use crate::settings::{ServerLimits, Settings};

/// A server to be. Defaults are the reference server's (`socket.io` 0.9 `lib/manager.js`),
/// apart from origins: other sites' pages are refused unless they are allowed.
///
/// Nothing in it depends on the runtime `R` until the server is built.
/// [`ServerBuilder::new`] leaves it open which one that will be, for code that is to serve on
/// several; drivers have builders for theirs.
pub struct ServerBuilder<R = Undecided> {
    pub(crate) settings: Settings,
    pub(crate) session: SessionConfig,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) state: StateMap,
    pub(crate) hooks: Hooks,
    pub(crate) session_id_prefix: Option<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) blacklist: BTreeSet<Box<str>>,
    pub(crate) client_files: Vec<ClientFileSource>,
    pub(crate) client_max_age: Duration,
    pub(crate) listens: Vec<Listen>,
    pub(crate) layers: Vec<Arc<dyn Layer>>,
    pub(crate) policy_listens: Vec<Listen>,
    runtime: PhantomData<R>,
}

/// The runtime of a [`ServerBuilder`] that has not been told yet
/// [which one](ServerBuilder::on_runtime) it is for.
#[derive(Debug, Clone, Copy)]
pub enum Undecided {}

impl<R> Default for ServerBuilder<R> {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            session: SessionConfig::default(),
            namespaces: Vec::new(),
            state: StateMap::default(),
            hooks: Hooks::default(),
            session_id_prefix: None,
            trusted_proxies: Vec::new(),
            blacklist: BTreeSet::new(),
            client_files: Vec::new(),
            client_max_age: Duration::ZERO,
            listens: Vec::new(),
            layers: Vec::new(),
            policy_listens: Vec::new(),
            runtime: PhantomData,
        }
    }
}

impl ServerBuilder {
    /// Default settings, for whatever runtime. What comes of them is decided by
    /// [`on_runtime`](Self::on_runtime).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<R> ServerBuilder<R> {
    /// The same settings for a server on another runtime: `builder.on_runtime::<Driver>()`, with
    /// the `Driver` of a driver crate.
    #[must_use]
    pub fn on_runtime<S: Runtime>(self) -> ServerBuilder<S> {
        ServerBuilder {
            settings: self.settings,
            session: self.session,
            namespaces: self.namespaces,
            state: self.state,
            hooks: self.hooks,
            session_id_prefix: self.session_id_prefix,
            trusted_proxies: self.trusted_proxies,
            blacklist: self.blacklist,
            client_files: self.client_files,
            client_max_age: self.client_max_age,
            listens: self.listens,
            layers: self.layers,
            policy_listens: self.policy_listens,
            runtime: PhantomData,
        }
    }

    /// Adds a namespace. The global one exists without being added.
    #[must_use]
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespaces.push(namespace);
        self
    }

    /// Gives handlers a value to share: they take it as [`State<S>`](crate::State). One for
    /// each type.
    #[must_use]
    pub fn state<S: Clone + Send + Sync + 'static>(mut self, state: S) -> Self {
        self.state.insert(state);
        self
    }

    /// The path below which the server answers (`resource` of the reference): segments of
    /// letters, digits and `-._~`, between slashes. Default `socket.io`.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.settings.resource = resource.into();
        self
    }

    /// The transports to offer, the preferred one first (`transports`). Default: websocket, htmlfile,
    /// xhr-polling, jsonp-polling.
    #[must_use]
    pub fn transports(mut self, transports: impl IntoIterator<Item = TransportName>) -> Self {
        self.settings.transports = transports.into_iter().collect();
        self
    }

    /// How often heartbeats are sent on websockets and streams (`heartbeat interval`); `None`
    /// sends none (`heartbeats` of the reference, switched off). Default 25 s; must be below
    /// the heartbeat timeout and the close timeout.
    ///
    /// Clients take silence for the end: without heartbeats, the server must find something
    /// else to say within the close timeout. A peer of a websocket or stream that vanishes without a
    /// word is then only noticed by the operating system ([`Listen::keepalive`]), or when the
    /// outbox runs over.
    #[must_use]
    pub fn heartbeat_interval(mut self, interval: impl Into<Option<Duration>>) -> Self {
        self.session.heartbeat_interval = interval.into();
        self
    }

    /// How long a client may leave a heartbeat unanswered (`heartbeat timeout`). Default 60 s; at
    /// most 2,147,483 s, the longest that clients can count. Clients apply it, too: it must be
    /// well above the interval.
    #[must_use]
    pub const fn heartbeat_timeout(mut self, timeout: Duration) -> Self {
        self.session.heartbeat_timeout = timeout;
        self
    }

    /// How long a client may be without a transport (`close timeout`). Default 60 s; at most
    /// 2,147,483 s. Clients apply it to a server that says nothing.
    #[must_use]
    pub const fn close_timeout(mut self, timeout: Duration) -> Self {
        self.session.close_timeout = timeout;
        self
    }

    /// How long a poll without news is held (`polling duration`). Default 20 s; must be below
    /// the close timeout.
    #[must_use]
    pub const fn polling_duration(mut self, duration: Duration) -> Self {
        self.session.polling_duration = duration;
        self
    }

    /// How long a handshake may stay unused. Default 30 s.
    #[must_use]
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.session.handshake_timeout = timeout;
        self
    }

    /// What happens when a client reads too slowly for what it is sent. Default
    /// [`OverflowPolicy::Disconnect`].
    #[must_use]
    pub const fn overflow(mut self, policy: OverflowPolicy) -> Self {
        self.session.overflow = policy;
        self
    }

    /// How fast each client may send packets, of whatever kind but heartbeats. Default `None`, as
    /// fast as it likes: who sends faster than handlers work is held back in any case, and what
    /// they may cost only the application knows.
    #[must_use]
    pub fn event_rate(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.session.event_rate = limit.into();
        self
    }

    /// What happens to a client that is faster. Default [`EventRatePolicy::Throttle`]: nothing is
    /// read of it for a while.
    #[must_use]
    pub const fn event_rate_policy(mut self, policy: EventRatePolicy) -> Self {
        self.session.event_rate_policy = policy;
        self
    }

    /// The bounds of each session: `SessionLimits::default().rooms(8)`.
    #[must_use]
    pub fn session_limits(mut self, limits: SessionLimits) -> Self {
        self.session.limits = limits;
        self
    }

    /// The bounds of the server: `ServerLimits::default().sessions(10_000)`.
    #[must_use]
    pub fn limits(mut self, limits: ServerLimits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Adds proxies that are believed when they say in `X-Forwarded-For` where a request comes from:
    /// addresses, networks such as `10.0.0.0/8`, or `unix` for those that connect through a Unix
    /// socket (and for a framework that names no [peer](crate::Handshake::peer)). Default: none,
    /// since anybody can send such a header.
    ///
    /// The client is then the last address in it that no trusted proxy has. What is malformed is not
    /// guessed at: then it is the address that was known up to there, in the end the proxy's own.
    /// Trust only what nobody else can connect from.
    ///
    /// This decides what [`Handshake::peer`](crate::Handshake::peer) and the access log say, and
    /// whom [limits for each peer](ServerLimits) count.
    #[must_use]
    pub fn trusted_proxies<P: Into<String>>(
        mut self,
        proxies: impl IntoIterator<Item = P>,
    ) -> Self {
        self.trusted_proxies
            .extend(proxies.into_iter().map(Into::into));
        self
    }

    /// Whose pages may talk to the server (`origins`, which allows everybody on the reference).
    /// Default [`Origins::same_only`].
    #[must_use]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.settings.origins = origins;
        self
    }

    /// Events that are ignored in all namespaces: neither answered nor delivered (`blacklist`
    /// of the reference). Default: none, besides `connect`, `disconnect` and `newListener`,
    /// which always are.
    #[must_use]
    pub fn blacklist<E: Into<Box<str>>>(mut self, events: impl IntoIterator<Item = E>) -> Self {
        self.blacklist.extend(events.into_iter().map(Into::into));
        self
    }

    /// Decides about each handshake (`authorization`): `Ok(true)` lets it in, `Ok(false)`
    /// answers 403, an error 500. It finds the server's state in [`Handshake::state`]. What it
    /// puts into [`Handshake::extensions`], handlers find in
    /// [`Socket::session_extensions`](crate::Socket::session_extensions).
    #[must_use]
    pub fn authorize<F, Fut>(mut self, authorizer: F) -> Self
    where
        F: Fn(Arc<Handshake>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<bool, HandlerError>> + Send + 'static,
    {
        self.hooks.authorizer = Some(Box::new(move |handshake| Box::pin(authorizer(handshake))));
        self
    }

    /// Puts something around the handlers of all namespaces, and around the jobs of all sockets;
    /// see [`Layer`]. The first that is added is the outermost.
    #[must_use]
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// Hears of everything that clients do wrong and of every handler that fails, in all
    /// namespaces. It must not block.
    #[must_use]
    pub fn on_fault(mut self, hook: impl Fn(SessionId, &Fault) + Send + Sync + 'static) -> Self {
        self.hooks.fault = Some(Box::new(hook));
        self
    }

    /// Answers the requests that are none of Socket.IO's. Default: 404.
    #[must_use]
    pub fn fallback(
        mut self,
        fallback: impl Fn(&Request<()>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.fallback = Some(Box::new(fallback));
        self
    }

    /// The browser client, served as `/socket.io/socket.io.js` (`browser client` of the
    /// reference, which brings one along). Default: none.
    #[must_use]
    pub fn client_script(self, script: impl Into<Bytes>) -> Self {
        self.client_file(SCRIPT, script, JAVASCRIPT)
    }

    /// Likewise, from a file, which is read once, when the server is built.
    #[must_use]
    pub fn client_script_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.client_files.push(ClientFileSource {
            path: String::from(SCRIPT),
            content: Content::File(file.into()),
            content_type: String::from(JAVASCRIPT),
        });
        self
    }

    /// Another file of the browser client, such as `static/flashsocket/WebSocketMain.swf`: its
    /// path below the resource, what is in it, and its content type. Paths begin with
    /// `static/`, or are like `socket.io.*.js`. The last one given for a path is served, as it
    /// is: nothing is compressed. Default: none.
    #[must_use]
    pub fn client_file(
        mut self,
        path: impl Into<String>,
        content: impl Into<Bytes>,
        content_type: impl Into<String>,
    ) -> Self {
        self.client_files.push(ClientFileSource {
            path: path.into(),
            content: Content::Bytes(content.into()),
            content_type: content_type.into(),
        });
        self
    }

    /// How long browsers may use the client's files without asking whether they are still the
    /// same (`browser client expires` of the reference). Default zero: they ask each time, and
    /// are told so in a few bytes if they have the file (`browser client etag`).
    #[must_use]
    pub const fn client_max_age(mut self, max_age: Duration) -> Self {
        self.client_max_age = max_age;
        self
    }

    /// Whether requests for a websocket on other paths than Socket.IO's are refused, with 404,
    /// and their connection closed (`destroy upgrade` of the reference). Default: yes. If not,
    /// the [`fallback`](Self::fallback) answers them, though it cannot open a websocket.
    /// A `tower` layer leaves them to the application in any case.
    #[must_use]
    pub const fn refuse_other_upgrades(mut self, yes: bool) -> Self {
        self.settings.refuse_other_upgrades = yes;
        self
    }

    /// Answers Flash players that ask whether they may open a flashsocket, on whatever the server
    /// listens on. Default: nobody is answered.
    ///
    /// They ask on port 10843 first, unless the page says otherwise (`flash policy port` of the
    /// client), and wait three seconds for that; see
    /// [`flash_policy_listen`](Self::flash_policy_listen). The transport itself,
    /// [`TransportName::FlashSocket`], is offered only if [`transports`](Self::transports) says so.
    #[must_use]
    pub fn flash_policy(mut self, policy: &FlashPolicy) -> Self {
        self.settings.flash_policy = Some(policy.document().into_boxed_str());
        self
    }

    /// Adds something to listen on for policies only, usually a TCP address with port
    /// [`FlashPolicy::PORT`]. Who connects there and asks for nothing is given up after
    /// [`ServerLimits::flash_policy_timeout`]. Nothing is encrypted there: Flash players do not ask
    /// so. Default: none.
    #[must_use]
    pub fn flash_policy_listen(mut self, listen: Listen) -> Self {
        self.policy_listens.push(listen);
        self
    }

    /// How many parts the sessions are spread over, each with a lock and a timer of its own.
    /// Default: four for each core.
    #[must_use]
    pub const fn shards(mut self, shards: usize) -> Self {
        self.settings.shards = shards;
        self
    }

    /// What the session ids of this process begin with: one or two characters of `A-Za-z0-9`.
    /// Default: nothing in particular.
    ///
    /// Every request of a session must reach the process that made the session. With a prefix
    /// for each process, a proxy in front of several can see from the path alone which one that
    /// is. Take prefixes of the same length in all of them, which differ in more than case.
    ///
    /// Of an id's 144 random bits, 138 remain behind one character and 132 behind two.
    #[must_use]
    pub fn session_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.session_id_prefix = Some(prefix.into());
        self
    }

    /// Adds something to listen on: TCP addresses, Unix sockets, listeners that exist already.
    /// A server may have any number of them, which share its limits.
    #[must_use]
    pub fn listen(mut self, listen: Listen) -> Self {
        self.listens.push(listen);
        self
    }
}

impl<R> fmt::Debug for ServerBuilder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("settings", &self.settings)
            .field("session", &self.session)
            .field("namespaces", &self.namespaces)
            .finish_non_exhaustive()
    }
}
