//! What our server does, once more: as a layer on hyper's connections, on async-std, where no tokio
//! runs.

mod serving;

use std::process::ExitCode;

use async_std::net::TcpListener;
use async_std::task;
use socketio_conformance::clock::Clock;
use socketio_conformance::{Served, ServerBuilder, Suite, TestRuntime};
use socketio_driver_async_std::Driver;
use socketio_driver_async_std::runtime::{FuturesStream, Runtime};

fn main() -> ExitCode {
    Suite::on("hyper on async-std", Driver::current())
        .served_by(serve)
        .without(&["clients"], "they come to the example hyper_chat")
        .run()
}

/// Serves on a port of its own, until the process ends.
fn serve(builder: ServerBuilder, clock: Clock) -> Served {
    let runtime = TestRuntime::new(Driver::current(), clock);
    let layer = builder.on_runtime().tower_layer_on(runtime);
    let (layer, handle) = layer.expect("a layer");
    let listener = task::block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    task::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let stream = FuturesStream(stream);
            task::spawn(serving::serve_connection(stream, peer, layer.clone()));
        }
    });
    Served { address, handle }
}
