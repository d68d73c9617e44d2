//! One session on virtual time, scripted as a conversation: what the client sends, how time
//! passes, what the application hears, what each transport gets.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use socketio_proto::{Arguments, Body, DecodeLimits, Dialect, Packet, TransportName};
use socketio_session::{
    AckFailure, AckOutcome, Acl, Action, AfterTransmit, AwaitedAck, CONNECT_METHOD, Content, Event,
    Incoming, Instant, JoinRequest, Loss, Misuse, NamespaceConfig, NamespaceId, OutgoingPacket,
    PeerError, ReplyTo, SendOptions, Session, SessionConfig, SharedPacket, TransportId,
};

/// The global namespace.
pub const GLOBAL: NamespaceId = NamespaceId(0);
/// Admits everybody and allows everything.
pub const CHAT: NamespaceId = NamespaceId(1);
/// Like chat; for telling two namespaces apart.
pub const NEWS: NamespaceId = NamespaceId(2);
/// Asks the application before it lets a client in that asks to join.
pub const VAULT: NamespaceId = NamespaceId(3);
/// Allows only to join, the event `knock` and what the application adds.
pub const LOCKED: NamespaceId = NamespaceId(4);

/// A budget that nothing exceeds.
const PLENTY: usize = usize::MAX;

/// The reference times, and the namespaces above.
pub fn config() -> SessionConfig {
    let mut config = SessionConfig::default();
    let mut vault = NamespaceConfig::new("/vault");
    vault.asks_before_join = true;
    vault.requires_connect = true;
    let mut locked = NamespaceConfig::new("/locked");
    locked.initial_acl = Acl::only([CONNECT_METHOD, "knock"]);
    config.namespaces.extend([
        NamespaceConfig::new("/chat"),
        NamespaceConfig::new("/news"),
        vault,
        locked,
    ]);
    config
}

/// Text messages of `namespace`, ready to send.
pub fn message(namespace: NamespaceId, text: &str) -> SharedPacket {
    let config = config();
    let endpoint = config.namespace(namespace).map(|known| &*known.name);
    SharedPacket::new(&Packet::new(
        endpoint.expect("one of the namespaces above"),
        Body::Message(text),
    ))
}

/// What packets say.
pub fn texts(packets: &[OutgoingPacket]) -> Vec<String> {
    packets
        .iter()
        .map(|packet| String::from_utf8(packet.bytes().to_vec()).expect("packets are text"))
        .collect()
}

/// A session, its time, and what its driver and its application keep of it.
pub struct Script {
    /// The session.
    pub session: Session,
    /// The time that everything happens at.
    pub now: Instant,
    transports: u64,
    /// What each transport was handed at last.
    handed: HashMap<TransportId, Vec<OutgoingPacket>>,
    /// The tokens of the packets and joins that the application has been told of.
    replies: VecDeque<ReplyTo>,
    joins: VecDeque<JoinRequest>,
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}

