//! What our server does, once more: as a layer on hyper's connections, on async-std, where no tokio
//! runs.

mod serving;

use std::process::ExitCode;

use async_std::net::TcpListener;
use async_std::task;
use socketio_conformance::{Served, Suite};
use socketio_driver_async_std::runtime::{FuturesStream, Runtime};
use socketio_driver_async_std::{Driver, ServerBuilder};

fn main() -> ExitCode {
    Suite::on("hyper on async-std", Driver::current())
        .served_by(serve)
        .without(&["clients"], "they come to the example hyper_chat")
        .run()
}

/// Serves on a port of its own, until the process ends.
fn serve(builder: ServerBuilder) -> Served {
    let (layer, handle) = builder.tower_layer().expect("a layer");
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
