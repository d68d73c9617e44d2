//! The books: what the application sent to each client, and what each client received.
//!
//! Everything that the server sends to a client is numbered, answers included, and numbers go up.
//! A client has to receive what was queued for it in that order, each number once, and without a
//! gap. There may be gaps only where the network took bytes and lost them, and where the server says
//! that it dropped packets for which there was no room: of these it must have counted each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use socketio_server::{
    Ack, AckError, Delivery, DisconnectReason, Fault, OverflowPolicy, ServerHandle, Socket,
};
use socketio_simulation::World;

use crate::application::AT_ONCE;

/// How long a client has to answer a question.
const TIME_TO_ANSWER: Duration = Duration::from_secs(20);

/// The books of one run. A handle.
#[derive(Clone)]
pub(crate) struct Ledger(Arc<Books>);

struct Books {
    world: World,
    overflow: OverflowPolicy,
    server: OnceLock<ServerHandle>,
    accounts: Mutex<BTreeMap<String, Account>>,
    last: Mutex<u64>,
    jobs: AtomicI64,
    /// What went wrong in handlers, whose panics the server contains.
    faults: Mutex<Vec<String>>,
}

/// One session.
#[derive(Debug, Default)]
struct Account {
    /// What was queued for the client.
    sent: Vec<Sent>,
    /// How much of it the client has, or will never have.
    settled: usize,
    /// How much was dropped because there was no room: refused at once, or missed later on.
    dropped: u64,
    /// How much the server says that it dropped.
    counted: Option<u64>,
    /// Whether the client has the server's goodbye, and so everything before it.
    has_goodbye: bool,
    /// Events of the client that a handler took.
    handled: BTreeSet<u64>,
    /// The last of those that are handled one by one.
    last_handled: u64,
    /// Events that have certainly arrived.
    arrived: BTreeSet<u64>,
    /// Namespaces that the client is in.
    joined: BTreeSet<String>,
    /// Namespaces that it was in.
    left: Vec<(String, DisconnectReason)>,
    /// Whether the network lost anything of what was sent.
    loss: Arc<AtomicBool>,
}

/// A number that was queued for a client.
#[derive(Debug, Clone, Copy)]
struct Sent {
    number: u64,
    may_be_dropped: bool,
}

/// What was dropped, in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Drops {
    /// Packets of sessions that went on to their goodbyes, each of them accounted for.
    pub(crate) packets: u64,
    /// Those sessions.
    pub(crate) sessions: u64,
}

/// A job, for as long as it lives.
pub(crate) struct JobGuard(Arc<Books>);

