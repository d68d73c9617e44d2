//! One thread that waits for sockets and for the time.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use mio::event::Source;
use mio::{Events, Interest, Registry, Token, Waker};

use crate::registered::{Direction, Waiting};

/// The token by which the thread is called when a timer comes before all others.
const EARLIER: Token = Token(0);

/// What the thread waits for.
#[derive(Debug)]
pub(crate) struct Reactor {
    registry: Registry,
    caller: Waker,
    next_number: AtomicUsize,
    sockets: Mutex<HashMap<Token, Arc<Waiting>>>,
    timers: Mutex<BTreeMap<Due, std::task::Waker>>,
}

/// When a timer ends. No two are equal.
type Due = (Instant, usize);

impl Reactor {
    pub(crate) fn start() -> io::Result<Arc<Self>> {
        let poll = mio::Poll::new()?;
        let reactor = Arc::new(Self {
            registry: poll.registry().try_clone()?,
            caller: Waker::new(poll.registry(), EARLIER)?,
            next_number: AtomicUsize::new(EARLIER.0 + 1),
            sockets: Mutex::default(),
            timers: Mutex::default(),
        });
        let running = Arc::clone(&reactor);
        thread::spawn(move || running.run(poll));
        Ok(reactor)
    }

    fn run(&self, mut poll: mio::Poll) {
        let mut events = Events::with_capacity(256);
        loop {
            let until_next = self.end_timers();
            match poll.poll(&mut events, until_next) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other.expect("the operating system can wait"),
            }
            for event in &events {
                let Some(waiting) = locked(&self.sockets).get(&event.token()).cloned() else {
                    continue;
                };
                if event.is_readable() || event.is_read_closed() || event.is_error() {
                    waiting.wake(Direction::In);
                }
                if event.is_writable() || event.is_write_closed() || event.is_error() {
                    waiting.wake(Direction::Out);
                }
            }
        }
    }

    /// Wakes whom the time has come for; the time until the next.
    fn end_timers(&self) -> Option<Duration> {
        let now = Instant::now();
        let due = {
            let mut timers = locked(&self.timers);
            let later = timers.split_off(&(now, usize::MAX));
            std::mem::replace(&mut *timers, later)
        };
        due.into_values().for_each(std::task::Waker::wake);
        let next = locked(&self.timers).keys().next().copied();
        // Rounded up, as the operating system counts in milliseconds.
        next.map(|(at, _)| at.saturating_duration_since(now) + Duration::from_millis(1))
    }

    fn next_number(&self) -> usize {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn register(&self, socket: &mut impl Source) -> io::Result<(Token, Arc<Waiting>)> {
        let token = Token(self.next_number());
        let waiting = Arc::new(Waiting::default());
        locked(&self.sockets).insert(token, Arc::clone(&waiting));
        let both = Interest::READABLE | Interest::WRITABLE;
        match self.registry.register(socket, token, both) {
            Ok(()) => Ok((token, waiting)),
            Err(error) => {
                locked(&self.sockets).remove(&token);
                Err(error)
            }
        }
    }

    pub(crate) fn forget(&self, socket: &mut impl Source, token: Token) {
        // A socket that cannot be taken out is closed in a moment.
        let _ = self.registry.deregister(socket);
        locked(&self.sockets).remove(&token);
    }
}

/// A timer.
#[derive(Debug)]
pub struct Timer {
    due: Due,
    reactor: Arc<Reactor>,
}

impl Timer {
    pub(crate) fn start(reactor: &Arc<Reactor>, duration: Duration) -> Self {
        let now = Instant::now();
        // Ten years are as good as for ever, and every clock can tell them.
        let longest = Duration::from_secs(10 * 365 * 86_400);
        let at = now + duration.min(longest);
        Self {
            due: (at, reactor.next_number()),
            reactor: Arc::clone(reactor),
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.due.0 {
            return Poll::Ready(());
        }
        let (before, is_first) = {
            let mut timers = locked(&self.reactor.timers);
            let before = timers.insert(self.due, cx.waker().clone());
            (before, timers.keys().next() == Some(&self.due))
        };
        // What the waker of another task lets go of may hold a timer.
        drop(before);
        if is_first {
            self.reactor
                .caller
                .wake()
                .expect("the thread can be called");
        }
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let waker = locked(&self.reactor.timers).remove(&self.due);
        drop(waker);
    }
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
