//! A runtime whose tasks are counted, and trace to a subscriber of their own.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use socketio_server::runtime::{Instant, Runtime};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

/// The runtime that it wraps, apart from what its tasks trace. They run on threads that other
/// servers share, so what belongs to which server is told by the tasks alone.
#[derive(Debug, Clone)]
pub(crate) struct Watched<R> {
    runtime: R,
    told: Dispatch,
    tasks: Tasks,
}

impl<R> Watched<R> {
    pub(crate) const fn new(runtime: R, told: Dispatch, tasks: Tasks) -> Self {
        Self {
            runtime,
            told,
            tasks,
        }
    }
}

/// The tasks that one server has started and that have not ended.
#[derive(Debug, Clone, Default)]
pub struct Tasks(Arc<AtomicUsize>);

impl Tasks {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn begin(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }
}

struct Counted(Tasks);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl<R: Runtime> Runtime for Watched<R> {
    type TcpListener = R::TcpListener;
    #[cfg(unix)]
    type UnixListener = R::UnixListener;
    type Sleep = R::Sleep;

    fn current() -> Self {
        Self::new(R::current(), Dispatch::none(), Tasks::default())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let counted = self.tasks.begin();
        // What a task traces when it is dropped counts, too: it is dropped within the last poll.
        let whole = async move {
            task.await;
            drop(counted);
        };
        self.runtime.spawn(whole.with_subscriber(self.told.clone()));
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.runtime.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.runtime.now()
    }

    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Self::TcpListener> {
        self.runtime.tcp_listener(listener)
    }

    #[cfg(unix)]
    fn unix_listener(
        &self,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self::UnixListener> {
        self.runtime.unix_listener(listener)
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        self.runtime.unblock(work).await
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        self.runtime.random(bytes)
    }
}
