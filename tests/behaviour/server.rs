//! A server for each test, all on one runtime.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use socketio_driver_tokio::{Namespace, Server, ServerBuilder, ServerHandle};
use tokio::runtime::Runtime;

use crate::host;
use crate::journal::{Journal, journal};
use crate::listener;

/// How long anything may take before a test gives it up: much longer than it ever takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own. It is shut down when the test is over.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) handle: ServerHandle,
}

impl TestServer {
    /// With default settings and these namespaces.
    pub(crate) fn of(namespaces: impl IntoIterator<Item = Namespace>) -> Self {
        let builder = namespaces
            .into_iter()
            .fold(Server::builder(), ServerBuilder::namespace);
        Self::start(builder)
    }

    /// Handlers write into the journal with the pen that is the server's state.
    pub(crate) fn noting(builder: ServerBuilder) -> (Self, Journal) {
        let (journal, pen) = journal();
        (Self::start(builder.state(pen)), journal)
    }

    /// Likewise, with default settings and one namespace.
    pub(crate) fn noting_of(namespace: Namespace) -> (Self, Journal) {
        Self::noting(Server::builder().namespace(namespace))
    }

    pub(crate) fn start(builder: ServerBuilder) -> Self {
        let (address, handle) = wait_for(host::serve(builder));
        Self { address, handle }
    }

    pub(crate) fn run(server: Server) -> Self {
        let (address, handle) = wait_for(listener::run(server));
        Self { address, handle }
    }

    /// With the server's own listener in any case: for what only that does.
    pub(crate) fn listening(builder: ServerBuilder) -> Self {
        let (address, handle) = wait_for(listener::serve(builder));
        Self { address, handle }
    }

    /// Likewise; handlers write into the journal.
    pub(crate) fn noting_listening(builder: ServerBuilder) -> (Self, Journal) {
        let (journal, pen) = journal();
        (Self::listening(builder.state(pen)), journal)
    }

    /// Waits until nothing is left of any client.
    pub(crate) fn wait_until_deserted(&self) {
        eventually("no session and no connection is left", || {
            self.handle.session_count() == 0 && self.handle.connection_count() == 0
        });
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        runtime().spawn(async move { handle.shutdown(Duration::from_secs(1)).await });
    }
}

/// With a close timeout as short as this, and without what would have to be shorter still.
pub(crate) fn with_close_timeout(builder: ServerBuilder, timeout: Duration) -> ServerBuilder {
    builder
        .close_timeout(timeout)
        .heartbeat_interval(None)
        .polling_duration(timeout.mul_f64(0.9))
}

/// Works on a future of the server's API from outside of the runtime.
pub(crate) fn wait_for<F: Future>(work: F) -> F::Output {
    runtime().block_on(work)
}

/// Starts a task.
pub(crate) fn in_background<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    runtime().spawn(work)
}

/// Waits for what nobody announces.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a tokio runtime")
    })
}
