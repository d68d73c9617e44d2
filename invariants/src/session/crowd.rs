//! A hub with numbered clients, each on a websocket of its own.

use std::sync::Arc;
use std::time::Duration;

use socketio_proto::{DecodeLimits, Dialect, TransportName};
use socketio_session::{
    AfterTransmit, Broadcast, Event, Hub, Instant, Loss, NamespaceId, OutgoingPacket, SendOptions,
    SessionConfig, SessionId, SessionKey, TransportId,
};

use super::script::{config, message, texts};

/// A hub, the time, and who came to it.
pub struct Crowd {
    /// The hub, whose sessions know the number of their client.
    pub hub: Hub<usize>,
    /// The time that everything happens at.
    pub now: Instant,
    /// The sessions of all clients that ever came, in order.
    pub clients: Vec<SessionKey>,
}

/// The id of a client's session.
pub fn id(client: usize) -> SessionId {
    let mut random = [0; 18];
    random[..8].copy_from_slice(&client.to_be_bytes());
    SessionId::from_random(random)
}

/// The websocket of a client.
pub fn websocket(client: usize) -> TransportId {
    TransportId(client as u64)
}

/// A message for everybody in a namespace.
pub fn to_all(namespace: NamespaceId, text: &str) -> Broadcast {
    Broadcast {
        namespace,
        rooms: Vec::new(),
        except_rooms: Vec::new(),
        except_sessions: Vec::new(),
        options: SendOptions::default(),
        packet: message(namespace, text),
    }
}

/// A message for the members of rooms.
pub fn to_rooms(namespace: NamespaceId, rooms: &[&str], text: &str) -> Broadcast {
    Broadcast {
        rooms: rooms.iter().map(|room| Box::from(*room)).collect(),
        ..to_all(namespace, text)
    }
}

impl Crowd {
    /// So many clients, all of them in the global namespace and in `/chat`.
    pub fn of(clients: usize) -> Self {
        Self::with(clients, |_| {})
    }

    /// Likewise, with other settings than [the usual](super::script::config).
    pub fn with(clients: usize, change: impl FnOnce(&mut SessionConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        let mut crowd = Self {
            hub: Hub::new(Arc::new(config), 1000),
            now: Instant::START,
            clients: Vec::new(),
        };
        for _ in 0..clients {
            crowd.comes();
        }
        crowd
    }

    /// One more client.
    pub fn comes(&mut self) -> SessionKey {
        let client = self.clients.len();
        let key = self
            .hub
            .create(self.now, id(client), Dialect::Legacy, client)
            .expect("there is room");
        self.clients.push(key);
        let mut session = self.hub.session(key).expect("just created");
        session
            .open_transport(self.now, websocket(client), TransportName::WebSocket)
            .expect("just created");
        drop(session);
        self.sends(client, "1::/chat");
        self.hears(client);
        self.gets(client);
        key
    }

    /// Time passes, and the driver calls at each deadline on the way.
    pub fn after(&mut self, seconds: u64) {
        let target = self.now + Duration::from_secs(seconds);
        while let Some(deadline) = self.hub.poll_timeout().filter(|at| *at <= target) {
            self.hub.handle_timeout(deadline);
        }
        self.now = target;
    }

    /// The client sends a packet.
    pub fn sends(&mut self, client: usize, text: &str) {
        let packet = Dialect::Legacy
            .decode(text, &DecodeLimits::DEFAULT)
            .expect("well-formed");
        let mut session = self.hub.session(self.clients[client]).expect("alive");
        session.receive(self.now, &packet).expect("alive");
    }

    /// The client's connection ends, and the application hears of it.
    pub fn goes(&mut self, client: usize) {
        let mut session = self.hub.session(self.clients[client]).expect("alive");
        session.lose_transport(self.now, websocket(client), Loss::Ended, []);
        drop(session);
        self.hears(client);
    }

    /// The application takes out everything about the client, orders included.
    pub fn hears(&mut self, client: usize) -> Vec<Event> {
        let Some(mut session) = self.hub.session(self.clients[client]) else {
            return Vec::new();
        };
        while session.poll_action().is_some() {}
        while session.poll_ack().is_some() {}
        std::iter::from_fn(|| session.poll_event()).collect()
    }

    /// What the client's websocket is written now, to the last byte.
    pub fn fetches(&mut self, client: usize) -> Vec<OutgoingPacket> {
        let mut out = Vec::new();
        if let Some(mut session) = self.hub.session(self.clients[client]) {
            let after = session.transmit(self.now, websocket(client), usize::MAX, &mut out);
            if after == AfterTransmit::Finish {
                session.lose_transport(self.now, websocket(client), Loss::Ended, []);
            }
        }
        out
    }

    /// Likewise, as texts.
    pub fn gets(&mut self, client: usize) -> Vec<String> {
        texts(&self.fetches(client))
    }

    /// The clients that get something now.
    pub fn receivers(&mut self) -> Vec<usize> {
        (0..self.clients.len())
            .filter(|client| !self.gets(*client).is_empty())
            .collect()
    }

    /// The application puts the client into a room.
    pub fn enters(&mut self, client: usize, namespace: NamespaceId, room: &str) {
        self.hub
            .enter_room(self.clients[client], namespace, room)
            .expect("a member of the namespace");
    }

    /// The application takes the client out of a room.
    pub fn leaves(&mut self, client: usize, namespace: NamespaceId, room: &str) {
        self.hub.leave_room(self.clients[client], namespace, room);
    }

    /// The clients in a room, in order.
    pub fn members(&self, namespace: NamespaceId, room: Option<&str>) -> Vec<usize> {
        let mut members: Vec<_> = self
            .hub
            .members(namespace, room)
            .iter()
            .filter_map(|key| self.hub.peek(*key).map(|(_, client)| *client))
            .collect();
        members.sort_unstable();
        members
    }

    /// The rooms of a client, in order.
    pub fn rooms_of(&self, client: usize, namespace: NamespaceId) -> Vec<&str> {
        let mut rooms = self.hub.rooms_of(self.clients[client], namespace);
        rooms.sort_unstable();
        rooms
    }

    /// Nothing is left: no session, room or deadline.
    #[track_caller]
    pub fn is_empty(&self) {
        assert_eq!(self.hub.len(), 0);
        assert!(self.hub.is_empty());
        assert_eq!(self.hub.keys().count(), 0);
        assert_eq!(self.hub.room_count(), 0);
        assert_eq!(self.hub.poll_timeout(), None);
    }
}
