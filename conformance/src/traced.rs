//! A runtime whose tasks trace to a subscriber of their own.

use std::future::Future;
use std::io;
use std::time::Duration;

use socketio_server::runtime::{Instant, Runtime};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

/// The runtime that it wraps, apart from what its tasks trace. They run on threads that other
/// servers share, so what belongs to which server is told by the tasks alone.
#[derive(Debug, Clone)]
pub(crate) struct Traced<R> {
    runtime: R,
    told: Dispatch,
}

impl<R> Traced<R> {
    pub(crate) const fn new(runtime: R, told: Dispatch) -> Self {
        Self { runtime, told }
    }
}

impl<R: Runtime> Runtime for Traced<R> {
    type TcpListener = R::TcpListener;
    #[cfg(unix)]
    type UnixListener = R::UnixListener;
    type Sleep = R::Sleep;

    fn current() -> Self {
        Self::new(R::current(), Dispatch::none())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // What a task traces when it is dropped counts, too: it is dropped within the last poll.
        #[expect(
            clippy::redundant_async_block,
            reason = "it says when the task is dropped"
        )]
        let whole = async move { task.await };
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
