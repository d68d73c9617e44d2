//! A hub with numbered clients, each on a websocket of its own.

use std::sync::Arc;
use std::time::Duration;

use socketio_proto::{DecodeLimits, Dialect, TransportName};
use socketio_session::{
    AfterTransmit, Broadcast, Event, Hub, Instant, Loss, NamespaceId, OutgoingPacket, SendOptions,
    SessionConfig, SessionId, SessionKey, TransportId,
};

use crate::script::{config, message, texts};

pub(crate) struct Crowd {
    pub(crate) hub: Hub<usize>,
    pub(crate) now: Instant,
    pub(crate) clients: Vec<SessionKey>,
}

/// The id of a client's session.
pub(crate) fn id(client: usize) -> SessionId {
    let mut random = [0; 18];
    random[..8].copy_from_slice(&client.to_be_bytes());
    SessionId::from_random(random)
}

/// The websocket of a client.
pub(crate) fn websocket(client: usize) -> TransportId {
    TransportId(client as u64)
}

/// A message for everybody in a namespace.
pub(crate) fn to_all(namespace: NamespaceId, text: &str) -> Broadcast {
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
pub(crate) fn to_rooms(namespace: NamespaceId, rooms: &[&str], text: &str) -> Broadcast {
    Broadcast {
        rooms: rooms.iter().map(|room| Box::from(*room)).collect(),
        ..to_all(namespace, text)
    }
}

impl Crowd {
    /// So many clients, all of them in the global namespace and in `/chat`.
    pub(crate) fn of(clients: usize) -> Self {
        Self::with(clients, |_| {})
    }

    pub(crate) fn with(clients: usize, change: impl FnOnce(&mut SessionConfig)) -> Self {
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
    pub(crate) fn comes(&mut self) -> SessionKey {
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

    pub(crate) fn after(&mut self, seconds: u64) {
        let target = self.now + Duration::from_secs(seconds);
        while let Some(deadline) = self.hub.poll_timeout().filter(|at| *at <= target) {
            self.hub.handle_timeout(deadline);
        }
        self.now = target;
    }

    pub(crate) fn sends(&mut self, client: usize, text: &str) {
        let packet = Dialect::Legacy
            .decode(text, &DecodeLimits::DEFAULT)
            .expect("well-formed");
        let mut session = self.hub.session(self.clients[client]).expect("alive");
        session.receive(self.now, &packet).expect("alive");
    }

    /// The client's connection ends, and the application hears of it.
    pub(crate) fn goes(&mut self, client: usize) {
        let mut session = self.hub.session(self.clients[client]).expect("alive");
        session.lose_transport(self.now, websocket(client), Loss::Ended, []);
        drop(session);
        self.hears(client);
    }

    /// The application takes out everything about the client, orders included.
    pub(crate) fn hears(&mut self, client: usize) -> Vec<Event> {
        let Some(mut session) = self.hub.session(self.clients[client]) else {
            return Vec::new();
        };
        while session.poll_action().is_some() {}
        while session.poll_ack().is_some() {}
        std::iter::from_fn(|| session.poll_event()).collect()
    }

    /// What the client's websocket is written now, to the last byte.
    pub(crate) fn fetches(&mut self, client: usize) -> Vec<OutgoingPacket> {
        let mut out = Vec::new();
        if let Some(mut session) = self.hub.session(self.clients[client]) {
            let after = session.transmit(self.now, websocket(client), usize::MAX, &mut out);
            if after == AfterTransmit::Finish {
                session.lose_transport(self.now, websocket(client), Loss::Ended, []);
            }
        }
        out
    }

    pub(crate) fn gets(&mut self, client: usize) -> Vec<String> {
        texts(&self.fetches(client))
    }

    /// The clients that get something now.
    pub(crate) fn receivers(&mut self) -> Vec<usize> {
        (0..self.clients.len())
            .filter(|client| !self.gets(*client).is_empty())
            .collect()
    }

    pub(crate) fn enters(&mut self, client: usize, namespace: NamespaceId, room: &str) {
        self.hub
            .enter_room(self.clients[client], namespace, room)
            .expect("a member of the namespace");
    }

    pub(crate) fn leaves(&mut self, client: usize, namespace: NamespaceId, room: &str) {
        self.hub.leave_room(self.clients[client], namespace, room);
    }

    /// The clients in a room, in order.
    pub(crate) fn members(&self, namespace: NamespaceId, room: Option<&str>) -> Vec<usize> {
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
    pub(crate) fn rooms_of(&self, client: usize, namespace: NamespaceId) -> Vec<&str> {
        let mut rooms = self.hub.rooms_of(self.clients[client], namespace);
        rooms.sort_unstable();
        rooms
    }

    /// Nothing is left: no session, room or deadline.
    #[track_caller]
    pub(crate) fn is_empty(&self) {
        assert_eq!(self.hub.len(), 0);
        assert!(self.hub.is_empty());
        assert_eq!(self.hub.keys().count(), 0);
        assert_eq!(self.hub.room_count(), 0);
        assert_eq!(self.hub.poll_timeout(), None);
    }
}
