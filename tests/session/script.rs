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
pub(crate) const GLOBAL: NamespaceId = NamespaceId(0);
/// Admits everybody and allows everything.
pub(crate) const CHAT: NamespaceId = NamespaceId(1);
/// Like chat; for telling two namespaces apart.
pub(crate) const NEWS: NamespaceId = NamespaceId(2);
/// Asks the application before it lets a client in that asks to join.
pub(crate) const VAULT: NamespaceId = NamespaceId(3);
/// Allows only to join, the event `knock` and what the application adds.
pub(crate) const LOCKED: NamespaceId = NamespaceId(4);

/// A budget that nothing exceeds.
const PLENTY: usize = usize::MAX;

/// The reference times, and the namespaces above.
pub(crate) fn config() -> SessionConfig {
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
pub(crate) fn message(namespace: NamespaceId, text: &str) -> SharedPacket {
    let config = config();
    let endpoint = config.namespace(namespace).map(|known| &*known.name);
    SharedPacket::new(&Packet::new(
        endpoint.expect("one of the namespaces above"),
        Body::Message(text),
    ))
}

pub(crate) fn texts(packets: &[OutgoingPacket]) -> Vec<String> {
    packets
        .iter()
        .map(|packet| String::from_utf8(packet.bytes().to_vec()).expect("packets are text"))
        .collect()
}

pub(crate) struct Script {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    transports: u64,
    /// What each transport was handed at last.
    handed: HashMap<TransportId, Vec<OutgoingPacket>>,
    /// The tokens of the packets and joins that the application has been told of.
    replies: VecDeque<ReplyTo>,
    joins: VecDeque<JoinRequest>,
}

impl Script {
    /// A session whose handshake was made at second zero.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SessionConfig)) -> Self {
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
    pub(crate) fn on_websocket() -> (Self, TransportId) {
        Self::on_websocket_with(|_| {})
    }

    pub(crate) fn on_websocket_with(
        change: impl FnOnce(&mut SessionConfig),
    ) -> (Self, TransportId) {
        let mut script = Self::with(change);
        let websocket = script.opens(TransportName::WebSocket);
        script.gets(websocket, ["1::"]);
        script.hears(["global joined"]);
        (script, websocket)
    }

    /// A session that was greeted on its first poll; the next one has not come yet.
    pub(crate) fn between_polls() -> Self {
        Self::between_polls_with(|_| {})
    }

    pub(crate) fn between_polls_with(change: impl FnOnce(&mut SessionConfig)) -> Self {
        let mut script = Self::with(change);
        let poll = script.polls();
        script.gets_last(poll, ["1::"]);
        script.hears(["global joined"]);
        script
    }

    // Time.

    /// Time passes, and the driver calls at each deadline on the way, as it should.
    pub(crate) fn after(&mut self, seconds: f64) {
        let target = self.now + Duration::from_secs_f64(seconds);
        while let Some(deadline) = self.session.poll_timeout().filter(|at| *at <= target) {
            self.session.handle_timeout(deadline);
            self.now = deadline;
        }
        self.now = target;
        self.session.handle_timeout(target);
    }

    /// Seconds from the handshake to the next deadline.
    pub(crate) fn deadline(&self) -> Option<f64> {
        let deadline = self.session.poll_timeout()?;
        Some(deadline.since_start().as_secs_f64())
    }

    // What the client does.

    pub(crate) fn try_opens(&mut self, name: TransportName) -> Result<TransportId, PeerError> {
        self.transports += 1;
        let id = TransportId(self.transports);
        self.session.open_transport(self.now, id, name).map(|()| id)
    }

    pub(crate) fn opens(&mut self, name: TransportName) -> TransportId {
        self.try_opens(name).expect("the session is alive")
    }

    pub(crate) fn polls(&mut self) -> TransportId {
        self.opens(TransportName::XhrPolling)
    }

    pub(crate) fn try_sends(&mut self, text: &str) -> Result<(), PeerError> {
        let limits = DecodeLimits::DEFAULT;
        let incoming = Incoming::read(Dialect::Legacy, text, &limits);
        self.session.take_in(self.now, &incoming)
    }

    pub(crate) fn sends(&mut self, text: &str) {
        self.try_sends(text).expect("the session is alive");
    }

    pub(crate) fn loses(&mut self, transport: TransportId, loss: Loss) {
        self.session.lose_transport(self.now, transport, loss, []);
    }

    // What the application does.

    pub(crate) fn emits(&mut self, namespace: NamespaceId, text: &str) {
        let delivery =
            self.session
                .send(namespace, &message(namespace, text), SendOptions::default());
        assert!(delivery.is_ok(), "{text} was not sent: {delivery:?}");
    }

    pub(crate) fn replies(&mut self, args: &'static str) -> Result<(), Misuse> {
        let reply_to = self.replies.pop_front().expect("an answer was asked for");
        self.session
            .acknowledge(reply_to, Arguments::from_checked(args))
    }

    pub(crate) fn next_reply(&mut self) -> Option<ReplyTo> {
        self.replies.pop_front()
    }

    pub(crate) fn next_join(&mut self) -> JoinRequest {
        self.joins.pop_front().expect("a client wants to join")
    }

    /// Whether the application was asked about a join and has not answered.
    pub(crate) fn is_undecided(&self) -> bool {
        !self.joins.is_empty()
    }

    pub(crate) fn admits(&mut self) -> Result<(), Misuse> {
        let join = self.next_join();
        self.session.admit(join)
    }

    // What comes out.

    /// The application hears exactly this now, oldest first.
    #[track_caller]
    pub(crate) fn hears<const N: usize>(&mut self, expected: [&str; N]) {
        let heard = self.events();
        assert_eq!(heard, expected);
    }

    /// The application takes out everything that there is to hear.
    pub(crate) fn events(&mut self) -> Vec<String> {
        let mut heard = Vec::new();
        while let Some(event) = self.next_event() {
            heard.push(event);
        }
        heard
    }

    /// The application takes out one event.
    pub(crate) fn next_event(&mut self) -> Option<String> {
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
    pub(crate) fn gets<const N: usize>(&mut self, transport: TransportId, expected: [&str; N]) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::KeepOpen);
    }

    /// The transport is written to; it gets exactly this, has it all written, and ends.
    #[track_caller]
    pub(crate) fn gets_last<const N: usize>(
        &mut self,
        transport: TransportId,
        expected: [&str; N],
    ) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::Finish);
        self.loses(transport, Loss::Ended);
    }

    /// The transport is written to; it is to end after exactly this, and does not say what
    /// becomes of it.
    #[track_caller]
    pub(crate) fn begins_last<const N: usize>(
        &mut self,
        transport: TransportId,
        expected: [&str; N],
    ) {
        let (packets, after) = self.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::Finish);
    }

    /// The transport breaks before it has written the last `undelivered` packets of those that
    /// it was handed at last.
    pub(crate) fn gives_back(&mut self, transport: TransportId, undelivered: usize) {
        self.loses_with(transport, Loss::Broken, undelivered);
    }

    /// Likewise, but the transport ends as `loss` says.
    pub(crate) fn loses_with(&mut self, transport: TransportId, loss: Loss, undelivered: usize) {
        let mut handed = self.handed_to(transport);
        let undelivered = handed.split_off(handed.len().saturating_sub(undelivered));
        self.session
            .lose_transport(self.now, transport, loss, undelivered);
    }

    /// What the transport was handed at last.
    pub(crate) fn handed_to(&mut self, transport: TransportId) -> Vec<OutgoingPacket> {
        self.handed.remove(&transport).unwrap_or_default()
    }

    pub(crate) fn transmits(&mut self, transport: TransportId) -> (Vec<String>, AfterTransmit) {
        self.transmits_within(transport, PLENTY)
    }

    pub(crate) fn transmits_within(
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
    pub(crate) fn actions(&mut self) -> Vec<Action> {
        std::iter::from_fn(|| self.session.poll_action()).collect()
    }

    /// The acknowledgements that came or failed: `/chat 1 ["arguments"]`, `/chat 1 timed out`.
    #[track_caller]
    pub(crate) fn resolves<const N: usize>(&mut self, expected: [&str; N]) {
        let mut resolved = Vec::new();
        while let Some(outcome) = self.session.poll_ack() {
            resolved.push(self.describe_ack(&outcome));
        }
        assert_eq!(resolved, expected);
    }

    /// After everything was drained, nothing is left of the session.
    #[track_caller]
    pub(crate) fn is_finished(&mut self) {
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
