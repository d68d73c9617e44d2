//! Namespaces: a name, its rules, and its handlers.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use socketio_proto::ErrorReason;
use socketio_session::{Acl, Content, EventNames, NamespaceConfig};

use super::context::{EventContext, Trigger};
use super::extract::Rejection;
use super::handler::{ErasedHandler, Handler, erase};
use super::handler_error::HandlerError;
use super::state::StateType;
use super::{ConnectQuery, FromEvent};
use crate::socket::Socket;

/// A namespace under construction: what clients can do there, and what happens when they do.
///
/// ```
/// use socketio_server::{Acl, Args, Namespace, Socket};
///
/// Namespace::new("/chat")
///     .initial_acl(Acl::only(["nickname"]))
///     .on("nickname", async |socket: Socket, Args((name,)): Args<(String,)>| {
///         socket.acl().lift()?;
///         socket.broadcast().emit("announcement", (format!("{name} connected"),))?;
///         Ok(true)
///     });
/// ```
#[derive(Debug)]
pub struct Namespace {
    pub(crate) config: NamespaceConfig,
    pub(crate) handlers: NamespaceHandlers,
}

/// The handlers of a namespace.
#[derive(Debug, Default)]
pub(crate) struct NamespaceHandlers {
    events: HashMap<Box<str>, EventHandler>,
    any_event: Option<Box<dyn ErasedHandler>>,
    message: Option<Box<dyn ErasedHandler>>,
    json: Option<Box<dyn ErasedHandler>>,
    connect: Option<Box<dyn ErasedHandler>>,
    disconnect: Option<Box<dyn ErasedHandler>>,
    error: Option<Box<dyn ErasedHandler>>,
    pub(crate) authorizer: Option<ErasedAuthorizer>,
}

#[derive(Debug)]
struct EventHandler {
    handler: Box<dyn ErasedHandler>,
    concurrent: bool,
}

impl Namespace {
    /// A namespace of this name, which is compared exactly and usually begins with a slash.
    #[must_use]
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self {
            config: NamespaceConfig::new(name),
            handlers: NamespaceHandlers::default(),
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
    #[must_use]
    pub fn on_message<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.message = Some(erase(handler));
        self
    }

    /// Handles JSON messages; see [`Json`](crate::Json) and [`RawJson`](crate::RawJson).
    #[must_use]
    pub fn on_json<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.json = Some(erase(handler));
        self
    }

    /// Runs when a client has joined.
    #[must_use]
    pub fn on_connect<P: 'static>(mut self, handler: impl Handler<P>) -> Self {
        self.handlers.connect = Some(erase(handler));
        self
    }

    /// Runs when a client has left, for whatever reason; see
    /// [`DisconnectReason`](crate::DisconnectReason). Jobs that the socket has spawned are
    /// cancelled after it.
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

    /// What a client may do when it has just joined. Default: everything.
    #[must_use]
    pub fn initial_acl(mut self, acl: Acl) -> Self {
        self.config.initial_acl = acl;
        self
    }

    /// Which event names are let through, besides those that have handlers. Default:
    /// [`EventNames::default`].
    #[must_use]
    pub fn event_names(mut self, names: EventNames) -> Self {
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

    /// Decides about each client that wants to join. Until it has decided, everything that the
    /// client sends waits; if it fails or takes longer than
    /// [`authorization_timeout`](crate::ServerLimits::authorization_timeout), the client is
    /// refused. It may return a `bool`, an [`Admission`], or a `Result` of these.
    ///
    /// The global namespace cannot be refused, and a server whose global namespace asks is not
    /// built. The handshake can be refused:
    /// [`ServerBuilder::authorize`](crate::ServerBuilder::authorize).
    #[must_use]
    pub fn authorize<F, Fut>(mut self, authorizer: F) -> Self
    where
        F: Fn(Socket, ConnectQuery) -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: IntoAdmission,
    {
        self.config.asks_before_join = !self.config.name.is_empty();
        self.handlers.authorizer = Some(ErasedAuthorizer::new(authorizer));
        self
    }

    /// Everything that handlers here need of the server's state.
    pub(crate) fn state_types(&self) -> impl Iterator<Item = StateType> + '_ {
        let handlers = &self.handlers;
        let events = handlers.events.values().map(|event| &event.handler);
        let others = [
            &handlers.any_event,
            &handlers.message,
            &handlers.json,
            &handlers.connect,
            &handlers.disconnect,
            &handlers.error,
        ];
        events
            .chain(others.into_iter().flatten())
            .flat_map(|handler| handler.state_types())
    }
}

impl NamespaceHandlers {
    /// The names of the events that have a handler.
    pub(crate) fn event_names(&self) -> impl Iterator<Item = &str> {
        self.events.keys().map(|name| &**name)
    }

    /// The handler for what happened, and whether the next may start beside it.
    pub(crate) fn find(&self, trigger: &Trigger) -> Option<(&dyn ErasedHandler, bool)> {
        let handler = match trigger {
            Trigger::Connect { .. } => &self.connect,
            Trigger::Disconnect(_) => &self.disconnect,
            Trigger::Fault(_) => &self.error,
            Trigger::Received(Content::Message(_)) => &self.message,
            Trigger::Received(Content::Json(_)) => &self.json,
            Trigger::Received(Content::Event(event)) => match self.events.get(event.name()) {
                Some(event) => return Some((&*event.handler, event.concurrent)),
                None => &self.any_event,
            },
        };
        handler.as_deref().map(|handler| (handler, false))
    }
}

/// The decision about a client that wants to join a namespace.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Let it in.
    Admit,
    /// Keep it out; it is told that it is not authorized.
    Refuse,
    /// Keep it out, for one of the reasons that the wire knows.
    RefuseBecause(ErrorReason),
}

/// What an authorizer may return.
pub trait IntoAdmission {
    /// The decision.
    ///
    /// # Errors
    /// If there is none: the client is refused without a reason, and the error hooks hear why.
    fn into_admission(self) -> Result<Admission, HandlerError>;
}

impl IntoAdmission for Admission {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        Ok(self)
    }
}

impl IntoAdmission for bool {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        Ok(if self {
            Admission::Admit
        } else {
            Admission::Refuse
        })
    }
}

impl<A: IntoAdmission> IntoAdmission for Result<A, HandlerError> {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        self?.into_admission()
    }
}

pub(crate) type AdmissionFuture =
    Pin<Box<dyn Future<Output = Result<Admission, HandlerError>> + Send>>;

/// An authorizer whose type does not matter any more.
pub(crate) struct ErasedAuthorizer(Box<AuthorizerFn>);

type AuthorizerFn = dyn Fn(&mut EventContext) -> Result<AdmissionFuture, Rejection> + Send + Sync;

impl ErasedAuthorizer {
    fn new<F, Fut>(authorizer: F) -> Self
    where
        F: Fn(Socket, ConnectQuery) -> Fut + Send + Sync + 'static,
        Fut: Future + Send + 'static,
        Fut::Output: IntoAdmission,
    {
        Self(Box::new(move |context| {
            let query = ConnectQuery::from_event(context)?;
            let work = authorizer(context.socket.clone(), query);
            Ok(Box::pin(async move { work.await.into_admission() }))
        }))
    }

    pub(crate) fn call(&self, context: &mut EventContext) -> Result<AdmissionFuture, Rejection> {
        (self.0)(context)
    }
}

impl std::fmt::Debug for ErasedAuthorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authorizer")
    }
}
