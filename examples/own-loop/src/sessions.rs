//! The sessions, and which connection carries which: all that the loop has to do with them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use mio::Token;
use socketio_proto::{DecodeLimits, Dialect, Handshake, TransportName};
use socketio_session::{
    Action, AfterTransmit, DisconnectReason, Hub, Incoming, Instant, Loss, OutgoingPacket,
    SessionConfig, SessionId, SessionKey, TransportId,
};

use crate::application::{Application, Place};
use crate::response::Refusal;

/// The only dialect there is.
const DIALECT: Dialect = Dialect::Legacy;

/// What is on offer, and how much of it.
const TRANSPORTS: [TransportName; 2] = [TransportName::WebSocket, TransportName::XhrPolling];
const MAX_SESSIONS: usize = 10_000;

/// The most bytes of packets that are fetched at once; one packet always comes, whatever its size.
const BYTES_AT_ONCE: usize = 64 << 10;

/// What a hub keeps for each session: which connection carries which of its transports. Usually
/// there is one; there are more while a newer one takes over.
pub(crate) type Carriers = Vec<(TransportId, Token)>;

/// A transport of a session, in the hands of the connection that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transport {
    session: SessionKey,
    id: TransportId,
}

/// Something that a session wants of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) connection: Token,
    pub(crate) wish: Wish,
}

/// What it wants.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    /// This of the transport that the connection carries.
    Action(Action),
    /// That it hands in what had to wait.
    Input,
}

/// All sessions, and their application.
#[derive(Debug)]
pub(crate) struct Sessions {
    hub: Hub<Carriers>,
    application: Application,
    transports: u64,
    orders: VecDeque<Order>,
    /// Connections with input that a session did not want when it came.
    waiting: Vec<(SessionKey, Token)>,
    is_ending: bool,
}

impl Sessions {
    /// What requests of unknown sessions are answered.
    pub(crate) const UNKNOWN: &str = DIALECT.unknown_session();

    /// What packets may be like.
    pub(crate) const LIMITS: DecodeLimits = DecodeLimits::DEFAULT;

    pub(crate) fn new(application: Application, config: SessionConfig) -> Self {
        Self {
            hub: Hub::new(Arc::new(config), MAX_SESSIONS),
            application,
            transports: 0,
            orders: VecDeque::new(),
            waiting: Vec::new(),
            is_ending: false,
        }
    }

    /// Makes a session, and the line that tells its client about it.
    pub(crate) fn shake_hands(&mut self, now: Instant, query: &str) -> Result<Vec<u8>, Refusal> {
        if !self.application.admits(query) {
            return Err(Refusal::UNAUTHORIZED);
        }
        if self.is_ending {
            return Err(Refusal::ENDING);
        }
        let mut random = [0; 18];
        getrandom::fill(&mut random).map_err(|_| Refusal::FULL)?;
        let id = SessionId::from_random(random);
        let created = self.hub.create(now, id, DIALECT, Carriers::new());
        created.map_err(|_| Refusal::FULL)?;
        let mut line = Vec::new();
        let handshake = Handshake {
            sid: id.as_str(),
            heartbeat_timeout: Some(self.hub.config().heartbeat_timeout),
            close_timeout: Some(self.hub.config().close_timeout),
            transports: Cow::Borrowed(&TRANSPORTS),
        };
        handshake.encode(&mut line);
        Ok(line)
    }

    /// A connection takes up a session; `None` if there is no such session, or no longer.
    pub(crate) fn open_transport(
        &mut self,
        now: Instant,
        sid: &str,
        name: TransportName,
        connection: Token,
    ) -> Option<Transport> {
        let key = self.find(sid)?;
        let mut session = self.hub.session(key)?;
        self.transports += 1;
        let id = TransportId(self.transports);
        session.open_transport(now, id, name).ok()?;
        session.data().push((id, connection));
        Some(Transport { session: key, id })
    }

    /// A message came on a transport.
    pub(crate) fn take_message(&mut self, now: Instant, transport: Transport, text: &str) {
        self.take_in(now, transport.session, text);
    }

    /// Whether the session wants more of what its client says. If not, the connection is told when
    /// it does.
    pub(crate) fn wants_input(&mut self, transport: Transport, connection: Token) -> bool {
        self.wants_input_of(transport.session, connection)
    }

    fn wants_input_of(&mut self, key: SessionKey, connection: Token) -> bool {
        let wants_input = self.is_open_to_input(key);
        if !wants_input && !self.waiting.contains(&(key, connection)) {
            self.waiting.push((key, connection));
        }
        wants_input
    }

    /// Likewise. Of a session that is over, nothing has to wait.
    fn is_open_to_input(&self, key: SessionKey) -> bool {
        let session = self.hub.peek(key);
        session.is_none_or(|(session, _)| session.wants_input() || session.is_closed())
    }

    /// A body was posted, of which `taken` packets were taken before. Gives back how many there are
    /// if the others have to wait.
    pub(crate) fn take_payload(
        &mut self,
        now: Instant,
        sid: &str,
        payload: &str,
        taken: usize,
        connection: Token,
    ) -> Option<usize> {
        let key = self.find(sid)?;
        if let (0, Some(mut session)) = (taken, self.hub.session(key)) {
            session.receive_upload();
        }
        for (number, text) in DIALECT.unframe(payload).enumerate().skip(taken) {
            // What came before a fault counts; what follows cannot be trusted.
            let text = text.ok()?;
            if !self.wants_input_of(key, connection) {
                return Some(number);
            }
            self.take_in(now, key, text);
        }
        None
    }

