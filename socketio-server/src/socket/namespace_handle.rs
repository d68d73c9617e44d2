//! A namespace from outside of handlers.

use std::collections::BTreeMap;
use std::sync::Arc;

use socketio_session::{NamespaceId, Reach, SessionId};

use super::broadcast::BroadcastBuilder;
use super::{SessionHandle, Socket};
use crate::engine::{Engine, SessionAddress};
use crate::error::SendError;
use crate::handlers::EventArgs;

/// A namespace of a running server: to send to its members, and to list them.
#[derive(Debug, Clone)]
pub struct NamespaceHandle {
    engine: Arc<Engine>,
    namespace: NamespaceId,
}

impl NamespaceHandle {
    pub(crate) const fn new(engine: Arc<Engine>, namespace: NamespaceId) -> Self {
        Self { engine, namespace }
    }

    /// The namespace's name; empty for the global one.
    #[must_use]
    pub fn name(&self) -> &str {
        self.engine.endpoint(self.namespace)
    }

    /// Everybody in the namespace.
    #[doc(alias = "broadcast_event")]
    pub fn everybody(&self) -> BroadcastBuilder {
        BroadcastBuilder::new(Arc::clone(&self.engine), self.namespace)
    }

    /// Everybody in a room.
    pub fn to(&self, room: impl Into<Box<str>>) -> BroadcastBuilder {
        self.everybody().to(room)
    }

    /// Everybody who is not in a room.
    pub fn except(&self, room: impl Into<Box<str>>) -> BroadcastBuilder {
        self.everybody().except(room)
    }

    /// Sends an event to everybody in the namespace.
    ///
    /// # Errors
    /// [`SendError`]: the arguments cannot be serialized.
    pub fn emit(&self, event: &str, args: impl EventArgs) -> Result<Reach, SendError> {
        self.everybody().emit(event, args)
    }

    /// Sends a text message to everybody in the namespace.
    pub fn send(&self, text: &str) -> Reach {
        self.everybody().send(text)
    }

    /// Sends a JSON message to everybody in the namespace.
    ///
    /// # Errors
    /// [`SendError`]: the value cannot be serialized.
    pub fn send_json<T: serde::Serialize + ?Sized>(&self, value: &T) -> Result<Reach, SendError> {
        self.everybody().send_json(value)
    }

    /// The client of this session, if it is in the namespace.
    #[must_use]
    pub fn socket(&self, session: &SessionId) -> Option<Socket> {
        SessionHandle::find(&self.engine, session)?.socket(self.name())
    }

    /// The rooms of the namespace in which there is anybody now, and how many clients are in
    /// each.
    #[must_use]
    pub fn rooms(&self) -> BTreeMap<String, usize> {
        let mut rooms = BTreeMap::new();
        for shard in 0..self.engine.shard_count() {
            self.engine.with_hub(shard, |hub| {
                for (name, size) in hub.room_sizes(self.namespace) {
                    *rooms.entry(String::from(name)).or_default() += size;
                }
            });
        }
        rooms
    }

    /// The clients in the namespace now.
    #[must_use]
    pub fn sockets(&self) -> Vec<Socket> {
        self.sockets_where(None)
    }

    /// The clients in a room now.
    #[must_use]
    pub fn sockets_in(&self, room: &str) -> Vec<Socket> {
        self.sockets_where(Some(room))
    }

    fn sockets_where(&self, room: Option<&str>) -> Vec<Socket> {
        let mut sockets = Vec::new();
        for shard in 0..self.engine.shard_count() {
            let memberships: Vec<_> = self.engine.with_hub(shard, |hub| {
                let members = hub.members(self.namespace, room).to_vec();
                let membership = |key| {
                    let mut session = hub.session(key)?;
                    if !session.is_joined(self.namespace) {
                        return None;
                    }
                    let id = session.id();
                    let at = SessionAddress { shard, key };
                    Some(session.data().membership(at, id, self.namespace))
                };
                members.into_iter().filter_map(membership).collect()
            });
            let socket = |membership| Socket::new(Arc::clone(&self.engine), membership);
            sockets.extend(memberships.into_iter().map(socket));
        }
        sockets
    }
}
