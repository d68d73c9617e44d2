//! Waiting for what servers and clients do, and work beside a test.

use std::future::{Future, IntoFuture};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::{Duration, Instant};

use async_channel::{Receiver, RecvError};
use futures_lite::FutureExt;
use futures_lite::future::block_on;

use crate::host::host;

/// How long anything may take before a test gives it up: much longer than it ever takes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often to look whether something has come true.
pub(crate) const GLANCE: Duration = Duration::from_millis(2);

/// Works on a future of the server's API from outside of the runtime.
pub fn wait_for<F: IntoFuture>(work: F) -> F::Output {
    block_on(work.into_future())
}

/// Starts a task.
pub fn in_background<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Background<T> {
    let (done, result) = async_channel::bounded(1);
    // Runtimes may take it amiss if a task panics.
    let contained = AssertUnwindSafe(work).catch_unwind();
    host().spawn(Box::pin(async move {
        if let Ok(value) = contained.await {
            // Perhaps nobody wants to know.
            let _ = done.try_send(value);
        }
    }));
    Background(result)
}

/// A task that goes on by itself; who waits for it gets its result, or an error if it panicked.
#[derive(Debug)]
pub struct Background<T>(Receiver<T>);

impl<T: Send + 'static> IntoFuture for Background<T> {
    type Output = Result<T, RecvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.recv().await })
    }
}

/// Waits for what nobody announces.
///
/// # Panics
/// If it never comes true.
#[track_caller]
pub fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came true: {what}");
        std::thread::sleep(GLANCE);
    }
}
