//! Random steps of a client, an application, a driver and a clock.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use socketio_proto::{AckMode, Arguments, Body, ErrorReason, TransportName};
use socketio_session::{
    AfterTransmit, AwaitedAck, Delivery, DisconnectReason, Instant, Loss, NamespaceId, SendOptions,
    TransportId,
};

use crate::script::{CHAT, GLOBAL, LOCKED, NEWS, Script, VAULT, message};

/// One thing that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The client sends the next of its numbered messages to an endpoint.
    Says(&'static str),
    Sends(&'static str),
    Opens(TransportName),
    Loses(Loss),
    /// The application sends the next of its numbered messages.
    Emits(NamespaceId, SendOptions),
    Asks(NamespaceId, u64),
    Replies,
    Decides(bool),
    Dismisses(NamespaceId),
    Disconnects,
    Fails,
    Waits(Duration),
    ClockGoesBack,
    /// The driver takes out at most so many events.
    Hears(usize),
    Transmits(usize),
    /// Whoever was handed packets has written them.
    Delivers,
    /// Whoever was handed packets breaks before it has written the last so many of them.
    GivesBack(usize),
    FetchesOrders,
}

pub(crate) fn namespace() -> impl Strategy<Value = NamespaceId> {
    select(vec![GLOBAL, CHAT, NEWS, VAULT, LOCKED])
}

/// What a client can say without ending anything.
pub(crate) fn packet() -> impl Strategy<Value = &'static str> {
    select(vec![
        "1::/chat",
        "1::/chat:?query",
        "1::/news",
        "1::/vault",
        "1::/locked",
        "1::/nope",
        "1::",
        "0::/chat",
        "0::/news",
        "0::/vault",
        "0::/nope",
        "2::",
        "3:1+:/chat:asks",
        "4::/news:{}",
        r#"5::/locked:{"name":"knock"}"#,
        r#"5:2+:/locked:{"name":"break in"}"#,
        r#"5:::{"name":"disconnect"}"#,
        r#"5:::{"name":"__proto__"}"#,
        "6:::1",
        "6:::2+[1]",
        "6::/chat:1",
        "8::",
        "rubbish",
        "5::/chat:{broken",
    ])
}

/// Packets that the library acknowledges by itself.
pub(crate) fn numbered_packet() -> impl Strategy<Value = &'static str> {
    select(vec![
        "3:7::ack",
        "1:8:/chat",
        "5:9:/nope:{}",
        "4:10:/news:1",
    ])
}

pub(crate) fn says() -> impl Strategy<Value = Step> {
    select(vec!["", "", "/chat", "/news", "/vault"]).prop_map(Step::Says)
}

pub(crate) fn emits() -> impl Strategy<Value = Step> {
    let options = prop_oneof![
        3 => Just(SendOptions::default()),
        1 => Just(SendOptions::VOLATILE),
    ];
    (namespace(), options).prop_map(|(namespace, options)| Step::Emits(namespace, options))
}

pub(crate) fn asks() -> impl Strategy<Value = Step> {
    (namespace(), 0..30_u64).prop_map(|(namespace, seconds)| Step::Asks(namespace, seconds))
}

pub(crate) fn waits(up_to: u64) -> impl Strategy<Value = Step> {
    (0..=up_to).prop_map(|milliseconds| Step::Waits(Duration::from_millis(milliseconds)))
}

/// Anything at all.
pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    let loss = select(vec![Loss::Broken, Loss::Broken, Loss::Ended]);
    prop_oneof![
        6 => says(),
        6 => packet().prop_map(Step::Sends),
        2 => numbered_packet().prop_map(Step::Sends),
        3 => select(TransportName::ALL.to_vec()).prop_map(Step::Opens),
        2 => loss.prop_map(Step::Loses),
        6 => emits(),
        2 => asks(),
        2 => Just(Step::Replies),
        2 => any::<bool>().prop_map(Step::Decides),
        1 => namespace().prop_map(Step::Dismisses),
        3 => waits(40_000),
        1 => Just(Step::ClockGoesBack),
        6 => (1..4_usize).prop_map(Step::Hears),
        4 => (0..40_usize).prop_map(Step::Transmits),
        4 => Just(Step::Delivers),
        2 => (0..4_usize).prop_map(Step::GivesBack),
        2 => Just(Step::FetchesOrders),
    ]
}

/// The ways in which a session can be ended on purpose.
pub(crate) fn ending() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Sends("0::")),
        Just(Step::Dismisses(GLOBAL)),
        Just(Step::Disconnects),
        Just(Step::Fails),
        Just(Step::Loses(Loss::Ended)),
    ]
}

/// A script to which steps happen, and a record of what came of them.
pub(crate) struct Record {
    pub(crate) script: Script,
    /// How many numbered messages the client has said.
    said: u32,
    /// How many numbered messages the application has emitted.
    emitted: u32,
    /// The global messages that the session took in.
    pub(crate) accepted: Vec<u32>,
    /// The messages that the session promised to send.
    pub(crate) promised: Vec<u32>,
    pub(crate) asked: Vec<AwaitedAck>,
    pub(crate) heard: Vec<String>,
    /// What has reached the client.
    pub(crate) sent: Vec<String>,
    /// What a transport was handed, and has not said what became of.
    hand: Option<Hand>,
    /// How often the client has taken up the session on a transport of another name.
    pub(crate) changes: usize,
    pub(crate) resolved: Vec<AwaitedAck>,
}

struct Hand {
    transport: TransportId,
    packets: Vec<String>,
    /// It ends when they are written.
    is_last: bool,
}