impl Drop for JobGuard {
    fn drop(&mut self) {
        self.0.jobs.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Ledger {
    pub(crate) fn new(world: &World, overflow: OverflowPolicy) -> Self {
        Self(Arc::new(Books {
            world: world.clone(),
            overflow,
            server: OnceLock::new(),
            accounts: Mutex::default(),
            last: Mutex::default(),
            jobs: AtomicI64::default(),
            faults: Mutex::default(),
        }))
    }

    pub(crate) fn set_server(&self, server: ServerHandle) {
        assert!(self.0.server.set(server).is_ok(), "there is one server");
    }

    pub(crate) fn server(&self) -> &ServerHandle {
        self.0.server.get().expect("the server was built")
    }

    pub(crate) fn overflow(&self) -> OverflowPolicy {
        self.0.overflow
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Account>> {
        let accounts = &self.0.accounts;
        accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, sid: &str, work: impl FnOnce(&mut Account) -> T) -> T {
        work(self.accounts().entry(sid.to_owned()).or_default())
    }

    fn number(&self) -> u64 {
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last += 1;
        *last
    }

    /// A session of this id was made; `loss` says whether anything for it was lost.
    pub(crate) fn begin(&self, sid: &str, loss: &Arc<AtomicBool>) {
        self.0.world.say(format!("session {sid}"));
        self.with(sid, |account| account.loss = Arc::clone(loss));
    }

    // What the application says.

    pub(crate) fn joined(&self, socket: &Socket) {
        let name = socket.namespace().to_owned();
        self.with(socket.id().as_str(), |account| {
            assert!(account.joined.insert(name), "joined twice");
        });
    }

    pub(crate) fn left(&self, socket: &Socket, reason: DisconnectReason) {
        let name = socket.namespace();
        self.say(socket, &format!("left {name:?}: {reason}"));
        self.with(socket.id().as_str(), |account| {
            assert!(account.joined.remove(name), "left what it was not in");
            account.left.push((name.to_owned(), reason));
            if let (true, Some(counters)) = (name.is_empty(), socket.session().counters()) {
                account.counted = Some(counters.packets_dropped + counters.dropped_for_memory);
            }
        });
    }

    /// The server found a fault. Of those in its own house, none may be.
    pub(crate) fn fault(&self, fault: &Fault) {
        let text = format!("fault: {fault:?}");
        self.0.world.say(&*text);
        if fault.kind.code() == "handler_panicked" {
            self.faults().push(text);
        }
    }

    fn faults(&self) -> MutexGuard<'_, Vec<String>> {
        let faults = &self.0.faults;
        faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, socket: &Socket, what: &str) {
        self.0
            .world
            .say(format!("{}: {what}", socket.id().as_str()));
    }

    /// A handler has taken event `number` of a client.
    pub(crate) fn handled(&self, socket: &Socket, number: u64) {
        self.say(socket, &format!("event {number} is handled"));
        self.with(socket.id().as_str(), |account| {
            let name = socket.namespace();
            assert!(account.joined.contains(name), "handled after the end");
            let is_new = account.handled.insert(number);
            assert!(is_new, "event {number} is handled twice");
            if name != AT_ONCE {
                let last = std::mem::replace(&mut account.last_handled, number);
                assert!(number > last, "event {number} is handled after {last}");
            }
        });
    }

    pub(crate) fn emit(&self, socket: &Socket, length: usize) {
        let number = self.number();
        match socket.emit("news", (number, "x".repeat(length))) {
            Ok(Delivery::Queued) => {
                let may_be_dropped = self.0.overflow == OverflowPolicy::DropOldest;
                self.sent(socket, number, may_be_dropped);
            }
            Ok(Delivery::Dropped) => {
                assert_ne!(self.0.overflow, OverflowPolicy::Disconnect);
                self.with(socket.id().as_str(), |account| account.dropped += 1);
            }
            // It has left.
            Err(_) => {}
        }
    }

    fn sent(&self, socket: &Socket, number: u64, may_be_dropped: bool) {
        let sent = Sent {
            number,
            may_be_dropped,
        };
        self.with(socket.id().as_str(), |account| account.sent.push(sent));
    }

    pub(crate) fn answer(&self, socket: &Socket, ack: Ack, length: usize) {
        let number = self.number();
        if ack.is_wanted() && ack.send((number, "x".repeat(length))).is_ok() {
            self.sent(socket, number, false);
        }
    }

    /// Asks the client; if it answers, it must have had the question.
    pub(crate) async fn ask(&self, socket: &Socket) {
        let number = self.number();
        let sid = socket.id();
        self.sent(socket, number, false);
        let asked = socket.emit_with_ack("question", (number,));
        match asked.within(TIME_TO_ANSWER).args::<(u64,)>().await {
            Ok((answer,)) => self.with(sid.as_str(), |account| {
                assert_eq!(answer, number, "another question was answered");
                let had = &account.sent[..account.settled];
                let has_it = had.iter().any(|sent| sent.number == number);
                assert!(has_it, "{number} was never received");
            }),
            Err(AckError::Send(_)) => self.with(sid.as_str(), |account| {
                account.sent.retain(|sent| sent.number != number);
            }),
            Err(_) => {}
        }
    }

    /// Sends to everybody else in a room, and knows who that is.
    pub(crate) fn shout(&self, socket: &Socket, room: &str, length: usize) {
        let number = self.number();
        let namespace = self.server().of(socket.namespace()).expect("a namespace");
        let members = namespace.sockets_in(room);
        let others = members.iter().filter(|member| member.id() != socket.id());
        let mut expected = 0;
        // Of a broadcast, nobody is told for whom there was no room.
        let may_be_dropped = self.0.overflow != OverflowPolicy::Disconnect;
        for other in others {
            self.sent(other, number, may_be_dropped);
            expected += 1;
        }
        let reach = socket.to(room).emit("news", (number, "x".repeat(length)));
        let reach = reach.expect("a number is JSON");
        let reached = reach.queued + reach.dropped + reach.disconnected;
        assert_eq!(reached, expected, "{reach:?}");
    }

    pub(crate) fn begin_job(&self) -> JobGuard {
        self.0.jobs.fetch_add(1, Ordering::Relaxed);
        JobGuard(Arc::clone(&self.0))
    }

    // What the clients say.

    /// A client has received this number, whole.
    pub(crate) fn received(&self, sid: &str, number: u64) {
        self.0.world.say(format!("{sid}: received {number}"));
        self.with(sid, |account| {
            let rest = &account.sent[account.settled..];
            let position = rest.iter().position(|sent| sent.number == number);
            let Some(skipped) = position else {
                panic!("{sid}: {number} is not among what is still to come: {rest:?}");
            };
            account.miss(skipped, &format!("{sid}: before {number}"));
            account.settled += 1;
        });
    }

    /// A client was answered, about its event `number`.
    pub(crate) fn was_answered(&self, sid: &str, number: u64) {
        self.with(sid, |account| {
            let known = account.handled.contains(&number);
            assert!(known, "{sid}: {number} was answered and not handled");
        });
    }

    /// A client has a goodbye: everything was before it.
    pub(crate) fn said_goodbye(&self, sid: &str) {
        self.0.world.say(format!("{sid}: goodbye"));
        self.with(sid, |account| {
            let rest = account.sent.len() - account.settled;
            account.miss(rest, &format!("{sid}: before the goodbye"));
            account.has_goodbye = true;
        });
    }

    /// These events of a client have arrived: it was told so.
    pub(crate) fn arrived(&self, sid: &str, events: &[u64]) {
        self.with(sid, |account| account.arrived.extend(events));
    }

    // The end.

    /// Nothing is left of anybody, and everything came in order.
    pub(crate) fn assert_settled(&self) {
        let jobs = self.0.jobs.load(Ordering::Relaxed);
        assert_eq!(jobs, 0, "jobs live on");
        assert_eq!(*self.faults(), [""; 0], "handlers found something wrong");
        for (sid, account) in &*self.accounts() {
            assert!(account.joined.is_empty(), "{sid} has not left: {account:?}");
            let global = account.left.iter().filter(|(name, _)| name.is_empty());
            let reasons: Vec<_> = global.map(|(_, reason)| *reason).collect();
            assert!(
                reasons.len() <= 1,
                "{sid} ended more than once: {reasons:?}"
            );
            // Who is sent away by the server is not heard any more, and neither is who broke.
            if reasons == [DisconnectReason::ClientDisconnected] {
                let missing: Vec<_> = account.arrived.difference(&account.handled).collect();
                assert!(missing.is_empty(), "{sid}: {missing:?} were never handled");
            }
            if account.is_known_to_its_end() {
                assert_eq!(Some(account.dropped), account.counted, "{sid}: {account:?}");
            }
        }
    }

    /// What was dropped, where all is known of that.
    pub(crate) fn drops(&self) -> Drops {
        let mut drops = Drops::default();
        for account in self.accounts().values() {
            if account.is_known_to_its_end() && account.dropped > 0 {
                drops.packets += account.dropped;
                drops.sessions += 1;
            }
        }
        drops
    }

    /// How many sessions ended, for each reason.
    pub(crate) fn reasons(&self) -> BTreeMap<String, usize> {
        let mut reasons = BTreeMap::new();
        for account in self.accounts().values() {
            for (_, reason) in account.left.iter().filter(|(name, _)| name.is_empty()) {
                *reasons.entry(reason.to_string()).or_default() += 1;
            }
        }
        reasons
    }
}

impl Account {
    /// The client will never have the next of what was queued for it.
    fn miss(&mut self, count: usize, when: &str) {
        let missed = &self.sent[self.settled..self.settled + count];
        let may_miss = self.loss.load(Ordering::Relaxed);
        let may_miss = may_miss || missed.iter().all(|sent| sent.may_be_dropped);
        assert!(may_miss, "{when} these were lost: {missed:?}");
        self.settled += count;
        self.dropped += count as u64;
    }

    /// Whether the network lost nothing, and the client was there until it had everything.
    fn is_known_to_its_end(&self) -> bool {
        self.has_goodbye && !self.loss.load(Ordering::Relaxed)
    }
}
