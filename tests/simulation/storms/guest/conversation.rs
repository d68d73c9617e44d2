//! What a client and its session say to each other, whatever carries it.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use serde_json::Value;
use socketio_proto::{Body, DecodeLimits, Dialect};

use crate::ledger::Ledger;

/// How a session came to its end, as its client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The server said goodbye.
    Goodbye,
    /// The server knows no such session.
    Unknown,
    /// The client could not reach the server often enough.
    Unreachable,
}

/// One session, as its client sees it. A handle.
#[derive(Clone)]
pub(crate) struct Conversation(Arc<Mutex<State>>);

struct State {
    ledger: Ledger,
    sid: String,
    /// Packets that wait to be sent, and the event in each that has to be handled if it arrives.
    outgoing: VecDeque<(String, Option<u64>)>,
    /// Events whose answers are to come, by the number of the request.
    pending: BTreeMap<String, u64>,
    requests: u64,
    over: Option<Over>,
    is_frozen: bool,
    /// The client has asked for the end beside all that it says.
    is_leaving: bool,
    waiting: Vec<Waker>,
}

impl Conversation {
    pub(crate) fn new(ledger: &Ledger, sid: &str) -> Self {
        Self(Arc::new(Mutex::new(State {
            ledger: ledger.clone(),
            sid: sid.to_owned(),
            outgoing: VecDeque::new(),
            pending: BTreeMap::new(),
            requests: 0,
            over: None,
            is_frozen: false,
            is_leaving: false,
            waiting: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn sid(&self) -> String {
        self.state().sid.clone()
    }

    pub(crate) fn over(&self) -> Option<Over> {
        self.state().over
    }

    pub(crate) fn end(&self, over: Over) {
        let mut state = self.state();
        state.over.get_or_insert(over);
        state.wake_all();
    }

    /// From now on the end may be there before what is under way.
    pub(crate) fn begin_leaving(&self) {
        self.state().is_leaving = true;
    }

    /// From now on the client does nothing any more.
    pub(crate) fn freeze(&self) {
        self.state().is_frozen = true;
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.state().is_frozen
    }

    /// Sends a packet that is no event.
    pub(crate) fn send(&self, packet: &str) {
        let mut state = self.state();
        state.outgoing.push_back((packet.to_owned(), None));
        state.wake_all();
    }

    /// Sends an event, whose first argument is its number.
    pub(crate) fn event(&self, endpoint: &str, name: &str, args: &str, asks: bool) {
        let mut state = self.state();
        let digits: String = args.chars().take_while(char::is_ascii_digit).collect();
        let number: u64 = digits.parse().expect("a number");
        let mut request = String::new();
        if asks {
            state.requests += 1;
            request = format!("{}+", state.requests);
            let id = state.requests.to_string();
            state.pending.insert(id, number);
        }
        let packet = format!(r#"5:{request}:{endpoint}:{{"name":"{name}","args":[{args}]}}"#);
        // Elsewhere the client may not be any more.
        let counted = endpoint.is_empty().then_some(number);
        state.outgoing.push_back((packet, counted));
        state.wake_all();
    }

    /// What waits to be sent: so many packets at most, and the events in them.
    pub(crate) fn take_outgoing(&self, most: usize) -> (Vec<String>, Vec<u64>) {
        let mut state = self.state();
        let most = most.min(state.outgoing.len());
        let (packets, events): (Vec<_>, Vec<_>) = state.outgoing.drain(..most).unzip();
        (packets, events.into_iter().flatten().collect())
    }

    pub(crate) fn is_answered(&self) -> bool {
        let state = self.state();
        state.pending.is_empty() && state.outgoing.is_empty()
    }

    /// These events have certainly arrived.
    pub(crate) fn arrived(&self, events: &[u64]) {
        let state = self.state();
        // What comes after the end is ignored.
        if state.over.is_none() && !state.is_leaving {
            state.ledger.arrived(&state.sid, events);
        }
    }

    /// Waits until `is_so`, which may become true when something is said or has come.
    pub(crate) async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        poll_fn(|cx| {
            if is_so(self) {
                return Poll::Ready(());
            }
            self.wake_on_change(cx.waker());
            Poll::Pending
        })
        .await;
    }

    pub(crate) async fn until_outgoing(&self) {
        self.until(|it| !it.state().outgoing.is_empty()).await;
    }

    pub(crate) async fn until_over(&self) {
        self.until(|it| it.over().is_some()).await;
    }

    pub(crate) fn wake_on_change(&self, waker: &Waker) {
        self.state().waiting.push(waker.clone());
    }

    /// A payload has come, of one packet or several.
    pub(crate) fn take_payload(&self, payload: &str) {
        for packet in Dialect::Legacy.unframe(payload) {
            self.take(packet.expect("a payload of the server's"));
        }
    }

    /// A packet has come.
    pub(crate) fn take(&self, text: &str) {
        let mut state = self.state();
        let limits = DecodeLimits::default();
        let packet = Dialect::Legacy.decode(text, &limits);
        let packet = packet.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let sid = state.sid.clone();
        match packet.body {
            Body::Connect { .. } | Body::Noop => {}
            Body::Heartbeat => state.outgoing.push_back(("2::".into(), None)),
            Body::Event { ref name, ref args } if name == "news" => {
                state.ledger.received(&sid, first_number(args.as_str()));
            }
            Body::Event { ref name, ref args } if name == "question" => {
                let number = first_number(args.as_str());
                state.ledger.received(&sid, number);
                let request = packet.ack_request.expect("a question asks");
                let answer = format!("6::{}:{}+[{number}]", packet.endpoint, request.id);
                state.outgoing.push_back((answer, None));
            }
            // Who has left the other namespace may find that out in this way.
            Body::Event { ref name, ref args }
                if name == "error" && args.as_str().contains("no_such_namespace") => {}
            Body::Ack { id, ref args } => {
                let event = state.pending.remove(id);
                let event = event.unwrap_or_else(|| panic!("{sid}: {id} was answered twice"));
                if args.as_str().contains("no_such_namespace") {
                    return;
                }
                state.ledger.was_answered(&sid, event);
                state.ledger.received(&sid, first_number(args.as_str()));
            }
            Body::Disconnect if packet.endpoint.is_empty() => {
                state.ledger.said_goodbye(&sid);
                state.over = Some(Over::Goodbye);
            }
            Body::Disconnect => {}
            Body::Error {
                advice: Some(_), ..
            } => state.over = Some(Over::Unknown),
            _ => panic!("{sid}: nobody expects {text:?}"),
        }
        state.wake_all();
    }
}

impl State {
    fn wake_all(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}

fn first_number(args: &str) -> u64 {
    let args: Vec<Value> = serde_json::from_str(args).expect("arguments");
    args.first().and_then(Value::as_u64).expect("a number")
}
