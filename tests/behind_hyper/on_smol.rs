//! What our server does, once more: as a layer on hyper's connections, on smol, where no tokio runs.

mod serving;

use std::future::pending;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use smol::Executor;
use smol::net::TcpListener;
use socketio_conformance::clock::Clock;
use socketio_conformance::{Served, ServerBuilder, Suite, TestRuntime};
use socketio_driver_smol::Driver;

fn main() -> ExitCode {
    let executor = Arc::new(Executor::new());
    for _ in 0..2 {
        let executor = Arc::clone(&executor);
        thread::spawn(move || smol::block_on(executor.run(pending::<()>())));
    }
    Suite::on("hyper on smol", Driver::on(&executor))
        .served_by(move |builder, clock| serve(&executor, builder, clock))
        .without(&["clients"], "they come to the example hyper_chat")
        .run()
}

/// Serves on a port of its own, until the process ends.
fn serve(executor: &Arc<Executor<'static>>, builder: ServerBuilder, clock: Clock) -> Served {
    let runtime = TestRuntime::new(Driver::on(executor), clock);
    let layer = builder.on_runtime().tower_layer_on(runtime);
    let (layer, handle) = layer.expect("a layer");
    let listener = smol::block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let connections = Arc::clone(executor);
    let accepting = async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let serving = serving::serve_connection(stream, peer, layer.clone());
            connections.spawn(serving).detach();
        }
    };
    executor.spawn(accepting).detach();
    Served { address, handle }
}
