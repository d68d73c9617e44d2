//! What our server does, once more: as a layer in an application on axum. And what is different
//! then.

mod application;
mod host;

mod fallthrough;
mod goodbyes;
mod peers;
mod plain_hyper;
mod recordings;
mod stuck_streams;

use std::process::ExitCode;

use socketio_conformance::Suite;
use socketio_driver_tokio::Driver;
use socketio_tests::one_runtime::runtime;

fn main() -> ExitCode {
    Suite::on("axum", Driver::on(runtime().handle().clone()))
        .served_by(host::serve)
        .and([
            fallthrough::TESTS,
            goodbyes::TESTS,
            peers::TESTS,
            plain_hyper::TESTS,
            recordings::TESTS,
            stuck_streams::TESTS,
        ])
        .run()
}
