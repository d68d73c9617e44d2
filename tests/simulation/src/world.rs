//! All there is.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Sleep};
use crate::executor::Executor;
use crate::network::Network;
use crate::random::Random;
use crate::trace::{Note, Trace};

/// Polls without the time going on, above which somebody turns in circles.
const MOST_POLLS_AT_ONCE: usize = 200_000;

/// Whose tasks and timers they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server's.
    Server,
    /// Its clients'.
    Clients,
    /// The network's.
    Network,
}

/// The executor, the clock, the network and the notes of one run. A handle.
#[derive(Debug, Clone)]
pub struct World(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    executor: Mutex<Executor>,
    clock: Mutex<Clock>,
    network: Mutex<Network>,
    random: Mutex<Random>,
    secrets: Mutex<Secrets>,
    trace: Mutex<Trace>,
}

/// The random bytes that the server asks for.
#[derive(Debug)]
enum Secrets {
    Drawn,
    Counted(u8),
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// The world of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(seed, Secrets::Drawn)
    }

    /// Likewise, but the random bytes that the server asks for are 0, 1, 2 and so on, so that the
    /// same sessions of all worlds have the same ids.
    #[must_use]
    pub fn with_known_ids(seed: u64) -> Self {
        Self::with(seed, Secrets::Counted(0))
    }

    fn with(seed: u64, secrets: Secrets) -> Self {
        Self(Arc::new(Parts {
            executor: Mutex::default(),
            clock: Mutex::default(),
            network: Mutex::default(),
            random: Mutex::new(Random::new(seed)),
            secrets: Mutex::new(secrets),
            trace: Mutex::default(),
        }))
    }

    /// Starts a task.
    pub fn spawn(&self, side: Side, work: impl Future<Output = ()> + Send + 'static) {
        lock(&self.0.executor).spawn(side, Box::pin(work));
    }

    /// Starts a timer.
    #[must_use]
    pub fn sleep(&self, side: Side, duration: Duration) -> Sleep {
        Sleep::start(self, side, duration)
    }

    /// The time since the beginning.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.clock().now
    }

    /// Tasks of this side that have not ended.
    #[must_use]
    pub fn tasks_of(&self, side: Side) -> usize {
        lock(&self.0.executor).tasks_of(side)
    }

    /// Timers of this side that have not been dropped.
    #[must_use]
    pub fn timers_of(&self, side: Side) -> usize {
        self.clock().timers_of(side)
    }

    /// A sequence of choices of its own.
    #[must_use]
    pub fn random(&self) -> Random {
        lock(&self.0.random).branch()
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        match &mut *lock(&self.0.secrets) {
            Secrets::Drawn => lock(&self.0.random).fill(bytes),
            Secrets::Counted(next) => {
                for byte in bytes {
                    *byte = *next;
                    *next = next.wrapping_add(1);
                }
            }
        }
    }

    /// Notes that something happened.
    pub fn note(&self, note: Note) {
        let now = self.now();
        lock(&self.0.trace).add(now, note);
    }

    /// Notes what somebody said.
    pub fn say(&self, text: impl Into<String>) {
        self.note(Note::Said(text.into()));
    }

    /// A number for all that has happened, in its order.
    #[must_use]
    pub fn trace_hash(&self) -> u64 {
        lock(&self.0.trace).hash()
    }

    /// The last of what has happened.
    #[must_use]
    pub fn last_notes(&self) -> String {
        lock(&self.0.trace).to_string()
    }

    /// Lets everybody work for so long, or until nobody waits for anything. What panics in a task
    /// of the clients' passes through.
    pub fn run_for(&self, duration: Duration) {
        let limit = self.now().saturating_add(duration);
        loop {
            self.run_what_is_ready();
            let due = self.clock().advance(limit);
            let Some(due) = due else {
                self.clock().now = limit;
                return;
            };
            for waker in due {
                waker.wake();
            }
            self.clock().forget_woken(Side::Network);
        }
    }

    fn run_what_is_ready(&self) {
        let mut random = self.random();
        for _ in 0..MOST_POLLS_AT_ONCE {
            let turn = lock(&self.0.executor).next(&mut random);
            let Some(turn) = turn else {
                return;
            };
            self.note(Note::Polled(turn.number()));
            if turn.run() {
                lock(&self.0.executor).ended(&turn);
            }
        }
        panic!("after {MOST_POLLS_AT_ONCE} polls there is still something to do, at once");
    }

    /// Ends the world: tasks hold it, and it holds them.
    pub fn end(&self) {
        loop {
            let tasks = lock(&self.0.executor).take_all();
            if tasks.is_empty() {
                break;
            }
            for task in &tasks {
                task.give_up();
            }
        }
        let network = std::mem::take(&mut *self.network());
        drop(network);
    }

    pub(crate) fn clock(&self) -> MutexGuard<'_, Clock> {
        lock(&self.0.clock)
    }

    pub(crate) fn network(&self) -> MutexGuard<'_, Network> {
        lock(&self.0.network)
    }
}
