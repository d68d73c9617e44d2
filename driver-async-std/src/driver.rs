//! async-std's sockets, timers and tasks.

use std::future::Future;
use std::io;
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::pin::Pin;
use std::time::{self, Duration};

use async_io::Async;
use async_std::task;
use socketio_server::runtime::{
    AsyncIoListener, AsyncIoSocket, FuturesStream, Instant, Runtime, catch_panic,
};

/// The runtime of async-std, of which a process has one.
#[derive(Debug, Clone)]
pub struct Driver {
    start: time::Instant,
}

impl Runtime for Driver {
    type TcpListener = DriverListener<TcpListener>;
    #[cfg(unix)]
    type UnixListener = DriverListener<UnixListener>;
    type Sleep = DriverSleep;

    /// It has a thread for each core, unless the environment variable `ASYNC_STD_THREAD_COUNT`
    /// says otherwise.
    fn current() -> Self {
        Self {
            start: time::Instant::now(),
        }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // Dropping its handle detaches a task.
        drop(task::spawn(task));
    }

    fn sleep(&self, duration: Duration) -> DriverSleep {
        // async-std's own timers start when they are polled first.
        let since = time::Instant::now();
        Box::pin(async move { task::sleep(duration.saturating_sub(since.elapsed())).await })
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
        task::spawn_blocking(|| catch_panic(work)).await
    }
}

/// A timer of async-std.
pub type DriverSleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A listener of async-std.
pub type DriverListener<L> = AsyncIoListener<L>;

/// A connection of async-std.
pub type DriverStream<S> = FuturesStream<AsyncIoSocket<S>>;
