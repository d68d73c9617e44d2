//! smol's sockets, timers and tasks.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::{self, Duration};

use smol::{Async, Executor, Timer};
use socketio_server::runtime::{
    AsyncIoListener, AsyncIoSocket, FuturesStream, Instant, Runtime, catch_panic,
};

/// An executor of smol that a server runs on: the global one, or one of the application's.
#[derive(Clone)]
pub struct Driver {
    // An executor holds its tasks, and they hold this: it must not hold the executor in turn.
    executor: Option<Weak<Executor<'static>>>,
    start: time::Instant,
}

impl Driver {
    /// An executor of the application's, for
    /// [`ServerBuilder::build_on`](crate::ServerBuilder::build_on). It must be run
    /// ([`Executor::run`]) on as many threads as the server is to have. The server does not keep it:
    /// when the application drops it, the server's tasks end with it.
    #[must_use]
    pub fn on(executor: &Arc<Executor<'static>>) -> Self {
        Self::of(Some(Arc::downgrade(executor)))
    }

    fn of(executor: Option<Weak<Executor<'static>>>) -> Self {
        let start = time::Instant::now();
        Self { executor, start }
    }
}

impl Runtime for Driver {
    type TcpListener = DriverListener<TcpListener>;
    #[cfg(unix)]
    type UnixListener = DriverListener<UnixListener>;
    type Sleep = DriverSleep;

    /// smol's global executor, which has as many threads as the environment variable
    /// `SMOL_THREADS` says: one, unless it is set.
    fn current() -> Self {
        Self::of(None)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match &self.executor {
            Some(executor) => {
                if let Some(executor) = executor.upgrade() {
                    executor.spawn(task).detach();
                }
            }
            None => smol::spawn(task).detach(),
        }
    }

    fn sleep(&self, duration: Duration) -> DriverSleep {
        DriverSleep(Timer::after(duration))
    }

    fn now(&self) -> Instant {
        Instant::from_start(self.start.elapsed())
    }

    fn tcp_listener(&self, listener: TcpListener) -> io::Result<Self::TcpListener> {
        Async::new(listener).map(AsyncIoListener)
    }

    #[cfg(unix)]
    fn unix_listener(&self, listener: UnixListener) -> io::Result<Self::UnixListener> {
        Async::new(listener).map(AsyncIoListener)
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        smol::unblock(|| catch_panic(work)).await
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("executor", &self.executor)
            .finish_non_exhaustive()
    }
}

/// A timer of smol.
#[derive(Debug)]
pub struct DriverSleep(Timer);

impl Future for DriverSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}

/// A listener of smol.
pub type DriverListener<L> = AsyncIoListener<L>;

/// A connection of smol.
pub type DriverStream<S> = FuturesStream<AsyncIoSocket<S>>;
