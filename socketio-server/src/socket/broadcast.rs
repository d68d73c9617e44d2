//! Sending to many.

use std::sync::Arc;

use socketio_session::{
    Broadcast, NamespaceId, OverflowPolicy, Reach, SendOptions, SessionId, SharedPacket,
};

use super::Socket;
use super::encoding::Outgoing;
use crate::engine::Engine;
use crate::error::SendError;
use crate::handlers::EventArgs;

/// Chooses who gets a packet, and sends it: encoded once, and to each receiver once.
///
/// Only members of the namespace are ever reached.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until `emit`, `send` or `send_json` is called"]
pub struct BroadcastBuilder {
    engine: Arc<Engine>,
    namespace: NamespaceId,
    rooms: Vec<Box<str>>,
    except_rooms: Vec<Box<str>>,
    except_sessions: Vec<SessionId>,
    options: SendOptions,
}

impl BroadcastBuilder {
    pub(crate) const fn new(engine: Arc<Engine>, namespace: NamespaceId) -> Self {
        Self {
            engine,
            namespace,
            rooms: Vec::new(),
            except_rooms: Vec::new(),
            except_sessions: Vec::new(),
            options: SendOptions::RELIABLE,
        }
    }

    /// Only to members of this room; called again, of any of these rooms.
    pub fn to(mut self, room: impl Into<Box<str>>) -> Self {
        self.rooms.push(room.into());
        self
    }

    /// Not to members of this room.
    pub fn except(mut self, room: impl Into<Box<str>>) -> Self {
        self.except_rooms.push(room.into());
        self
    }

    /// Not to this client.
    pub fn except_socket(mut self, socket: &Socket) -> Self {
        self.except_sessions.push(socket.id());
        self
    }

    /// Not to clients that cannot take it right now.
    pub const fn volatile(mut self) -> Self {
        self.options.volatile = true;
        self
    }

    /// With a policy of its own for clients whose outbox is full: see [`Socket::overflow`].
    pub const fn overflow(mut self, policy: OverflowPolicy) -> Self {
        self.options = self.options.overflow(policy);
        self
    }

    /// With options of your own.
    pub const fn with_options(mut self, options: SendOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends an event.
    ///
    /// # Errors
    /// [`SendError`]: the arguments cannot be serialized.
    pub fn emit(self, event: &str, args: impl EventArgs) -> Result<Reach, SendError> {
        let packet = Outgoing::Event(event, &args).encode(self.engine.endpoint(self.namespace))?;
        Ok(self.cast(packet))
    }

    /// Sends a text message.
    pub fn send(self, text: &str) -> Reach {
        let what = Outgoing::<()>::Message(text);
        // A text always encodes.
        let packet = what.encode(self.engine.endpoint(self.namespace));
        packet.map(|packet| self.cast(packet)).unwrap_or_default()
    }

    /// Sends a JSON message; see also [`RawJson`](crate::RawJson).
    ///
    /// # Errors
    /// [`SendError`]: the value cannot be serialized.
    pub fn send_json<T: serde::Serialize + ?Sized>(self, value: &T) -> Result<Reach, SendError> {
        let text = serde_json::to_string(value)?;
        let packet = Outgoing::<()>::Json(&text).encode(self.engine.endpoint(self.namespace))?;
        Ok(self.cast(packet))
    }

    fn cast(self, packet: SharedPacket) -> Reach {
        let cast = Broadcast {
            namespace: self.namespace,
            rooms: self.rooms,
            except_rooms: self.except_rooms,
            except_sessions: self.except_sessions,
            options: self.options,
            packet: packet.reserve(self.engine.memory()),
        };
        let shards = 0..self.engine.shard_count();
        shards.fold(Reach::default(), |reach, shard| {
            reach.and(self.engine.with_hub(shard, |hub| hub.broadcast(&cast)))
        })
    }
}
