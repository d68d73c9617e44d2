//! One hub behind one short lock, and its timer.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Waker, ready};

use socketio_session::{Hub, HubCounters, Instant};

use super::aftermath::Aftermath;
use super::{Engine, SessionData};
use crate::runtime::BoxedSleep;

#[derive(Debug)]
pub(super) struct Shard {
    number: usize,
    state: Mutex<ShardState>,
}

#[derive(Debug)]
struct ShardState {
    hub: Hub<SessionData>,
    /// When the timer will look next; `None` if it waits to be woken.
    armed: Option<Instant>,
    timer: Option<Waker>,
}

impl Shard {
    pub(super) const fn new(number: usize, hub: Hub<SessionData>) -> Self {
        let state = ShardState {
            hub,
            armed: None,
            timer: None,
        };
        Self {
            number,
            state: Mutex::new(state),
        }
    }

    /// Works on the hub, and collects the consequences, if there are any.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut Hub<SessionData>) -> T,
    ) -> (T, Option<Aftermath>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut state.hub);
        let mut aftermath = Aftermath::collect(&mut state.hub, self.number);
        if state.is_due_earlier() {
            let timer = state.timer.take();
            aftermath.get_or_insert_default().wakers.extend(timer);
        }
        (result, aftermath)
    }

    pub(super) fn counters(&self) -> HubCounters {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.hub.counters()
    }

    /// The hub's next deadline, after seeing to those that have come.
    fn handle_timeout(&self, now: Instant, timer: &Waker) -> (Option<Instant>, Option<Aftermath>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.hub.handle_timeout(now);
        let aftermath = Aftermath::collect(&mut state.hub, self.number);
        state.armed = state.hub.poll_timeout();
        state.timer = Some(timer.clone());
        (state.armed, aftermath)
    }
}

impl Drop for Shard {
    /// The timer is to notice that its engine is gone.
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(timer) = state.timer.take() {
            timer.wake();
        }
    }
}

impl ShardState {
    fn is_due_earlier(&self) -> bool {
        match (self.hub.poll_timeout(), self.armed) {
            (Some(due), Some(armed)) => due < armed,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// The one timer of a shard. It ends with its engine.
pub(super) struct ShardTimer {
    engine: Weak<Engine>,
    shard: usize,
    sleep: Option<(Instant, BoxedSleep)>,
}

impl ShardTimer {
    pub(super) fn new(engine: &Arc<Engine>, shard: usize) -> Self {
        Self {
            engine: Arc::downgrade(engine),
            shard,
            sleep: None,
        }
    }
}

impl Future for ShardTimer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Some(engine) = self.engine.upgrade() else {
                return Poll::Ready(());
            };
            let now = engine.now();
            let (deadline, aftermath) = engine.shards[self.shard].handle_timeout(now, cx.waker());
            if let Some(aftermath) = aftermath {
                aftermath.run(&engine);
            }
            let Some(deadline) = deadline else {
                self.sleep = None;
                return Poll::Pending;
            };
            if self.sleep.as_ref().is_none_or(|(at, _)| *at != deadline) {
                let wait = deadline.saturating_duration_since(now);
                self.sleep = Some((deadline, engine.executor.sleep(wait)));
            }
            drop(engine);
            if let Some((_, sleep)) = &mut self.sleep {
                ready!(sleep.as_mut().poll(cx));
                self.sleep = None;
            }
        }
    }
}
