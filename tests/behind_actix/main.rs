//! What our server does, once more: inside of an application on actix-web. And what is different
//! then.

mod host;

mod routes;

use std::process::ExitCode;

use socketio_conformance::Suite;
use socketio_driver_tokio::Driver;
use socketio_tests::one_runtime::runtime;

fn main() -> ExitCode {
    Suite::on("actix-web", Driver::on(runtime().handle().clone()))
        .served_by(host::serve)
        .and([routes::TESTS])
        .run()
}
