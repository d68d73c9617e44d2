//! The suite for all drivers, on the runtime that a process has.

use std::process::ExitCode;

use socketio_driver_async_std::Driver;
use socketio_driver_async_std::runtime::Runtime;

fn main() -> ExitCode {
    socketio_conformance::check("async-std", Driver::current())
}
