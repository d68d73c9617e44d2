//! The suite for all drivers, on a runtime with two workers.

use std::process::ExitCode;

use socketio_driver_tokio::Driver;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a tokio runtime");
    socketio_conformance::check("tokio", Driver::on(runtime.handle().clone()))
}