impl Script {
    /// A session whose handshake was made at second zero.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// Likewise, with other settings than [the usual](config).
    pub fn with(change: impl FnOnce(&mut SessionConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        Self {
            session: Session::new(Instant::START, Dialect::Legacy, Arc::new(config)),
            now: Instant::START,
            transports: 0,
            handed: HashMap::new(),
            replies: VecDeque::new(),
            joins: VecDeque::new(),
        }
    }

    /// A session that was greeted on a websocket, and whose application knows of it.
    pub fn on_websocket() -> (Self, TransportId) {
        Self::on_websocket_with(|_| {})
    }

    /// Likewise, with other settings than [the usual](config).
    pub fn on_websocket_with(change: impl FnOnce(&mut SessionConfig)) -> (Self, TransportId) {
        let mut script = Self::with(change);
        let websocket = script.opens(TransportName::WebSocket);
        script.gets(websocket, ["1::"]);
        script.hears(["global joined"]);
        (script, websocket)
    }

    /// A session that was greeted on its first poll; the next one has not come yet.
    pub fn between_polls() -> Self {
        Self::between_polls_with(|_| {})
    }

    /// Likewise, with other settings than [the usual](config).
    pub fn between_polls_with(change: impl FnOnce(&mut SessionConfig)) -> Self {
        let mut script = Self::with(change);
        let poll = script.polls();
        script.gets_last(poll, ["1::"]);
        script.hears(["global joined"]);
        script
    }

    // Time.

    /// Time passes, and the driver calls at each deadline on the way, as it should.
    pub fn after(&mut self, seconds: f64) {
        let target = self.now + Duration::from_secs_f64(seconds);
        while let Some(deadline) = self.session.poll_timeout().filter(|at| *at <= target) {
            self.session.handle_timeout(deadline);
            self.now = deadline;
        }
        self.now = target;
        self.session.handle_timeout(target);
    }

    /// Seconds from the handshake to the next deadline.
    pub fn deadline(&self) -> Option<f64> {
        let deadline = self.session.poll_timeout()?;
        Some(deadline.since_start().as_secs_f64())
    }

    // What the client does.

    /// The client takes the session up on another transport, if the session is alive.
    ///
    /// # Errors
    /// What the session says.
    pub fn try_opens(&mut self, name: TransportName) -> Result<TransportId, PeerError> {
        self.transports += 1;
        let id = TransportId(self.transports);
        self.session.open_transport(self.now, id, name).map(|()| id)
    }

    /// The client takes the session up on another transport.
    pub fn opens(&mut self, name: TransportName) -> TransportId {
        self.try_opens(name).expect("the session is alive")
    }

    /// The client polls.
    pub fn polls(&mut self) -> TransportId {
        self.opens(TransportName::XhrPolling)
    }

    /// The client sends a packet, or what it takes for one, if the session is alive.
    ///
    /// # Errors
    /// What the session says.
    pub fn try_sends(&mut self, text: &str) -> Result<(), PeerError> {
        let limits = DecodeLimits::DEFAULT;
        let incoming = Incoming::read(Dialect::Legacy, text, &limits);
        self.session.take_in(self.now, &incoming)
    }

    /// The client sends a packet, or what it takes for one.
    pub fn sends(&mut self, text: &str) {
        self.try_sends(text).expect("the session is alive");
    }

    /// The transport is lost, with everything written that it was handed.
    pub fn loses(&mut self, transport: TransportId, loss: Loss) {
        self.session.lose_transport(self.now, transport, loss, []);
    }

    // What the application does.

    /// The application sends a message.
    pub fn emits(&mut self, namespace: NamespaceId, text: &str) {
        let delivery =
            self.session
                .send(namespace, &message(namespace, text), SendOptions::default());
        assert!(delivery.is_ok(), "{text} was not sent: {delivery:?}");
    }

    /// The application answers the oldest question that it has not answered.
    ///
    /// # Errors
    /// What the session says.
    pub fn replies(&mut self, args: &str) -> Result<(), Misuse> {
        let reply_to = self.replies.pop_front().expect("an answer was asked for");
        self.session
            .acknowledge(reply_to, Arguments::from_checked(args))
    }

    /// The oldest question that the application has not answered.
    pub fn next_reply(&mut self) -> Option<ReplyTo> {
        self.replies.pop_front()
    }

    /// The client that has waited longest to be admitted.
    pub fn next_join(&mut self) -> JoinRequest {
        self.joins.pop_front().expect("a client wants to join")
    }

    /// Whether the application was asked about a join and has not answered.
    pub fn is_undecided(&self) -> bool {
        !self.joins.is_empty()
    }

    /// The application admits the client that has waited longest.
    ///
    /// # Errors
    /// What the session says.
    pub fn admits(&mut self) -> Result<(), Misuse> {
        let join = self.next_join();
        self.session.admit(join)
    }

    // What comes out.

    /// The application hears exactly this now, oldest first.
    #[track_caller]
    pub fn hears<const N: usize>(&mut self, expected: [&str; N]) {
        let heard = self.events();
        assert_eq!(heard, expected);
    }

    /// The application takes out everything that there is to hear.
    pub fn events(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while let Some(event) = self.next_event() {
            heard.push(event);
        }
        heard
    }

    /// The application takes out one event.
    pub fn next_event(&mut self) -> Option<String> {
        let event = self.session.poll_event()?;
        let text = self.describe(&event);
        match event {
            Event::Joining(join) => self.joins.push_back(join),
            Event::Received {
                reply_to: Some(reply_to),
                ..
            } => self.replies.push_back(reply_to),
            _ => {}
        }
        Some(text)
    }

    /// The transport is written to; it gets exactly this and stays open.
    #[track_caller]
    pub fn gets<const N: usize>(&mut self, transport: TransportId, expected: [&str; N]) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::KeepOpen);
    }

    /// The transport is written to; it gets exactly this, has it all written, and ends.
    #[track_caller]
    pub fn gets_last<const N: usize>(&mut self, transport: TransportId, expected: [&str; N]) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::Finish);
        self.loses(transport, Loss::Ended);
    }

    /// The transport is written to; it is to end after exactly this, and does not say what
    /// becomes of it.
    #[track_caller]
    pub fn begins_last<const N: usize>(&mut self, transport: TransportId, expected: [&str; N]) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::Finish);
    }

    /// The transport breaks before it has written the last `undelivered` packets of those that
    /// it was handed at last.
    pub fn gives_back(&mut self, transport: TransportId, undelivered: usize) {
        self.loses_with(transport, Loss::Broken, undelivered);
    }

    /// Likewise, but the transport ends as `loss` says.
    pub fn loses_with(&mut self, transport: TransportId, loss: Loss, undelivered: usize) {
        let mut handed = self.handed_to(transport);
        let undelivered = handed.split_off(handed.len().saturating_sub(undelivered));
        self.session
            .lose_transport(self.now, transport, loss, undelivered);
    }

    /// What the transport was handed at last.
    pub fn handed_to(&mut self, transport: TransportId) -> Vec<OutgoingPacket> {
        self.handed.remove(&transport).unwrap_or_default()
    }

    /// The transport is written to: what it gets, and what it does then.
    pub fn transmits(&mut self, transport: TransportId) -> (Vec<String>, AfterTransmit) {
        self.transmits_within(transport, PLENTY)
    }

    /// Likewise, with packets of no more than about so many bytes.
    pub fn transmits_within(
        &mut self,
        transport: TransportId,
        budget: usize,
    ) -> (Vec<String>, AfterTransmit) {
        let mut out = Vec::new();
        let after = self.session.transmit(self.now, transport, budget, &mut out);
        let texts = texts(&out);
        self.handed.insert(transport, out);
        (texts, after)
    }

    /// The orders to the driver.
    pub fn actions(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.session.poll_action()).collect()
    }

    /// The acknowledgements that came or failed: `/chat 1 ["arguments"]`, `/chat 1 timed out`.
    #[track_caller]
    pub fn resolves<const N: usize>(&mut self, expected: [&str; N]) {
        let mut resolved = Vec::new();
        while let Some(outcome) = self.session.poll_ack() {
            resolved.push(self.describe_ack(&outcome));
        }
        assert_eq!(resolved, expected);
    }

    /// After everything was drained, nothing is left of the session.
    #[track_caller]
    pub fn is_finished(&mut self) {
        let _ = self.actions();
        assert!(self.session.is_finished(), "{:?}", self.session);
        assert_eq!(self.session.poll_timeout(), None);
    }

    fn name(&self, namespace: NamespaceId) -> &str {
        match self.session.config().namespace(namespace) {
            Some(known) if known.name.is_empty() => "global",
            Some(known) => &known.name,
            None => "nowhere",
        }
    }

    fn describe(&self, event: &Event) -> String {
        match event {
            Event::Joining(join) => {
                let text = format!("{} joining {}", self.name(join.namespace()), join.query());
                text.trim_end().to_owned()
            }
            Event::Joined { namespace, query } => {
                let text = format!("{} joined {query}", self.name(*namespace));
                text.trim_end().to_owned()
            }
            Event::Received {
                namespace,
                content,
                reply_to,
                ..
            } => {
                let asked = if reply_to.is_some() { " (asks)" } else { "" };
                let name = self.name(*namespace);
                match content {
                    Content::Message(text) => format!("{name} message {text}{asked}"),
                    Content::Json(text) => format!("{name} json {text}{asked}"),
                    Content::Event(event) => {
                        format!("{name} event {} {}{asked}", event.name(), event.arguments())
                    }
                    Content::Error { reason, advice } => {
                        format!("{name} error {reason:?} {advice:?}")
                    }
                }
            }
            Event::Fault(fault) => {
                let endpoint = match &*fault.endpoint {
                    "" => "global",
                    endpoint => endpoint,
                };
                format!("{endpoint} fault {}", fault.kind.code())
            }
            Event::Left { namespace, reason } => {
                format!("{} left: {reason}", self.name(*namespace))
            }
            Event::Closed { reason } => format!("closed: {reason}"),
        }
    }

    fn describe_ack(&self, outcome: &AckOutcome) -> String {
        let AwaitedAck { namespace, id } = outcome.ack;
        let name = self.name(namespace);
        match &outcome.result {
            Ok(args) => format!("{name} {id} {args}"),
            Err(AckFailure::TimedOut) => format!("{name} {id} timed out"),
            Err(AckFailure::Disconnected(reason)) => format!("{name} {id}: {reason}"),
            Err(other) => format!("{name} {id} {other:?}"),
        }
    }
}
