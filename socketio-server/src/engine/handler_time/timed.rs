//! A handler at work, and since when.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use metrics::Histogram;
use socketio_session::Instant;

use crate::handlers::{HandlerFuture, HandlerOutcome};
use crate::runtime::Executor;

/// A handler whose time is told when it ends. That of one that is cancelled is not.
pub(super) struct Timed {
    work: HandlerFuture,
    since: Instant,
    executor: Arc<dyn Executor>,
    seconds: Histogram,
}

impl Timed {
    pub(super) fn new(
        work: HandlerFuture,
        executor: &Arc<dyn Executor>,
        seconds: &Histogram,
    ) -> Self {
        Self {
            work,
            since: executor.now(),
            executor: Arc::clone(executor),
            seconds: seconds.clone(),
        }
    }
}

impl Future for Timed {
    type Output = HandlerOutcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<HandlerOutcome> {
        let outcome = ready!(self.work.as_mut().poll(cx));
        let took = self.executor.now().saturating_duration_since(self.since);
        self.seconds.record(took.as_secs_f64());
        Poll::Ready(outcome)
    }
}
