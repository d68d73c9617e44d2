//! The world as the server's runtime.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::task::Poll;
use std::time::Duration;

use socketio_server::runtime::{Instant, Listener, Runtime, catch_panic};

use crate::clock::Sleep;
use crate::random::Random;
use crate::stream::Stream;
use crate::world::{Side, World};

/// The server's side of a world.
#[derive(Debug, Clone)]
pub struct ServerSide(pub World);

impl Runtime for ServerSide {
    type TcpListener = SimListener;
    #[cfg(unix)]
    type UnixListener = SimListener;
    type Sleep = Sleep;

    /// # Panics
    /// Always: there may be many worlds.
    fn current() -> Self {
        panic!("a simulated server is built on a world")
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(Side::Server, task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.sleep(Side::Server, duration)
    }

    fn now(&self) -> Instant {
        Instant::from_start(self.0.now())
    }

    /// The socket is closed: clients come through the world.
    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<SimListener> {
        drop(listener);
        self.0.network().listens = true;
        Ok(SimListener {
            random: self.0.random(),
            world: self.0.clone(),
        })
    }

    #[cfg(unix)]
    fn unix_listener(&self, _: std::os::unix::net::UnixListener) -> io::Result<SimListener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        catch_panic(work)
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        self.0.fill(bytes);
        Ok(())
    }
}

/// Accepts the connections of a world, and fails now and then.
#[derive(Debug)]
pub struct SimListener {
    world: World,
    random: Random,
}

impl Listener for SimListener {
    type Stream = Stream;

    async fn accept(&mut self) -> io::Result<(Stream, Option<SocketAddr>)> {
        if self.random.chance(2) {
            let kinds = [io::ErrorKind::ConnectionAborted, io::ErrorKind::OutOfMemory];
            return Err(self.random.one_of(&kinds).into());
        }
        poll_fn(|cx| {
            let mut network = self.world.network();
            match network.waiting.pop_front() {
                Some((stream, peer)) => Poll::Ready(Ok((stream, Some(peer)))),
                None => {
                    network.acceptor = Some(cx.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

impl Drop for SimListener {
    fn drop(&mut self) {
        let mut network = self.world.network();
        network.listens = false;
        let refused = std::mem::take(&mut network.waiting);
        drop(network);
        drop(refused);
    }
}