impl Record {
    pub(crate) fn of(script: Script) -> Self {
        Self {
            script,
            said: 0,
            emitted: 0,
            accepted: Vec::new(),
            promised: Vec::new(),
            asked: Vec::new(),
            heard: Vec::new(),
            sent: Vec::new(),
            hand: None,
            changes: 0,
            resolved: Vec::new(),
        }
    }

    pub(crate) fn happens(&mut self, step: &Step) {
        let now = self.script.now;
        match step {
            Step::Says(endpoint) => self.says(endpoint),
            Step::Sends(text) => drop(self.script.try_sends(text)),
            Step::Opens(name) => self.opens(*name),
            Step::Loses(loss) => {
                if let Some(transport) = self.script.session.transport() {
                    self.delivers_on(transport);
                    self.script.loses(transport, *loss);
                }
            }
            Step::Emits(namespace, options) => self.emits(*namespace, *options),
            Step::Asks(namespace, seconds) => self.asks(*namespace, *seconds),
            Step::Replies => self.script.try_replies(),
            Step::Decides(admits) => self.script.try_decides(*admits),
            Step::Dismisses(namespace) => drop(self.script.session.leave(now, *namespace)),
            Step::Disconnects => {
                let reason = DisconnectReason::ShuttingDown;
                self.script.session.disconnect(now, reason);
            }
            Step::Fails => {
                let reason = DisconnectReason::PacketTooLarge;
                self.script.session.fail(now, reason);
            }
            Step::Waits(time) => self.script.after(time.as_secs_f64()),
            Step::ClockGoesBack => self.script.session.handle_timeout(Instant::START),
            Step::Hears(events) => {
                let heard = (0..*events).map_while(|_| self.script.next_event());
                self.heard.extend(heard);
            }
            Step::Transmits(budget) => self.transmits(*budget),
            Step::Delivers => self.delivers(),
            Step::GivesBack(undelivered) => self.gives_back(*undelivered),
            Step::FetchesOrders => self.fetches_orders(),
        }
    }

    fn says(&mut self, endpoint: &str) {
        self.said += 1;
        let accepted = self
            .script
            .try_sends(&format!("3::{endpoint}:{}", self.said));
        if accepted.is_ok() && endpoint.is_empty() {
            self.accepted.push(self.said);
        }
    }

    fn emits(&mut self, namespace: NamespaceId, options: SendOptions) {
        self.emitted += 1;
        let packet = message(namespace, &self.emitted.to_string());
        let sent = self.script.session.send(namespace, &packet, options);
        if sent == Ok(Delivery::Queued) {
            self.promised.push(self.emitted);
        }
    }

    fn asks(&mut self, namespace: NamespaceId, seconds: u64) {
        let asked = self.script.session.send_with_ack(
            self.script.now,
            namespace,
            Body::Message("?"),
            AckMode::Data,
            Duration::from_secs(seconds),
        );
        self.asked.extend(asked);
    }

    fn opens(&mut self, name: TransportName) {
        let before = self.script.session.transport_name();
        if self.script.try_opens(name).is_ok() && before != Some(name) {
            self.changes += 1;
        }
    }

    /// The newest transport is written to, if it is not still at what it was handed at last.
    pub(crate) fn transmits(&mut self, budget: usize) {
        let Some(transport) = self.script.session.transport() else {
            return;
        };
        match &self.hand {
            Some(hand) if hand.transport == transport && hand.is_last => return,
            // A websocket that comes again has written what it had.
            _ => self.delivers_on(transport),
        }
        let (packets, after) = self.script.transmits_within(transport, budget);
        let is_last = after == AfterTransmit::Finish;
        if packets.iter().all(|packet| packet == "8::") {
            self.sent.extend(packets);
            if is_last {
                self.script.loses(transport, Loss::Ended);
            }
            return;
        }
        assert!(self.hand.is_none(), "{packets:?} overtake what is written");
        self.hand = Some(Hand {
            transport,
            packets,
            is_last,
        });
    }

    fn delivers_on(&mut self, transport: TransportId) {
        if let Some(hand) = self.hand.take_if(|hand| hand.transport == transport) {
            self.sent.extend(hand.packets);
        }
    }

    pub(crate) fn delivers(&mut self) {
        let Some(hand) = &mut self.hand else { return };
        self.sent.append(&mut hand.packets);
        let transport = hand.transport;
        // A websocket says so only when it comes again, or when another has taken its place.
        if hand.is_last || self.script.session.transport() != Some(transport) {
            self.script.loses(transport, Loss::Ended);
            self.hand = None;
        }
    }

    fn gives_back(&mut self, undelivered: usize) {
        let Some(hand) = self.hand.take() else { return };
        let undelivered = undelivered.min(hand.packets.len());
        let delivered = hand.packets.len() - undelivered;
        self.sent.extend(hand.packets.into_iter().take(delivered));
        self.script.gives_back(hand.transport, undelivered);
    }

    pub(crate) fn fetches_orders(&mut self) {
        let _ = self.script.actions();
        while let Some(outcome) = self.script.session.poll_ack() {
            self.resolved.push(outcome.ack);
        }
    }

    /// The application decides whatever is undecided and takes out everything.
    pub(crate) fn hears_everything(&mut self) {
        loop {
            let heard = self.script.events();
            self.heard.extend(heard);
            if !self.script.is_undecided() {
                return;
            }
            self.script.try_decides(true);
        }
    }
}

impl Script {
    fn try_replies(&mut self) {
        if let Some(reply) = self.next_reply() {
            let _ = self.session.acknowledge(reply, Arguments::NONE);
        }
    }

    fn try_decides(&mut self, admits: bool) {
        if !self.is_undecided() {
            return;
        }
        let join = self.next_join();
        // Too late is too late: the session may have ended.
        let _ = if admits {
            self.session.admit(join)
        } else {
            self.session.refuse(join, Some(ErrorReason::Unauthorized))
        };
    }
}
