//! A runtime without threads, sockets or a clock: nothing happens but in [`VirtualRuntime::wait`].

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_executor::Executor;
use socketio_server::runtime::{Instant, Listener, Runtime};

use super::pipe::ServerEnd;

/// What no input may make the server do without rest.
const MOST_TICKS: usize = 200_000;

/// The time, the tasks and the connections of one server.
#[derive(Clone)]
pub(super) struct VirtualRuntime(Arc<World>);

#[derive(Default)]
struct World {
    /// Taken out in the end, because tasks hold the world.
    executor: Mutex<Option<Arc<Executor<'static>>>>,
    clock: Mutex<Clock>,
    arrivals: Mutex<Arrivals>,
    /// How many bytes were drawn: the source of randomness, which is none.
    drawn: Mutex<u64>,
}

#[derive(Default)]
struct Clock {
    now: Duration,
    started: u64,
    timers: BTreeMap<Due, Waker>,
}

/// When a timer ends. No two are equal.
type Due = (Duration, u64);

#[derive(Default)]
struct Arrivals {
    waiting: VecDeque<ServerEnd>,
    acceptor: Option<Waker>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VirtualRuntime {
    pub(super) fn new() -> Self {
        let world = World::default();
        *locked(&world.executor) = Some(Arc::default());
        Self(Arc::new(world))
    }

    /// A client has connected.
    pub(super) fn arrives(&self, stream: ServerEnd) {
        let mut arrivals = locked(&self.0.arrivals);
        arrivals.waiting.push_back(stream);
        if let Some(acceptor) = arrivals.acceptor.take() {
            acceptor.wake();
        }
    }

    /// Time passes: tasks run until all of them wait, at each moment at which a timer ends.
    ///
    /// # Panics
    /// If they never do.
    pub(super) fn wait(&self, time: Duration) {
        let target = locked(&self.0.clock).now + time;
        self.run();
        while self.go_to_next_timer(target) {
            self.run();
        }
        locked(&self.0.clock).now = target;
    }

    /// Moves to the next moment at which timers end, unless that is later than `latest`.
    fn go_to_next_timer(&self, latest: Duration) -> bool {
        let mut clock = locked(&self.0.clock);
        let Some((&(at, _), _)) = clock.timers.first_key_value() else {
            return false;
        };
        if at > latest {
            return false;
        }
        clock.now = clock.now.max(at);
        let later = clock.timers.split_off(&(at, u64::MAX));
        let due = std::mem::replace(&mut clock.timers, later);
        drop(clock);
        due.into_values().for_each(Waker::wake);
        true
    }

    fn run(&self) {
        let executor = locked(&self.0.executor).clone();
        let executor = executor.expect("the runtime has not ended");
        let ticks = (0..MOST_TICKS).take_while(|_| executor.try_tick());
        assert!(ticks.count() < MOST_TICKS, "tasks that never wait");
    }

    /// Whether there is no task and no timer left.
    pub(super) fn is_idle(&self) -> bool {
        let executor = locked(&self.0.executor).clone();
        let has_no_task = executor.is_none_or(|executor| executor.is_empty());
        has_no_task && locked(&self.0.clock).timers.is_empty()
    }

    /// Drops all tasks that are left.
    pub(super) fn end(&self) {
        let executor = locked(&self.0.executor).take();
        drop(executor);
    }
}

impl fmt::Debug for VirtualRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = locked(&self.0.clock).now;
        f.debug_struct("VirtualRuntime").field("now", &now).finish()
    }
}

impl Runtime for VirtualRuntime {
    type TcpListener = VirtualListener;
    #[cfg(unix)]
    type UnixListener = VirtualListener;
    type Sleep = Timer;

    fn current() -> Self {
        panic!("a server of this runtime is built with build_on")
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let executor = locked(&self.0.executor).clone();
        if let Some(executor) = executor {
            executor.spawn(task).detach();
        }
    }

    fn sleep(&self, duration: Duration) -> Timer {
        let mut clock = locked(&self.0.clock);
        clock.started += 1;
        let due = (clock.now.saturating_add(duration), clock.started);
        drop(clock);
        Timer {
            due,
            runtime: self.clone(),
        }
    }

    fn now(&self) -> Instant {
        Instant::from_start(locked(&self.0.clock).now)
    }

    /// Clients do not come through the socket, which is only there because the server opens one.
    fn tcp_listener(&self, _socket: std::net::TcpListener) -> io::Result<VirtualListener> {
        Ok(VirtualListener(self.clone()))
    }

    #[cfg(unix)]
    fn unix_listener(
        &self,
        _socket: std::os::unix::net::UnixListener,
    ) -> io::Result<VirtualListener> {
        Err(ErrorKind::Unsupported.into())
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        Ok(work())
    }

    /// Counts, so that the same input gives the same ids.
    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        let mut drawn = locked(&self.0.drawn);
        for byte in bytes {
            *drawn += 1;
            *byte = drawn.to_le_bytes()[0];
        }
        Ok(())
    }
}

/// A timer that has been started.
#[derive(Debug)]
pub(super) struct Timer {
    due: Due,
    runtime: VirtualRuntime,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut clock = locked(&self.runtime.0.clock);
        if clock.now >= self.due.0 {
            return Poll::Ready(());
        }
        clock.timers.insert(self.due, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // The waker may hold what takes the lock when it is dropped.
        let waker = locked(&self.runtime.0.clock).timers.remove(&self.due);
        drop(waker);
    }
}

/// Accepts those who [have come](VirtualRuntime::arrives).
#[derive(Debug)]
pub(super) struct VirtualListener(VirtualRuntime);

impl Listener for VirtualListener {
    type Stream = ServerEnd;

    async fn accept(&mut self) -> io::Result<(ServerEnd, Option<SocketAddr>)> {
        let arrivals = &self.0.0.arrivals;
        let stream = poll_fn(|cx| {
            let mut arrivals = locked(arrivals);
            match arrivals.waiting.pop_front() {
                Some(stream) => Poll::Ready(stream),
                None => {
                    arrivals.acceptor = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        });
        Ok((stream.await, None))
    }
}
