//! Panics that are to harm nobody else: of code and destructors that belong to users, and of tasks.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// Something panicked, and nothing is left of that.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Calls code that may be a user's.
pub(crate) fn call_contained<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(bury)
}

/// Drops what a panic carried: that may be anything, and panic in its turn.
pub(crate) fn bury(carried: Box<dyn Any + Send>) -> Panicked {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(carried))) {
        // This could go on for ever.
        std::mem::forget(another);
    }
    Panicked
}

/// Drops a value that may hold a user's: if its destructor panics, nobody else is to suffer.
pub(crate) fn drop_contained<T>(value: T) {
    if call_contained(|| drop(value)).is_err() {
        tracing::error!("a destructor panicked");
    }
}

pin_project! {
    /// A task that ends when it panics, or when its destructor does: some runtimes would end one of
    /// their threads, or the process.
    pub(crate) struct Contained<F> {
        // There until it is done.
        #[pin]
        task: Option<F>,
    }

    impl<F> PinnedDrop for Contained<F> {
        fn drop(this: Pin<&mut Self>) {
            this.end();
        }
    }
}

impl<F> Contained<F> {
    pub(crate) const fn new(task: F) -> Self {
        Self { task: Some(task) }
    }

    fn end(self: Pin<&mut Self>) {
        let mut task = self.project().task;
        if call_contained(|| task.set(None)).is_err() {
            tracing::error!("the destructor of a task panicked");
        }
    }
}

impl<F: Future<Output = ()>> Future for Contained<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(task) = self.as_mut().project().task.as_pin_mut() else {
            return Poll::Ready(());
        };
        let polled = call_contained(|| task.poll(cx)).unwrap_or_else(|Panicked| {
            tracing::error!("a task panicked");
            Poll::Ready(())
        });
        if polled.is_ready() {
            self.end();
        }
        polled
    }
}
