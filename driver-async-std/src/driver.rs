//! async-std's sockets, timers and tasks.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{self, Duration};

use async_std::net::{TcpListener, TcpStream};
#[cfg(unix)]
use async_std::os::unix::net::{UnixListener, UnixStream};
use async_std::task;
use socketio_server::runtime::{FuturesStream, Instant, Listener, Runtime, catch_panic};

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

    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Self::TcpListener> {
        // The conversion panics where it fails.
        catch_panic(|| TcpListener::from(listener)).map(DriverListener)
    }

    #[cfg(unix)]
    fn unix_listener(
        &self,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self::UnixListener> {
        catch_panic(|| UnixListener::from(listener)).map(DriverListener)
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
#[derive(Debug)]
pub struct DriverListener<L>(L);

/// A connection of async-std.
pub type DriverStream<S> = FuturesStream<S>;

impl Listener for DriverListener<TcpListener> {
    type Stream = DriverStream<TcpStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, peer) = self.0.accept().await?;
        // Answers are small and someone waits for them. A connection that is broken already
        // will say so when it is read.
        let _ = stream.set_nodelay(true);
        Ok((FuturesStream(stream), Some(peer)))
    }
}

#[cfg(unix)]
impl Listener for DriverListener<UnixListener> {
    type Stream = DriverStream<UnixStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, _unnamed) = self.0.accept().await?;
        Ok((FuturesStream(stream), None))
    }
}
