//! Timers for applications, whatever their runtime.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::runtime::BoxedSleep;
use crate::server::ServerHandle;
use crate::socket::Socket;

/// A timer on the server's runtime, which has been started: await it. Dropped, it is stopped.
#[must_use = "a timer does nothing but resolve"]
pub struct Sleep(BoxedSleep);

impl Socket {
    /// Starts a timer, which resolves when `duration` has passed since this call: for handlers
    /// and [jobs](Self::spawn) that are to work on every runtime.
    ///
    /// A client's next event waits until its handler has ended, and a handler has its
    /// [time](crate::ServerLimits::handler_timeout); let a job sleep instead, which is cancelled when
    /// the client goes.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        Sleep(self.engine().executor.sleep(duration))
    }
}

impl ServerHandle {
    /// Starts a timer, which resolves when `duration` has passed since this call, on whatever
    /// runtime the server has.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        Sleep(self.engine().executor.sleep(duration))
    }

    /// Starts a task on the server's runtime, which nobody waits for: for work of the whole
    /// server, such as publishing to a namespace. [`Socket::spawn`] is for the work of one client.
    ///
    /// A panic in it is contained, and said in the log. The task outlives the
    /// [shutdown](Self::shutdown), unless its runtime ends, which ends it at its next await.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.engine().executor.spawn(Box::pin(task));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").finish_non_exhaustive()
    }
}
