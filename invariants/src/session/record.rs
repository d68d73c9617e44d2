//! What comes of steps: a record that can be judged.

use std::time::Duration;

use socketio_proto::{AckMode, Arguments, Body, ErrorReason, TransportName};
use socketio_session::{
    AfterTransmit, AwaitedAck, Delivery, DisconnectReason, Instant, Loss, NamespaceId, SendOptions,
    TransportId,
};

use super::script::{Script, message};
use super::step::Step;

/// A script to which steps happen, and a record of what came of them.
pub struct Record {
    /// What the steps happen to.
    pub script: Script,
    /// How many numbered messages the client has said.
    said: u32,
    /// How many numbered messages the application has emitted.
    emitted: u32,
    /// The global messages that the session took in.
    pub accepted: Vec<u32>,
    /// The messages that the session promised to send.
    pub promised: Vec<u32>,
    /// The acknowledgements that the application has asked for.
    pub asked: Vec<AwaitedAck>,
    /// What the application has heard, oldest first.
    pub heard: Vec<String>,
    /// What has reached the client.
    pub sent: Vec<String>,
    /// What a transport was handed, and has not said what became of.
    hand: Option<Hand>,
    /// How often the client has taken up the session on a transport of another name.
    pub changes: usize,
    /// The acknowledgements that have come or failed.
    pub resolved: Vec<AwaitedAck>,
}

struct Hand {
    transport: TransportId,
    packets: Vec<String>,
    /// It ends when they are written.
    is_last: bool,
}

impl Record {
    /// Nothing has happened to the script yet.
    pub fn of(script: Script) -> Self {
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

    /// Lets one step happen, if it can.
    pub fn happens(&mut self, step: &Step) {
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
    pub fn transmits(&mut self, budget: usize) {
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

    /// Whoever was handed packets has written them.
    pub fn delivers(&mut self) {
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

    /// The driver takes out its orders and the acknowledgements.
    pub fn fetches_orders(&mut self) {
        let _ = self.script.actions();
        while let Some(outcome) = self.script.session.poll_ack() {
            self.resolved.push(outcome.ack);
        }
    }

    /// The application decides whatever is undecided and takes out everything.
    pub fn hears_everything(&mut self) {
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
