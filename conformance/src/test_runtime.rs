//! The runtime under test, with a clock of the test's own; its tasks are counted, and trace to a
//! subscriber of their own.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_lite::future::or;
use socketio_server::runtime::{Instant, Runtime};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::clock::{Clock, Wait};

/// What one server of a test runs on. Its tasks run on threads that other servers share, so what
/// belongs to which server is told by the tasks alone.
#[derive(Debug, Clone)]
pub struct TestRuntime<R> {
    runtime: R,
    clock: Clock,
    told: Dispatch,
    tasks: Tasks,
}

impl<R> TestRuntime<R> {
    /// The time is that of the clock.
    #[must_use]
    pub fn new(runtime: R, clock: Clock) -> Self {
        Self {
            runtime,
            clock,
            told: Dispatch::none(),
            tasks: Tasks::default(),
        }
    }

    pub(crate) fn watched(self, told: Dispatch, tasks: Tasks) -> Self {
        Self {
            told,
            tasks,
            ..self
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

impl<R: Runtime> Runtime for TestRuntime<R> {
    type TcpListener = R::TcpListener;
    #[cfg(unix)]
    type UnixListener = R::UnixListener;
    type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

    fn current() -> Self {
        Self::new(R::current(), Clock::default())
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
        let until = Instant::from_start(self.now().since_start().saturating_add(duration));
        let Self { runtime, clock, .. } = self.clone();
        Box::pin(async move {
            loop {
                match clock.wait(runtime.now(), until) {
                    Wait::Over => return,
                    Wait::Change(change) => change.await,
                    Wait::Real(rest, change) => or(runtime.sleep(rest), change).await,
                }
            }
        })
    }

    fn now(&self) -> Instant {
        self.clock.now(self.runtime.now())
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
