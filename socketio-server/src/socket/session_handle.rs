//! A session, whatever namespaces its client is in.

use std::future::Future;
use std::sync::Arc;

use socketio_proto::TransportName;
use socketio_session::{
    DisconnectReason, Misuse, NamespaceId, Phase, SessionCounters, SessionId, SessionMut,
};

use super::Socket;
use crate::engine::{Engine, SessionAddress, SessionData, drained};
use crate::extensions::Extensions;
use crate::handshake::Handshake;

/// A session of a running server: one client with all its namespaces.
///
/// A handle: cheap to clone, and it does not keep the session alive.
#[derive(Debug, Clone)]
pub struct SessionHandle {
    engine: Arc<Engine>,
    at: SessionAddress,
    id: SessionId,
    handshake: Arc<Handshake>,
}

/// How far a session has come.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// The handshake was made, and no transport has followed yet.
    Connecting,
    /// The client is there, or may still come back.
    Connected,
    /// It is over, but for a goodbye that waits to be fetched or handlers that are still at
    /// work.
    Disconnecting,
    /// It is over, and nothing is left of it.
    Disconnected,
}

impl SessionHandle {
    pub(crate) fn find(engine: &Arc<Engine>, id: &SessionId) -> Option<Self> {
        let at = engine.find(id.as_str())?;
        let handshake =
            engine.with_session(at, |mut session| Arc::clone(&session.data().handshake))?;
        Some(Self {
            engine: Arc::clone(engine),
            at,
            id: *id,
            handshake,
        })
    }

    /// All sessions there are.
    pub(crate) fn all(engine: &Arc<Engine>) -> Vec<Self> {
        let mut sessions = Vec::new();
        for shard in 0..engine.shard_count() {
            engine.with_hub(shard, |hub| {
                let keys: Vec<_> = hub.keys().collect();
                sessions.extend(keys.into_iter().filter_map(|key| {
                    let mut session = hub.session(key)?;
                    Some(Self {
                        engine: Arc::clone(engine),
                        at: SessionAddress { shard, key },
                        id: session.id(),
                        handshake: Arc::clone(&session.data().handshake),
                    })
                }));
            });
        }
        sessions
    }

    pub(super) fn of(socket: &Socket) -> Self {
        Self {
            engine: Arc::clone(socket.engine()),
            at: socket.address(),
            id: socket.id(),
            handshake: socket.shared_handshake(),
        }
    }

    /// The session's id: a secret, with which anybody could speak for the client.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> SessionState {
        match self.look(|session| session.phase()) {
            Some(Phase::Handshaken { .. }) => SessionState::Connecting,
            Some(Phase::Connected) => SessionState::Connected,
            Some(Phase::Closed { .. }) => SessionState::Disconnecting,
            None => SessionState::Disconnected,
        }
    }

    /// Whether it is [`SessionState::Connected`].
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state() == SessionState::Connected
    }

    /// The transport that carries it, or that did last; `None` before the first, and when the
    /// session is gone.
    #[must_use]
    pub fn transport(&self) -> Option<TransportName> {
        self.look(|session| session.transport_name()).flatten()
    }

    /// How much has been going on; `None` when the session is gone.
    #[must_use]
    pub fn counters(&self) -> Option<SessionCounters> {
        self.look(|session| session.counters())
    }

    /// What waits to be sent: packets and their bytes.
    #[must_use]
    pub fn backlog(&self) -> (usize, usize) {
        self.look(|session| session.backlog()).unwrap_or_default()
    }

    /// The request with which the session began.
    #[must_use]
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// Waits until no more than half of what the client's outbox can hold is taken up: for who has
    /// more to send than that, and wants nothing of it to be lost.
    ///
    /// ```
    /// use socketio_server::{Misuse, SendError, Socket};
    ///
    /// async fn send_all(socket: Socket, lines: Vec<String>) -> Result<(), SendError> {
    ///     for line in lines {
    ///         socket.drained().await?;
    ///         socket.send(&line)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// One that sends no more than half of the outbox at once, and then waits again, never runs it
    /// over. Several share the other half. A client that takes nothing meets the deadlines of its
    /// transport, and with its session ends the wait.
    ///
    /// # Errors
    /// [`Misuse::Closed`] and [`Misuse::NoSuchSession`]: the client has gone.
    /// [`Misuse::TooManyWaiting`]: 1024 wait for this session already.
    pub fn drained(&self) -> impl Future<Output = Result<(), Misuse>> + Send + use<> {
        drained(Arc::clone(&self.engine), self.at)
    }

    /// Values that live as long as the session, shared by its sockets in all namespaces.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.handshake.extensions()
    }

    /// The client in a namespace, if it has joined that.
    #[must_use]
    pub fn socket(&self, namespace: &str) -> Option<Socket> {
        let namespace = self.engine.session_config.namespace_id(namespace)?;
        self.look(|mut session| self.member(&mut session, namespace))?
    }

    /// The client in all the namespaces that it has joined.
    #[must_use]
    pub fn sockets(&self) -> Vec<Socket> {
        let members = self.look(|mut session| {
            let namespaces: Vec<_> = session.namespaces().collect();
            let member = |namespace| self.member(&mut session, namespace);
            namespaces.into_iter().filter_map(member).collect()
        });
        members.unwrap_or_default()
    }

    fn member(
        &self,
        session: &mut SessionMut<'_, SessionData>,
        namespace: NamespaceId,
    ) -> Option<Socket> {
        if !session.is_joined(namespace) {
            return None;
        }
        let membership = session.data().membership(self.at, self.id, namespace);
        Some(Socket::new(Arc::clone(&self.engine), membership))
    }

    /// Ends the session, with a goodbye behind what is queued. Real clients take it at its word
    /// and do not come back by themselves.
    pub fn disconnect(&self) {
        let now = self.engine.now();
        self.look(|mut session| session.disconnect(now, DisconnectReason::ServerDisconnected));
    }

    /// Ends the session without telling the client: what is queued is still sent, and then its
    /// transport ends. Real clients take that for a lost connection and come back by themselves,
    /// with a new session.
    pub fn disconnect_silently(&self) {
        let now = self.engine.now();
        self.look(|mut session| {
            session.disconnect_silently(now, DisconnectReason::ServerDisconnected);
        });
    }

    fn look<T>(&self, work: impl FnOnce(SessionMut<'_, SessionData>) -> T) -> Option<T> {
        self.engine.with_session(self.at, work)
    }
}

impl PartialEq for SessionHandle {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for SessionHandle {}
