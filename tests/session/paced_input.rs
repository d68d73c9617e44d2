//! However a client, an application and a driver take turns: a client that is only heard while its
//! session wants input is never ended by the answers to what it says, and gets them all.

use proptest::prelude::*;
use proptest::sample::select;
use socketio_invariants::session::script::{GLOBAL, Script, message};
use socketio_proto::TransportName;
use socketio_session::{AfterTransmit, Loss, SendOptions, TransportId};

#[derive(Debug, Clone)]
enum Step {
    /// The client says so many things; the driver reads no more of them than are wanted.
    Says(usize, &'static str),
    /// The application handles at most so many events.
    Handles(usize),
    Opens(TransportName),
    /// The driver writes at most so many bytes.
    Writes(usize),
    /// The transport breaks before it has written anything of what it was handed.
    Breaks,
}

/// What is answered by the session, by the application, or by both.
fn said() -> impl Strategy<Value = &'static str> {
    select(vec![
        "3:::", "3:::", "3:5::", "rubbish", "1::/chat", "3:6+::",
    ])
}

fn step() -> impl Strategy<Value = Step> {
    let names = vec![TransportName::WebSocket, TransportName::XhrPolling];
    prop_oneof![
        6 => (1..20_usize, said()).prop_map(|(count, what)| Step::Says(count, what)),
        4 => (1..20_usize).prop_map(Step::Handles),
        3 => select(names).prop_map(Step::Opens),
        4 => (0..200_usize).prop_map(Step::Writes),
        1 => Just(Step::Breaks),
    ]
}

/// A session whose application sends every message back.
struct Echo {
    script: Script,
    said: u32,
    echoed: Vec<String>,
    /// What a transport was handed and has not written.
    in_hand: Option<(TransportId, Vec<String>)>,
}

impl Echo {
    fn happens(&mut self, step: &Step) {
        match step {
            Step::Says(count, what) => (0..*count).for_each(|_| self.says(what)),
            Step::Handles(count) => {
                let _ = (0..*count).take_while(|_| self.handles()).count();
            }
            Step::Opens(name) => self.opens(*name),
            Step::Writes(budget) => self.writes(*budget),
            Step::Breaks => {
                if let Some((transport, packets)) = self.in_hand.take() {
                    self.script.gives_back(transport, packets.len());
                }
            }
        }
    }

    fn says(&mut self, what: &str) {
        if !self.script.session.wants_input() {
            return;
        }
        if what.ends_with("::") && what.starts_with('3') {
            self.script.sends(&format!("{what}{}", self.said));
            self.said += 1;
        } else {
            self.script.sends(what);
        }
    }

    /// False if there is nothing to handle.
    fn handles(&mut self) -> bool {
        let Some(event) = self.script.next_event() else {
            return false;
        };
        if let Some(text) = event.strip_prefix("global message ") {
            let text = text.trim_end_matches(" (asks)");
            let echo = message(GLOBAL, text);
            let sent = self
                .script
                .session
                .send(GLOBAL, &echo, SendOptions::RELIABLE);
            assert!(sent.is_ok(), "{text}: {sent:?}");
            if self.script.next_reply().is_some_and(|reply| {
                let nothing = socketio_proto::Arguments::NONE;
                self.script.session.acknowledge(reply, nothing).is_err()
            }) {
                panic!("{text} could not be acknowledged");
            }
        }
        true
    }

    fn opens(&mut self, name: TransportName) {
        self.is_written();
        let older = self.script.session.transport();
        let _ = self.script.opens(name);
        if let Some(older) = older {
            self.script.loses(older, Loss::Ended);
        }
    }

    fn is_written(&mut self) {
        if let Some((transport, packets)) = self.in_hand.take() {
            let echoes = packets
                .iter()
                .filter_map(|packet| packet.strip_prefix("3:::"));
            self.echoed.extend(echoes.map(String::from));
            if self.script.session.transport() != Some(transport) {
                self.script.loses(transport, Loss::Ended);
            }
        }
    }

    fn writes(&mut self, budget: usize) {
        let Some(transport) = self.script.session.transport() else {
            return;
        };
        self.is_written();
        let (packets, after) = self.script.transmits_within(transport, budget);
        self.in_hand = Some((transport, packets));
        if after == AfterTransmit::Finish {
            self.is_written();
            self.script.loses(transport, Loss::Ended);
        }
    }

    /// The client reads everything, and everything is handled.
    fn comes_to_rest(&mut self) {
        self.opens(TransportName::WebSocket);
        let mut left = 10_000;
        while self.script.session.backlog().0 > 0 || self.script.session.has_events() {
            self.writes(50);
            let _ = self.handles();
            left -= 1;
            assert!(left > 0, "it stands still");
        }
        self.is_written();
    }
}

proptest! {
    #[test]
    fn a_client_that_is_heard_as_wanted_gets_all_its_answers(
        steps in prop::collection::vec(step(), 0..80),
        packets in 6..40_usize,
        bytes in 500..3000_usize,
        inbox in 1..30_usize,
    ) {
        let script = Script::with(|config| {
            config.limits.outbox_packets = packets;
            config.limits.outbox_bytes = bytes;
            config.limits.inbox_packets = inbox;
        });
        let mut echo = Echo { script, said: 0, echoed: Vec::new(), in_hand: None };
        for step in &steps {
            echo.happens(step);
            prop_assert_eq!(echo.script.session.close_reason(), None);
        }
        echo.comes_to_rest();
        prop_assert!(echo.script.session.wants_input());
        let expected: Vec<String> = (0..echo.said).map(|number| number.to_string()).collect();
        prop_assert_eq!(echo.echoed, expected);
    }
}
