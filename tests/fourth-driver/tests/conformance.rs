//! The suite for all drivers.

use std::process::ExitCode;

use fourth_driver::Driver;

fn main() -> ExitCode {
    let driver = Driver::start(2).expect("a reactor");
    socketio_conformance::check("fourth", driver)
}
