//! Sockets: a client in a namespace, as handlers see it.

mod ack_request;
mod acl;
mod broadcast;
mod encoding;
mod namespace_handle;
mod session_handle;
mod spawning;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use socketio_proto::TransportName;
use socketio_session::{
    Delivery, Misuse, NamespaceId, OverflowPolicy, ReplyTo, SendOptions, SessionId,
};

pub use self::ack_request::AckRequest;
pub use self::acl::SocketAcl;
pub use self::broadcast::BroadcastBuilder;
pub use self::namespace_handle::NamespaceHandle;
pub use self::session_handle::{SessionHandle, SessionState};

use self::encoding::Outgoing;
use crate::engine::{Engine, Membership, SessionAddress};
use crate::error::SendError;
use crate::extensions::Extensions;
use crate::handlers::{EventArgs, ReplyArgs};
use crate::handshake::Handshake;

/// A client in a namespace.
///
/// A handle: cheap to clone, usable from any task, and it does not keep the session alive.
/// When the client has gone, what needs it fails with [`Misuse`].
#[derive(Clone)]
pub struct Socket {
    engine: Arc<Engine>,
    membership: Arc<Membership>,
}

impl Socket {
    pub(crate) const fn new(engine: Arc<Engine>, membership: Arc<Membership>) -> Self {
        Self { engine, membership }
    }