    fn take_in(&mut self, now: Instant, key: SessionKey, text: &str) {
        let incoming = Incoming::read(DIALECT, text, &Self::LIMITS);
        if let Some(mut session) = self.hub.session(key) {
            // To a session that is over, a client may say what it likes: its goodbye is under way.
            let _ = session.take_in(now, &incoming);
        }
        self.give_turn(now, key);
    }

    /// Takes what the session has for its transport.
    pub(crate) fn transmit(
        &mut self,
        now: Instant,
        transport: Transport,
        packets: &mut Vec<OutgoingPacket>,
    ) -> AfterTransmit {
        let after = match self.hub.session(transport.session) {
            Some(mut session) => session.transmit(now, transport.id, BYTES_AT_ONCE, packets),
            None => AfterTransmit::Finish,
        };
        self.call_for_input(transport.session);
        after
    }

    /// Tells whoever had to wait if the session wants more now.
    fn call_for_input(&mut self, key: SessionKey) {
        if self.waiting.is_empty() || !self.is_open_to_input(key) {
            return;
        }
        let wish = Wish::Input;
        let is_meant = |(session, _): &&(SessionKey, Token)| *session == key;
        let called = self.waiting.iter().filter(is_meant);
        self.orders
            .extend(called.map(|&(_, connection)| Order { connection, wish }));
        self.waiting.retain(|(session, _)| *session != key);
    }

    /// The transport is no more, and `undelivered` has not left.
    pub(crate) fn lose_transport(
        &mut self,
        now: Instant,
        transport: Transport,
        loss: Loss,
        undelivered: Vec<OutgoingPacket>,
    ) {
        if let Some(mut session) = self.hub.session(transport.session) {
            let carriers = session.data();
            carriers.retain(|(id, _)| *id != transport.id);
            session.lose_transport(now, transport.id, loss, undelivered);
        }
    }

    /// Whether the session still counts on the transport.
    pub(crate) fn is_current(&self, transport: Transport) -> bool {
        let session = self.hub.peek(transport.session);
        session.is_some_and(|(session, _)| session.transport() == Some(transport.id))
    }

    /// The client ends its session.
    pub(crate) fn end_by_client(&mut self, now: Instant, sid: &str) {
        let key = self.find(sid);
        if let Some(mut session) = key.and_then(|key| self.hub.session(key)) {
            session.end_by_client(now);
        }
    }

    /// The client broke the rules of its transport.
    pub(crate) fn fail(&mut self, now: Instant, transport: Transport, reason: DisconnectReason) {
        if let Some(mut session) = self.hub.session(transport.session) {
            session.fail(now, reason);
        }
    }

    /// The client posted more than anybody takes.
    pub(crate) fn fail_upload(&mut self, now: Instant, sid: &str) {
        let key = self.find(sid);
        if let Some(mut session) = key.and_then(|key| self.hub.session(key)) {
            session.fail(now, DisconnectReason::PacketTooLarge);
        }
    }

    /// Says goodbye to everybody, and lets nobody in any more.
    pub(crate) fn end_all(&mut self, now: Instant) {
        self.is_ending = true;
        for key in self.hub.keys().collect::<Vec<_>>() {
            if let Some(mut session) = self.hub.session(key) {
                session.disconnect(now, DisconnectReason::ShuttingDown);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.hub.is_empty()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.hub.poll_timeout()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.hub.handle_timeout(now);
    }

    /// What a session wants of a connection. To be asked until there is nothing more, after
    /// whatever may have changed a session.
    pub(crate) fn next_order(&mut self, now: Instant) -> Option<Order> {
        while self.orders.is_empty() {
            let Some(key) = self.hub.poll_ready() else {
                // Of a session that is gone, every transport was told to end.
                while self.hub.poll_removed().is_some() {}
                return None;
            };
            self.take_orders(key);
            self.give_turn(now, key);
            self.call_for_input(key);
        }
        self.orders.pop_front()
    }

    fn take_orders(&mut self, key: SessionKey) {
        let Some(mut session) = self.hub.session(key) else {
            return;
        };
        let (session, carriers) = session.parts();
        while let Some(action) = session.poll_action() {
            let carrier = carriers.iter().find(|(id, _)| *id == action.transport());
            self.orders.extend(carrier.map(|(_, connection)| Order {
                connection: *connection,
                wish: Wish::Action(action),
            }));
        }
    }

    /// Lets the application handle what the session has for it, one thing at a time: each may
    /// change what becomes of the next.
    fn give_turn(&mut self, now: Instant, key: SessionKey) {
        loop {
            let Some(mut session) = self.hub.session(key) else {
                return;
            };
            let (outcome, event) = (session.poll_ack(), session.poll_event());
            drop(session);
            if outcome.is_none() && event.is_none() {
                return;
            }
            let at = Place { client: key, now };
            if let Some(outcome) = outcome {
                self.application.answered(&mut self.hub, at, &outcome);
            }
            if let Some(event) = event {
                self.application.handle(&mut self.hub, at, event);
            }
        }
    }

    fn find(&self, sid: &str) -> Option<SessionKey> {
        self.hub.find(&SessionId::parse(sid)?)
    }
}

impl Transport {
    /// Whether an action is meant for it.
    pub(crate) fn is_meant(self, action: Action) -> bool {
        self.id == action.transport()
    }
}
