//! A server for each test, all on what the suite runs on.

use std::net::SocketAddr;
use std::time::Duration;

use socketio_server::{
    BuildError, Listen, Namespace, ServerBuilder, ServerHandle, ServerLimits, TcpAddress,
};
use tracing::Dispatch;

use crate::clock::Clock;
use crate::host::{BuiltServer, Served, host};
use crate::journal::{Journal, journal};
pub use crate::test_runtime::Tasks;
use crate::waiting::{GLANCE, eventually, in_background};

/// How long [`impatient`] servers wait for anything, or a few times as long.
pub const SHORT: Duration = Duration::from_millis(150);

/// A server on a port of its own. Its clock stands still until the test lets it run; it is shut
/// down when the test is over.
#[derive(Debug)]
pub struct TestServer {
    /// Where clients find it.
    pub address: SocketAddr,
    /// The handle to it.
    pub handle: ServerHandle,
    /// Its time.
    pub clock: Clock,
}

impl TestServer {
    /// With default settings and these namespaces.
    pub fn of(namespaces: impl IntoIterator<Item = Namespace>) -> Self {
        let builder = namespaces
            .into_iter()
            .fold(ServerBuilder::new(), ServerBuilder::namespace);
        Self::start(builder)
    }

    /// Handlers write into the journal with the pen that is the server's state.
    pub fn noting(builder: ServerBuilder) -> (Self, Journal) {
        let (journal, pen) = journal();
        (Self::start(builder.state(pen)), journal)
    }

    /// Likewise, with default settings and one namespace.
    pub fn noting_of(namespace: Namespace) -> (Self, Journal) {
        Self::noting(ServerBuilder::new().namespace(namespace))
    }

    /// With these settings, by whatever serves.
    pub fn start(builder: ServerBuilder) -> Self {
        Self::on_clock(host().serve(builder))
    }

    /// Serves where the server listens.
    pub fn run(server: BuiltServer) -> Self {
        Self::on_clock(host().run(server))
    }

    /// With the server's own listener in any case: for what only that does.
    pub fn listening(builder: ServerBuilder) -> Self {
        Self::on_clock(host().listen(builder))
    }

    /// Likewise; what its tasks trace goes to a subscriber of its own.
    pub fn traced(builder: ServerBuilder, told: Dispatch) -> Self {
        Self::on_clock(host().listen_watched(builder, told, Tasks::default()))
    }

    /// With the server's own listener; its tasks are counted.
    pub fn counted(builder: ServerBuilder) -> (Self, Tasks) {
        let tasks = Tasks::default();
        let served = host().listen_watched(builder, Dispatch::none(), tasks.clone());
        (Self::on_clock(served), tasks)
    }

    fn on_clock((served, clock): (Served, Clock)) -> Self {
        let Served { address, handle } = served;
        Self {
            address,
            handle,
            clock,
        }
    }

    /// With the server's own listener; handlers write into the journal.
    pub fn noting_listening(builder: ServerBuilder) -> (Self, Journal) {
        let (journal, pen) = journal();
        (Self::listening(builder.state(pen)), journal)
    }

    /// Waits for what time brings, and has it pass twenty times as fast.
    ///
    /// # Panics
    /// If it never comes true.
    #[track_caller]
    pub fn eventually(&self, what: &str, is_so: impl Fn() -> bool) {
        eventually(what, || {
            self.clock.advance(20 * GLANCE);
            is_so()
        });
    }

    /// Lets time pass until nothing is left of any client.
    pub fn wait_until_deserted(&self) {
        self.eventually("no session and no connection is left", || {
            self.handle.session_count() == 0 && self.handle.connection_count() == 0
        });
    }
}

impl From<Served> for TestServer {
    /// A server with a clock of its own: that of the test governs nothing.
    fn from(served: Served) -> Self {
        Self::on_clock((served, Clock::default()))
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.clock.run();
        let handle = self.handle.clone();
        in_background(async move { handle.shutdown(Duration::from_secs(1)).await });
    }
}

/// Listens on everything that the settings say.
///
/// # Errors
/// What cannot become a server.
pub fn build(builder: ServerBuilder) -> Result<BuiltServer, BuildError> {
    host().build(builder)
}

/// Likewise, and on a TCP address.
///
/// # Errors
/// As [`build`].
pub fn bind(
    builder: ServerBuilder,
    address: impl Into<TcpAddress>,
) -> Result<BuiltServer, BuildError> {
    build(builder.listen(Listen::tcp(address)))
}

/// Waits for nothing and nobody for long; the other limits are the defaults.
#[must_use]
pub fn impatient(builder: ServerBuilder) -> ServerBuilder {
    let limits = ServerLimits::default()
        .request_head_timeout(SHORT)
        .request_body_timeout(SHORT)
        .unread_response_timeout(SHORT)
        .authorization_timeout(SHORT)
        .handler_timeout(Some(SHORT))
        .upload_timeout(2 * SHORT)
        .websocket_close_timeout(SHORT);
    builder
        .limits(limits)
        .handshake_timeout(4 * SHORT)
        .close_timeout(4 * SHORT)
        .heartbeat_interval(SHORT)
        .heartbeat_timeout(4 * SHORT)
        .polling_duration(3 * SHORT)
}

/// With a close timeout as short as this, and without what would have to be shorter still.
#[must_use]
pub fn with_close_timeout(builder: ServerBuilder, timeout: Duration) -> ServerBuilder {
    builder
        .close_timeout(timeout)
        .heartbeat_interval(None)
        .polling_duration(timeout.mul_f64(0.9))
}
