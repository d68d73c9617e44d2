//! A runtime without its type.

use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use super::{Instant, Runtime};
use crate::contained::Contained;

/// A timer of whatever runtime.
pub(crate) type BoxedSleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The tasks and the clock of a runtime, without its type: what the parts that users hold keep.
pub(crate) trait Executor: Debug + Send + Sync {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
    fn sleep(&self, duration: Duration) -> BoxedSleep;
    fn now(&self) -> Instant;
    fn random(&self, bytes: &mut [u8]) -> io::Result<()>;
}

impl<R: Runtime> Executor for R {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        Runtime::spawn(self, Contained::new(task));
    }

    fn sleep(&self, duration: Duration) -> BoxedSleep {
        Box::pin(Runtime::sleep(self, duration))
    }

    fn now(&self) -> Instant {
        Runtime::now(self)
    }

    fn random(&self, bytes: &mut [u8]) -> io::Result<()> {
        Runtime::random(self, bytes)
    }
}
