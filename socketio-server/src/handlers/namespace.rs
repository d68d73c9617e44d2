//! Namespaces: a name, its rules, and its handlers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use socketio_session::{Acl, EventNames, NamespaceConfig};

use super::admission::{self, Authorizer};
use super::dispatch::{self, Dispatcher};
use super::handler::{Handler, erase};
use super::handler_table::{EventHandler, NamespaceHandlers};
use super::layer::Layer;

/// A namespace under construction: what clients can do there, and what happens when they do.
///
/// ```
/// use socketio_server::{Acl, Args, Namespace, Socket};
///
/// Namespace::new("/chat")
///     .initial_acl(Acl::only(["connect", "nickname"]))
///     .on("nickname", async |socket: Socket, Args((name,)): Args<(String,)>| {
///         socket.acl().lift()?;
///         socket.broadcast().emit("announcement", (format!("{name} connected"),))?;
///         Ok(true)
///     });
/// ```
pub struct Namespace {
    pub(crate) config: NamespaceConfig,
    pub(crate) handlers: NamespaceHandlers,
    pub(crate) layers: Vec<Arc<dyn Layer>>,
}

impl Namespace {
    /// A namespace of this name, which is compared exactly and usually begins with a slash.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            config: NamespaceConfig::new(name),
            handlers: NamespaceHandlers::default(),
            layers: Vec::new(),
        }
    }

    /// The global namespace, which every client is in from the start.
    #[must_use]
    pub fn global() -> Self {
        Self::new("")
    }

    /// Handles the event `name`. Events of one client are handled one at a time, in the order
    /// in which they were sent.
    ///
    /// `connect`, `disconnect` and `newListener` never arrive as events: a server with a handler
    /// for one of them is not built.
    #[must_use]
    pub fn on<P: 'static>(self, name: impl Into<Box<str>>, handler: impl Handler<P>) -> Self {
        self.insert(name.into(), handler, false)
    }

    /// Like [`on`](Self::on), but the client's next events do not wait for this handler.
    #[must_use]
    pub fn on_concurrently<P: 'static>(
        self,
        name: impl Into<Box<str>>,
        handler: impl Handler<P>,
    ) -> Self {
        self.insert(name.into(), handler, true)
    }

    fn insert<P: 'static>(
        mut self,
        name: Box<str>,
        handler: impl Handler<P>,
        concurrent: bool,
    ) -> Self {
        self.config.event_names.list(name.clone());
        let handler = EventHandler {
            handler: erase(handler),
            concurrent,
        };
        self.handlers.events.insert(name, handler);
        self
    }

    /// Handles the events that have no handler of their own.
    #[must_use]
    pub fn on_any<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.any_event = Some(erase(handler));
        self
    }

    /// Handles messages; see [`Text`](crate::Text).
    #[doc(alias = "recv_message")]
    #[must_use]
    pub fn on_message<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.message = Some(erase(handler));
        self
    }

    /// Handles JSON messages; see [`Json`](crate::Json) and [`RawJson`](crate::RawJson).
    #[doc(alias = "recv_json")]
    #[must_use]
    pub fn on_json<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.json = Some(erase(handler));
        self
    }

    /// Handles error packets, which no known client library sends by itself; see
    /// [`ErrorPacket`](crate::ErrorPacket). Without a handler they are ignored.
    #[doc(alias = "recv_error")]
    #[must_use]
    pub fn on_error_packet<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.error_packet = Some(erase(handler));
        self
    }

    /// Prepares each client's place in the namespace, before anything else of the client is
    /// handled here: before the authorization, before
    /// [`on_connect`](Self::on_connect), and before the packet with which it joins, if that is
    /// no connect packet. Everything that the client sends waits meanwhile.
    ///
    /// It runs once for each membership, in the global namespace as well. Here is the place to
    /// put values into [`Socket::extensions`](crate::Socket::extensions) for handlers to take
    /// ([`Extension`](crate::Extension)) and to open or close the access control list. The
    /// client is not in the namespace yet: nothing can be sent, and rooms cannot be entered.
    ///
    /// If it fails, or takes longer than
    /// [`authorization_timeout`](crate::ServerLimits::authorization_timeout), the client is
    /// refused; in the global namespace, where nobody can be refused, its session ends. The same
    /// happens if a [`Layer`] keeps it from running.
    #[must_use]
    pub fn initialize<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.config.asks_before_join = true;
        self.handlers.initializer = Some(erase(handler));
        self
    }

    /// Runs when a client has joined.
    #[doc(alias = "recv_connect")]
    #[must_use]
    pub fn on_connect<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.connect = Some(erase(handler));
        self
    }

    /// Runs when a client has left, for whatever reason; see
    /// [`DisconnectReason`](crate::DisconnectReason). Jobs that the socket has spawned are
    /// cancelled after it.
    #[doc(alias = "recv_disconnect")]
    #[must_use]
    pub fn on_disconnect<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.disconnect = Some(erase(handler));
        self
    }

    /// Runs when something went wrong here: a client sent what could not be handled, or a
    /// handler failed; see [`Fault`](crate::Fault). The client was told already.
    #[must_use]
    pub fn on_error<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.error = Some(erase(handler));
        self
    }

    /// What a client may do at first. Default: everything.
    ///
    /// A list governs the join itself, too, but for the global namespace: unless it names
    /// [`CONNECT_METHOD`](crate::CONNECT_METHOD), whoever
    /// [`initialize`](Self::initialize) or [`authorize`](Self::authorize) does not open the list
    /// for is refused, and hears nothing of what is said here. A server with a namespace that
    /// nobody could ever join is not built.
    #[doc(alias = "get_initial_acl")]
    #[must_use]
    pub fn initial_acl(mut self, acl: Acl) -> Self {
        self.config.initial_acl = acl;
        self
    }

    /// Which event names are let through, besides those that have handlers. Default:
    /// [`EventNames::default`].
    #[must_use]
    pub fn event_names(mut self, names: EventNames) -> Self {
        // Functions of the application are not called under locks.
        self.config.defers_judgement |= names.is_custom();
        let handled = self.handlers.events.keys().cloned();
        self.config.event_names = names;
        for name in handled {
            self.config.event_names.list(name);
        }
        self
    }

    /// Events that are ignored here: neither answered nor delivered (`blacklist` of the
    /// reference). Default: none, besides `connect`, `disconnect` and `newListener`, which
    /// always are.
    #[must_use]
    pub fn blacklist<E: Into<Box<str>>>(mut self, events: impl IntoIterator<Item = E>) -> Self {
        self.config
            .blacklist
            .extend(events.into_iter().map(Into::into));
        self
    }

    /// Decides about each client that asks to join. Until it has decided, everything that the
    /// client sends waits; if it fails or takes longer than
    /// [`authorization_timeout`](crate::ServerLimits::authorization_timeout), the client is
    /// refused. It may return a `bool`, an [`Admission`](crate::Admission), or a `Result` of
    /// these. If one of its parameters cannot be extracted, the client is not authorized.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use socketio_server::{ConnectQuery, Namespace, State};
    ///
    /// # struct Tokens; impl Tokens { fn know(&self, _: &str) -> bool { true } }
    /// Namespace::new("/admin").authorize(
    ///     async |ConnectQuery(query): ConnectQuery, State(tokens): State<Arc<Tokens>>| {
    ///         tokens.know(&query)
    ///     },
    /// );
    /// ```
    ///
    /// Where it is, only a connect packet joins: other packets carry no credentials, and are
    /// answered `no_such_namespace` until the client has joined. Where it is not, a client's
    /// first packet of any kind joins.
    ///
    /// The global namespace cannot be refused, and a server whose global namespace asks is not
    /// built. The handshake can be refused:
    /// [`ServerBuilder::authorize`](crate::ServerBuilder::authorize).
    #[must_use]
    pub fn authorize<P: 'static>(mut self, authorizer: impl Authorizer<P>) -> Self {
        self.config.asks_before_join = true;
        self.config.requires_connect = true;
        self.handlers.authorizer = Some(admission::erase(authorizer));
        self
    }

    /// Replaces the way from packets to handlers: sees every event, message, JSON message and
    /// error packet before a handler is looked up, and decides what becomes of it
    /// ([`Dispatch`](crate::Dispatch)). The client's next packets wait for it.
    ///
    /// Here for clients that put the name of an event into a message:
    ///
    /// ```
    /// use socketio_server::{Dispatch, Namespace, PacketKind, RawPacket};
    ///
    /// Namespace::new("/old").dispatch(async |packet: RawPacket| match packet.kind() {
    ///     PacketKind::Event => {
    ///         let name = packet.name().unwrap_or_default();
    ///         Dispatch::PassAs(name.replace(' ', "_"))
    ///     }
    ///     PacketKind::Message => Dispatch::PassAs("line".into()),
    ///     _ => Dispatch::Drop,
    /// });
    /// ```
    ///
    /// The access control list and the rule for event names are applied behind it, to the name
    /// under which the packet is passed on. What it handles itself, nothing else judges: it may
    /// ask [`SocketAcl::is_allowed`](crate::SocketAcl::is_allowed). Packets of clients that are
    /// not in the namespace, undecodable ones, acknowledgements, and events whose names are
    /// inert (`connect`, `disconnect`, `newListener`) do not get here; joining and leaving have
    /// handlers of their own.
    #[doc(alias = "process_packet")]
    #[doc(alias = "process_event")]
    #[doc(alias = "call_method")]
    #[must_use]
    pub fn dispatch<P: 'static>(mut self, dispatcher: impl Dispatcher<P>) -> Self {
        self.config.defers_judgement = true;
        self.handlers.dispatcher = Some(dispatch::erase(dispatcher));
        self
    }

    /// How long a handler of the namespace may take, or its dispatcher, instead of what
    /// [`ServerLimits::handler_timeout`](crate::ServerLimits::handler_timeout) says: for one whose
    /// work takes longer, or `None` for as long as it likes.
    ///
    /// ```
    /// use std::time::Duration;
    /// use socketio_server::Namespace;
    ///
    /// Namespace::new("/reports").handler_timeout(Duration::from_secs(600));
    /// Namespace::new("/trusted").handler_timeout(None);
    /// ```
    #[must_use]
    pub fn handler_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.handlers.timeout = Some(timeout.into());
        self
    }

    /// Puts something around all handlers of the namespace, and around the jobs of its sockets;
    /// see [`Layer`]. The first that is added is the outermost, but for those of the server.
    #[doc(alias = "exception_handler_decorator")]
    #[must_use]
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Namespace")
            .field("config", &self.config)
            .field("handlers", &self.handlers)
            .field("layers", &self.layers.len())
            .finish()
    }
}
