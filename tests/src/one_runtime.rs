//! One tokio runtime for everything that a process of tests does with tokio.

use std::future::IntoFuture;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Runtime};

/// The runtime, which has two workers.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a tokio runtime")
    })
}

/// Works on a future from outside of the runtime.
pub fn wait_for<F: IntoFuture>(work: F) -> F::Output {
    runtime().block_on(work.into_future())
}
