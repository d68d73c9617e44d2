//! The time that hyper gives the heads of requests.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{self, Duration};

use hyper::rt::{Sleep, Timer};
use socketio_session::Instant;

use crate::runtime::{BoxedSleep, Executor};

/// Times the heads of one connection's requests, one at a time.
///
/// hyper asks for a timer for each head, and drops it when the head is there. On some runtimes
/// starting a timer costs as much as answering the request. So one that is running is left for the
/// next head; if it fires before that one's time is up, another is started for the rest.
pub(super) struct HeadTimer(Arc<SharedTimer>);

struct SharedTimer {
    executor: Arc<dyn Executor>,
    running: Mutex<Option<RunningTimer>>,
}

/// A timer of the runtime.
struct RunningTimer {
    fires_at: Instant,
    sleep: BoxedSleep,
}

impl HeadTimer {
    pub(super) fn new(executor: Arc<dyn Executor>) -> Self {
        let running = Mutex::default();
        Self(Arc::new(SharedTimer { executor, running }))
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(HeadSleep {
            deadline: self.0.executor.now() + duration,
            timer: Arc::clone(&self.0),
        })
    }

    fn sleep_until(&self, deadline: time::Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(self.now()))
    }

    /// The runtime's clock, which hyper counts its deadlines by, too: a clock of the operating
    /// system beside it would make them a little different each time.
    fn now(&self) -> time::Instant {
        static START: OnceLock<time::Instant> = OnceLock::new();
        *START.get_or_init(time::Instant::now) + self.0.executor.now().since_start()
    }
}

/// The time of one head.
struct HeadSleep {
    deadline: Instant,
    timer: Arc<SharedTimer>,
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.timer.poll_until(self.deadline, cx)
    }
}

impl SharedTimer {
    fn poll_until(&self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(timer) = running.as_mut().filter(|it| it.fires_at <= deadline) {
                ready!(timer.sleep.as_mut().poll(cx));
                // What has fired is not polled again.
                *running = None;
            }
            let now = self.executor.now();
            if now >= deadline {
                return Poll::Ready(());
            }
            let rest = deadline.saturating_duration_since(now);
            *running = Some(RunningTimer {
                fires_at: deadline,
                sleep: self.executor.sleep(rest),
            });
        }
    }
}
