//! A simulated runtime whose random bytes are known beforehand.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use socketio_server::SessionId;
use socketio_server::runtime::{Instant, Runtime};
use socketio_simulation::{ServerSide, SimListener, Sleep, World};

/// The server's side of a world, in which random bytes are counted, so that the same sessions of
/// all inputs have the same ids.
#[derive(Debug, Clone)]
pub(super) struct KnownIds {
    side: ServerSide,
    drawn: Arc<AtomicU8>,
}

impl KnownIds {
    pub(super) fn on(world: &World) -> Self {
        Self {
            side: ServerSide(world.clone()),
            drawn: Arc::default(),
        }
    }
}

/// The id of the first session.
pub(super) fn first_session_id() -> SessionId {
    let mut drawn = [0; 18];
    count(&AtomicU8::default(), &mut drawn);
    SessionId::from_random(drawn)
}

fn count(drawn: &AtomicU8, bytes: &mut [u8]) {
    for byte in bytes {
        *byte = drawn.fetch_add(1, Ordering::Relaxed);
    }
}

impl Runtime for KnownIds {
    type TcpListener = SimListener;
    #[cfg(unix)]
    type UnixListener = SimListener;
    type Sleep = Sleep;

    fn current() -> Self {
        panic!("a server of this runtime is built with build_on")
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.side.spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.side.sleep(duration)
    }

    fn now(&self) -> Instant {
        self.side.now()
    }

    fn tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<SimListener> {
        self.side.tcp_listener(listener)
    }

    #[cfg(unix)]
    fn unix_listener(&self, listener: std::os::unix::net::UnixListener) -> io::Result<SimListener> {
        self.side.unix_listener(listener)
    }

    async fn unblock<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        self.side.unblock(work).await
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        count(&self.drawn, bytes);
        Ok(())
    }
}
