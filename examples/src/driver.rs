//! The choice of a driver: the one place of the examples that knows them all.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use futures_lite::future::block_on;
use smol::Executor;
use socketio_server::runtime::Runtime;
use socketio_server::{BuildError, Listen, ServerBuilder, ServerHandle};

use crate::interruption::wait_for_interruption;

/// How long clients have to take their goodbye when an example is interrupted.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// A driver, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DriverName {
    /// socketio-driver-tokio
    #[default]
    Tokio,
    /// socketio-driver-async-std
    AsyncStd,
    /// socketio-driver-smol
    Smol,
}

impl DriverName {
    /// As it is written on the command line and shown on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
            Self::Smol => "smol",
        }
    }

    /// Starts its runtime, with a thread for each core.
    ///
    /// # Errors
    /// If the operating system gives it no threads.
    pub fn start(self) -> std::io::Result<StartedDriver> {
        Ok(match self {
            Self::Tokio => StartedDriver::Tokio(tokio::runtime::Runtime::new()?),
            Self::AsyncStd => StartedDriver::AsyncStd,
            Self::Smol => StartedDriver::Smol(start_executor()?),
        })
    }
}

impl fmt::Display for DriverName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An executor of smol. It has no threads of its own, so it is given some.
fn start_executor() -> std::io::Result<Arc<Executor<'static>>> {
    let executor = Arc::new(Executor::new());
    for _ in 0..thread::available_parallelism()?.get() {
        let executor = Arc::clone(&executor);
        let work = move || smol::block_on(executor.run(pending::<()>()));
        thread::Builder::new().name("smol".into()).spawn(work)?;
    }
    Ok(executor)
}

/// A runtime that servers can be put on.
#[derive(Debug)]
pub enum StartedDriver {
    /// It ends when this is dropped.
    Tokio(tokio::runtime::Runtime),
    /// A process has one, which ends with it.
    AsyncStd,
    /// Its threads end with the process.
    Smol(Arc<Executor<'static>>),
}

impl StartedDriver {
    /// Has a server listen on an address, and serve.
    ///
    /// # Errors
    /// [`BuildError`]: the settings do not fit together, or the address cannot be had.
    pub fn serve(
        &self,
        builder: ServerBuilder,
        address: SocketAddr,
    ) -> Result<RunningServer, BuildError> {
        let builder = builder.listen(Listen::tcp(address));
        match self {
            Self::Tokio(runtime) => {
                let runtime = runtime.handle().clone();
                serve_on(socketio_driver_tokio::Driver::on(runtime), builder)
            }
            Self::AsyncStd => serve_on(socketio_driver_async_std::Driver::current(), builder),
            Self::Smol(executor) => serve_on(socketio_driver_smol::Driver::on(executor), builder),
        }
    }
}

fn serve_on<R: Runtime>(runtime: R, builder: ServerBuilder) -> Result<RunningServer, BuildError> {
    let built = builder.on_runtime::<R>().build_on(runtime.clone());
    let server = block_on(built)?;
    let running = RunningServer {
        address: server.local_addr().expect("it listens on an address"),
        handle: server.handle(),
    };
    runtime.spawn(server.run());
    Ok(running)
}

/// A server that serves on its runtime's threads.
#[derive(Debug, Clone)]
pub struct RunningServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// For what it does without being asked.
    pub handle: ServerHandle,
}

impl RunningServer {
    /// Lets it serve until the process is interrupted, and then everybody take their goodbye.
    ///
    /// # Errors
    /// If the operating system does not tell of interruptions.
    pub fn run_until_interrupted(self) -> Result<(), Box<dyn Error>> {
        wait_for_interruption()?;
        block_on(self.handle.shutdown(SHUTDOWN_TIME));
        Ok(())
    }
}
