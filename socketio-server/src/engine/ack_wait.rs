//! Waiting for acknowledgements of clients.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use socketio_session::{AckFailure, AwaitedAck};

use super::{Engine, SessionAddress};

/// The wait for a client's acknowledgement: what the session resolves and a future awaits.
#[derive(Debug, Default)]
pub(crate) struct AckWait(Mutex<AckWaitState>);

/// The text of an answer's arguments, or why there is none.
pub(super) type AckResult = Result<Box<str>, AckFailure>;

#[derive(Debug, Default)]
struct AckWaitState {
    result: Option<AckResult>,
    waker: Option<Waker>,
}

impl AckWait {
    pub(super) fn resolve(&self, result: AckResult) {
        let waker = {
            let mut state = self.lock();
            state.result = Some(result);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, AckWaitState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of an [`AckWait`]. Dropped before it came, it gives its place back.
#[derive(Debug)]
pub(crate) struct AckArrival {
    engine: Arc<Engine>,
    at: SessionAddress,
    ack: AwaitedAck,
    wait: Arc<AckWait>,
    arrived: bool,
}

impl AckArrival {
    pub(crate) const fn new(
        engine: Arc<Engine>,
        at: SessionAddress,
        ack: AwaitedAck,
        wait: Arc<AckWait>,
    ) -> Self {
        Self {
            engine,
            at,
            ack,
            wait,
            arrived: false,
        }
    }
}

impl Future for AckArrival {
    type Output = AckResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.wait.lock();
        let Some(result) = state.result.take() else {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        };
        drop(state);
        self.arrived = true;
        Poll::Ready(result)
    }
}

impl Drop for AckArrival {
    fn drop(&mut self) {
        if self.arrived {
            return;
        }
        let forgotten = self.engine.with_session(self.at, |mut session| {
            session.forget_ack(self.ack);
            session.data().ack_waits.remove(&self.ack)
        });
        // Its waker may hold a task, and that values of users: not to be dropped under the lock.
        drop(forgotten);
    }
}
