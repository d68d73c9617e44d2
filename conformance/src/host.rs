//! What the servers of all tests run on: whatever the process was started for.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::OnceLock;

use futures_lite::future::block_on;
use socketio_server::runtime::Runtime;
use socketio_server::{BuildError, Listen, LocalAddr, ServerBuilder, ServerHandle};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::clock::Clock;
use crate::test_runtime::{Tasks, TestRuntime};

/// A task of which nobody asks what it is.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

type Building =
    dyn Fn(ServerBuilder, Dispatch, Tasks) -> Result<BuiltServer, BuildError> + Send + Sync;
type Serving = dyn Fn(ServerBuilder, Clock) -> Served + Send + Sync;

/// A runtime of which nobody asks which one it is.
pub(crate) struct Host {
    build: Box<Building>,
    spawn: Box<dyn Fn(Task) + Send + Sync>,
    serve: Option<Box<Serving>>,
}

impl Host {
    pub(crate) fn new<R: Runtime>(runtime: R) -> Self {
        let building = runtime.clone();
        Self {
            build: Box::new(move |builder, told, tasks| {
                let clock = Clock::default();
                let runtime = TestRuntime::new(building.clone(), clock.clone());
                build_on(runtime.watched(told, tasks), clock, builder)
            }),
            spawn: Box::new(move |task| runtime.spawn(task)),
            serve: None,
        }
    }

    pub(crate) fn served_by(
        self,
        serve: impl Fn(ServerBuilder, Clock) -> Served + Send + Sync + 'static,
    ) -> Self {
        let serve = Some(Box::new(serve) as _);
        Self { serve, ..self }
    }

    pub(crate) fn build(&self, builder: ServerBuilder) -> Result<BuiltServer, BuildError> {
        (self.build)(builder, Dispatch::none(), Tasks::default())
    }

    pub(crate) fn spawn(&self, task: Task) {
        (self.spawn)(task);
    }

    pub(crate) fn serve(&self, builder: ServerBuilder) -> (Served, Clock) {
        let Some(serve) = &self.serve else {
            return self.listen(builder);
        };
        let clock = Clock::default();
        (serve(builder, clock.clone()), clock)
    }

    /// Serves on a port of its own, with the server's listener in any case.
    pub(crate) fn listen(&self, builder: ServerBuilder) -> (Served, Clock) {
        let built = self.build(builder.listen(any_port()));
        self.run(built.expect("a server"))
    }

    /// Likewise; what the server's tasks trace goes to a subscriber of its own, and they are counted.
    pub(crate) fn listen_watched(
        &self,
        builder: ServerBuilder,
        told: Dispatch,
        tasks: Tasks,
    ) -> (Served, Clock) {
        let built = (self.build)(builder.listen(any_port()), told.clone(), tasks);
        let mut server = built.expect("a server");
        server.running = Box::pin(server.running.with_subscriber(told));
        self.run(server)
    }

    /// Serves where the server listens.
    pub(crate) fn run(&self, server: BuiltServer) -> (Served, Clock) {
        let (address, handle) = (server.local_addr().expect("an address"), server.handle());
        let clock = server.clock();
        self.spawn(server.run());
        (Served { address, handle }, clock)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

static HOST: OnceLock<Host> = OnceLock::new();

/// Says where all servers run from now on.
pub(crate) fn set(host: Host) {
    assert!(HOST.set(host).is_ok(), "a process runs one suite");
}

pub(crate) fn host() -> &'static Host {
    HOST.get().expect("tests are run by a suite")
}

/// A server that is being served.
#[derive(Debug)]
pub struct Served {
    /// Where clients find it.
    pub address: SocketAddr,
    /// The handle to it.
    pub handle: ServerHandle,
}

/// A server that listens and has not begun to serve.
pub struct BuiltServer {
    addresses: Vec<LocalAddr>,
    policy_addresses: Vec<LocalAddr>,
    handle: ServerHandle,
    clock: Clock,
    running: Task,
}

impl BuiltServer {
    /// The TCP address it listens on: the first, if there are several.
    ///
    /// # Errors
    /// If it listens on no TCP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let first = self.local_addrs().find_map(LocalAddr::tcp);
        first.ok_or_else(|| io::Error::other("no TCP address"))
    }

    /// Everything it listens on, in the order in which it was told to.
    pub fn local_addrs(&self) -> impl Iterator<Item = &LocalAddr> {
        self.addresses.iter()
    }

    /// What it listens on for Flash policies only.
    pub fn flash_policy_addrs(&self) -> impl Iterator<Item = &LocalAddr> {
        self.policy_addresses.iter()
    }

    /// A handle to it.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Its clock, which stands still.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Accepts connections until it is shut down.
    #[must_use]
    pub fn run(self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.running
    }
}

impl fmt::Debug for BuiltServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltServer")
            .field("addresses", &self.addresses)
            .field("policy_addresses", &self.policy_addresses)
            .finish_non_exhaustive()
    }
}

fn any_port() -> Listen {
    Listen::tcp(SocketAddr::from(([127, 0, 0, 1], 0)))
}

fn build_on<R: Runtime>(
    runtime: R,
    clock: Clock,
    builder: ServerBuilder,
) -> Result<BuiltServer, BuildError> {
    let server = block_on(builder.on_runtime::<R>().build_on(runtime))?;
    Ok(BuiltServer {
        addresses: server.local_addrs().cloned().collect(),
        policy_addresses: server.flash_policy_addrs().cloned().collect(),
        handle: server.handle(),
        clock,
        running: Box::pin(server.run()),
    })
}