    /// The session's id: a secret, with which anybody could speak for the client.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.membership.id
    }

    /// The namespace's name; empty for the global one.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.engine.endpoint(self.membership.namespace)
    }

    /// The client's session, with all its namespaces.
    #[must_use]
    pub fn session(&self) -> SessionHandle {
        SessionHandle::of(self)
    }

    /// The same client in another namespace, if it has joined that. What one namespace has found
    /// out can so be of use in another: `socket.in_namespace("/admin")` and then
    /// [`acl`](Self::acl).
    #[must_use]
    pub fn in_namespace(&self, name: &str) -> Option<Self> {
        self.session().socket(name)
    }

    /// The transport that carries the session, or that did last; `None` when it is gone.
    #[must_use]
    pub fn transport(&self) -> Option<TransportName> {
        self.session().transport()
    }

    /// The request with which the session began.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.membership.handshake
    }

    /// Values that live as long as the client is in this namespace.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.membership.extensions
    }

    /// Values that live as long as the session, shared by its sockets in all namespaces and
    /// with the handshake's authorization.
    #[must_use]
    pub fn session_extensions(&self) -> &Extensions {
        self.membership.handshake.extensions()
    }

    /// Whether the client is still in the namespace.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let namespace = self.membership.namespace;
        self.on_session(|session| Ok(session.is_joined(namespace))) == Ok(true)
    }

    /// Sends an event.
    ///
    /// # Errors
    /// [`SendError`]: the client has gone, or the arguments cannot be serialized.
    pub fn emit(&self, event: &str, args: impl EventArgs) -> Result<Delivery, SendError> {
        self.deliver(Outgoing::Event(event, &args), SendOptions::default())
    }

    /// Tells the client that something is wrong: an event `error` with a name that clients can
    /// look for and a message for people, as they get it when a handler fails.
    ///
    /// # Errors
    /// [`SendError`]: the client has gone.
    pub fn error(&self, name: &str, message: &str) -> Result<Delivery, SendError> {
        self.emit("error", (name, message))
    }

    /// Sends a text message.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn send(&self, text: &str) -> Result<Delivery, SendError> {
        self.deliver(Outgoing::<()>::Message(text), SendOptions::default())
    }

    /// Sends a JSON message; see also [`RawJson`](crate::RawJson).
    ///
    /// # Errors
    /// [`SendError`].
    pub fn send_json<T: serde::Serialize + ?Sized>(
        &self,
        value: &T,
    ) -> Result<Delivery, SendError> {
        let text = serde_json::to_string(value)?;
        self.deliver(Outgoing::<()>::Json(&text), SendOptions::default())
    }

    /// Whatever is sent through this is dropped, rather than kept, if the client cannot take it
    /// right now.
    #[must_use]
    pub fn volatile(&self) -> Sender<'_> {
        Sender {
            socket: self,
            options: SendOptions::VOLATILE,
        }
    }

    /// Whatever is sent through this has a policy of its own where the client's outbox is full,
    /// instead of that of the [server](crate::ServerBuilder::overflow). What became of it, the
    /// [`Delivery`] says.
    ///
    /// ```
    /// use socketio_server::{OverflowPolicy, SendError, Socket};
    ///
    /// fn position(socket: &Socket, x: i32, y: i32) -> Result<(), SendError> {
    ///     // The latest counts, and nobody is sent away because of it.
    ///     let latest = socket.overflow(OverflowPolicy::DropOldest);
    ///     latest.emit("position", (x, y))?;
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub const fn overflow(&self, policy: OverflowPolicy) -> Sender<'_> {
        self.with_options(SendOptions::RELIABLE.overflow(policy))
    }

    /// Waits until no more than half of what the client's outbox can hold is taken up: see
    /// [`SessionHandle::drained`].
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NoSuchSession`]: the client has gone;
    /// [`Misuse::TooManyWaiting`].
    pub fn drained(&self) -> impl Future<Output = Result<(), Misuse>> + Send + use<> {
        self.session().drained()
    }

    /// Sends with options of your own.
    #[must_use]
    pub const fn with_options(&self, options: SendOptions) -> Sender<'_> {
        Sender {
            socket: self,
            options,
        }
    }

    /// Sends an event and asks the client's application for an answer: await it.
    pub fn emit_with_ack(&self, event: &str, args: impl EventArgs) -> AckRequest {
        AckRequest::event(self.clone(), event, &args)
    }

    /// Sends a text message and asks for an acknowledgement of its receipt, which the client's
    /// library gives by itself.
    pub fn send_with_ack(&self, text: &str) -> AckRequest {
        AckRequest::message(self.clone(), text)
    }

    /// Likewise for a JSON message.
    pub fn send_json_with_ack<T: serde::Serialize + ?Sized>(&self, value: &T) -> AckRequest {
        AckRequest::json(self.clone(), value)
    }

    fn deliver<A: EventArgs>(
        &self,
        what: Outgoing<'_, A>,
        options: SendOptions,
    ) -> Result<Delivery, SendError> {
        let packet = what.encode(self.namespace())?;
        let namespace = self.membership.namespace;
        Ok(self.on_session(|mut session| session.send(namespace, &packet, options))?)
    }

    /// Enters a room of the namespace.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone, or is in too many rooms.
    pub fn join(&self, room: &str) -> Result<(), Misuse> {
        let Membership { at, namespace, .. } = *self.membership;
        self.engine
            .with_hub(at.shard, |hub| hub.enter_room(at.key, namespace, room))
    }

    /// Leaves a room. If the client is not in it, nothing happens.
    pub fn leave(&self, room: &str) {
        let Membership { at, namespace, .. } = *self.membership;
        self.engine
            .with_hub(at.shard, |hub| hub.leave_room(at.key, namespace, room));
    }

    /// The rooms of the namespace that the client is in, in no particular order.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        let Membership { at, namespace, .. } = *self.membership;
        self.engine.with_hub(at.shard, |hub| {
            hub.rooms_of(at.key, namespace)
                .into_iter()
                .map(String::from)
                .collect()
        })
    }

    /// Sends to everybody else in the namespace.
    #[doc(alias = "broadcast_event_not_me")]
    pub fn broadcast(&self) -> BroadcastBuilder {
        self.everybody().except_socket(self)
    }

    /// Sends to everybody else in a room.
    #[doc(alias = "emit_to_room")]
    pub fn to(&self, room: impl Into<Box<str>>) -> BroadcastBuilder {
        self.broadcast().to(room)
    }

    /// Sends to everybody in the namespace, this client included.
    #[doc(alias = "broadcast_event")]
    pub fn everybody(&self) -> BroadcastBuilder {
        BroadcastBuilder::new(Arc::clone(&self.engine), self.membership.namespace)
    }

    /// What the client may do in the namespace.
    #[must_use]
    pub fn acl(&self) -> SocketAcl<'_> {
        SocketAcl::new(self)
    }

    /// Sends the client out of the namespace; out of the global one, the whole session ends.
    ///
    /// # Errors
    /// [`Misuse`]: it has gone already.
    pub fn disconnect(&self) -> Result<(), Misuse> {
        let namespace = self.membership.namespace;
        let now = self.engine.now();
        self.on_session(|mut session| session.leave(now, namespace))
    }

    /// Sends the client out of the namespace without telling it; out of the global one, the
    /// whole session ends ([`SessionHandle::disconnect_silently`]).
    ///
    /// # Errors
    /// [`Misuse`]: it has gone already.
    pub fn disconnect_silently(&self) -> Result<(), Misuse> {
        let namespace = self.membership.namespace;
        let now = self.engine.now();
        self.on_session(|mut session| session.leave_silently(now, namespace))
    }

    /// Ends the whole session.
    pub fn disconnect_session(&self) {
        self.session().disconnect();
    }

    pub(crate) fn answer(&self, reply_to: ReplyTo, args: &ReplyArgs) -> Result<(), Misuse> {
        self.on_session(|mut session| session.acknowledge(reply_to, args.arguments()))
    }

    pub(crate) const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(crate) const fn membership(&self) -> &Arc<Membership> {
        &self.membership
    }

    pub(crate) fn address(&self) -> SessionAddress {
        self.membership.at
    }

    pub(crate) fn namespace_id(&self) -> NamespaceId {
        self.membership.namespace
    }

    pub(crate) fn shared_handshake(&self) -> Arc<Handshake> {
        Arc::clone(&self.membership.handshake)
    }

    fn on_session<T>(
        &self,
        work: impl FnOnce(
            socketio_session::SessionMut<'_, crate::engine::SessionData>,
        ) -> Result<T, Misuse>,
    ) -> Result<T, Misuse> {
        self.engine
            .with_session(self.membership.at, work)
            .unwrap_or(Err(Misuse::NoSuchSession))
    }
}

impl PartialEq for Socket {
    /// Whether it is the same client in the same namespace.
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id() && self.namespace_id() == other.namespace_id()
    }
}

impl Eq for Socket {}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("session", &self.id())
            .field("namespace", &self.namespace())
            .finish()
    }
}

/// Sends to one socket with options.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    socket: &'a Socket,
    options: SendOptions,
}

impl Sender<'_> {
    /// Sends an event.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn emit(&self, event: &str, args: impl EventArgs) -> Result<Delivery, SendError> {
        self.socket
            .deliver(Outgoing::Event(event, &args), self.options)
    }

    /// Sends a text message.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn send(&self, text: &str) -> Result<Delivery, SendError> {
        self.socket
            .deliver(Outgoing::<()>::Message(text), self.options)
    }

    /// Sends a JSON message.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn send_json<T: serde::Serialize + ?Sized>(
        &self,
        value: &T,
    ) -> Result<Delivery, SendError> {
        let text = serde_json::to_string(value)?;
        self.socket
            .deliver(Outgoing::<()>::Json(&text), self.options)
    }
}
