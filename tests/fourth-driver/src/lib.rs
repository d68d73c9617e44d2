//! A driver that this project does not know: [`Runtime`] for sockets of `mio`, one thread that
//! waits for all of them, and an executor. It shares no code with the drivers beside it.

mod reactor;
mod registered;

use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use async_executor::Executor;
use futures_lite::future::block_on;
use mio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use mio::net::{UnixListener, UnixStream};
use socketio_server::runtime::{Instant, Listener, Runtime};

use crate::reactor::{Reactor, Timer};
use crate::registered::{Direction, Registered};

/// The runtime, of which a process may have several.
#[derive(Debug, Clone)]
pub struct Driver {
    executor: Arc<Executor<'static>>,
    reactor: Arc<Reactor>,
    start: std::time::Instant,
}

impl Driver {
    /// Tasks run on so many threads, for as long as the process does.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn start(threads: usize) -> io::Result<Self> {
        let executor = Arc::new(Executor::new());
        for _ in 0..threads {
            let executor = Arc::clone(&executor);
            thread::spawn(move || block_on(executor.run(pending::<()>())));
        }
        Ok(Self {
            executor,
            reactor: Reactor::start()?,
            start: std::time::Instant::now(),
        })
    }
}

impl Runtime for Driver {
    type TcpListener = Registered<TcpListener>;
    #[cfg(unix)]
    type UnixListener = Registered<UnixListener>;
    type Sleep = Timer;

    fn current() -> Self {
        panic!("a server of this driver is built with build_on")
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.executor.spawn(task).detach();
    }

    fn sleep(&self, duration: Duration) -> Timer {
        Timer::start(&self.reactor, duration)
    }

    fn now(&self) -> Instant {
        Instant::from_start(self.start.elapsed())
    }

    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Self::TcpListener> {
        Registered::new(TcpListener::from_std(listener), &self.reactor)
    }

    #[cfg(unix)]
    fn unix_listener(
        &self,
        listener: std::os::unix::net::UnixListener,
    ) -> io::Result<Self::UnixListener> {
        Registered::new(UnixListener::from_std(listener), &self.reactor)
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let done = blocking::unblock(|| catch_unwind(AssertUnwindSafe(work))).await;
        done.map_err(|_| io::Error::other("the work panicked"))
    }
}

impl Listener for Registered<TcpListener> {
    type Stream = Registered<TcpStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, peer) = self.when(Direction::In, TcpListener::accept).await?;
        stream.set_nodelay(true)?;
        Ok((Registered::new(stream, self.reactor())?, Some(peer)))
    }
}

#[cfg(unix)]
impl Listener for Registered<UnixListener> {
    type Stream = Registered<UnixStream>;

    async fn accept(&mut self) -> io::Result<(Self::Stream, Option<SocketAddr>)> {
        let (stream, _unnamed) = self.when(Direction::In, UnixListener::accept).await?;
        Ok((Registered::new(stream, self.reactor())?, None))
    }
}
