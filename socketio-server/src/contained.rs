//! Panics that are to harm nobody else: of destructors that belong to users, and of tasks.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// Drops a value that may hold a user's: if its destructor panics, nobody else is to suffer.
pub(crate) fn drop_contained<T>(value: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
        tracing::error!("a destructor panicked");
    }
}

pin_project! {
    /// A task that ends when it panics: some runtimes would end one of their threads.
    pub(crate) struct Contained<F> {
        #[pin]
        task: F,
    }
}

impl<F> Contained<F> {
    pub(crate) const fn new(task: F) -> Self {
        Self { task }
    }
}

impl<F: Future<Output = ()>> Future for Contained<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let task = self.project().task;
        catch_unwind(AssertUnwindSafe(|| task.poll(cx))).unwrap_or_else(|_| {
            tracing::error!("a task panicked");
            Poll::Ready(())
        })
    }
}
