//! What a Socket.IO server does, whatever runtime it runs on: one suite for all drivers.
//!
//! A driver is a type that implements [`Runtime`]. It gets the whole suite by a test without a
//! harness of its own, `tests/conformance.rs`:
//!
//! ```toml
//! [dev-dependencies]
//! socketio-conformance = { path = "../conformance" }
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! ```no_run
//! # use std::process::ExitCode;
//! # use socketio_server::runtime::Runtime;
//! # struct Driver;
//! # impl Driver { fn on<R: Runtime>(it: R) -> R { it } }
//! # fn example<R: Runtime>(executor: R) -> ExitCode {
//! // In `main`, of which this is the last expression:
//! socketio_conformance::check("name of the driver", Driver::on(executor))
//! # }
//! ```
//!
//! Tests wait on threads of their own, so tasks of the runtime must make progress without them: on
//! two threads or more, for what one of them holds up is to be seen by another. Filters, `--skip`
//! and `--list` are those of Rust's own harness. There are three kinds of tests:
//!
//! * what the server does, seen by clients on real sockets and by the application. These tests need
//!   nothing but a runtime;
//! * `recordings::`: conversations of the reference server, held once more. They stand in
//!   `tests/vectors` of this repository;
//! * `clients::`: the real client, on Node and in a headless browser. Its scripts stand in
//!   `tests/js`, where `npm ci --ignore-scripts` must have been run; `cargo xtask test` does that.
//!
//! Those folders are found beside this crate's own, so it is used from a checkout of the repository,
//! by its path or as a git dependency. It is not published.

#![forbid(unsafe_code)]

#[macro_use]
mod suite;

mod behaviour;
pub mod certificates;
pub mod client;
pub mod clients;
pub mod clock;
mod host;
pub mod htmlfile_client;
pub mod http_client;
pub mod journal;
mod log_lines;
pub mod node;
mod panics;
pub mod recordings;
pub mod replay;
pub mod server;
mod test_runtime;
pub mod waiting;

use std::process::ExitCode;

/// The settings of a test's server, for whatever runtime.
pub use socketio_server::ServerBuilder;
use socketio_server::runtime::Runtime;

pub use crate::host::{BuiltServer, Served};
pub use crate::suite::{Suite, TestFile};
pub use crate::test_runtime::TestRuntime;

/// Runs the whole suite on a runtime, as the arguments of the process ask for.
///
/// The process must not have run it before.
pub fn check<R: Runtime>(name: &'static str, runtime: R) -> ExitCode {
    Suite::on(name, runtime).run()
}
