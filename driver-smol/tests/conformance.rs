//! The suite for all drivers, on an executor with two threads.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use smol::Executor;
use socketio_driver_smol::Driver;

fn main() -> ExitCode {
    let executor = Arc::new(Executor::new());
    for _ in 0..2 {
        let executor = Arc::clone(&executor);
        thread::spawn(move || smol::block_on(executor.run(std::future::pending::<()>())));
    }
    socketio_conformance::check("smol", Driver::on(&executor))
}
