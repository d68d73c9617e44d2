//! axum's listener, with the server as a layer.

use std::net::SocketAddr;

use axum::Router;
use socketio_conformance::clock::Clock;
use socketio_conformance::{Served, ServerBuilder, TestRuntime};
use socketio_driver_tokio::Driver;
use socketio_driver_tokio::runtime::Runtime;
use socketio_tests::one_runtime::wait_for;
use tokio::net::TcpListener;

use crate::application::peer;

/// Serves on a port of its own, until the process ends.
pub(crate) fn serve(builder: ServerBuilder, clock: Clock) -> Served {
    wait_for(async {
        let runtime = TestRuntime::new(Driver::current(), clock);
        let layer = builder.on_runtime().tower_layer_on(runtime);
        let (layer, handle) = layer.expect("a layer");
        let application = Router::new()
            .layer(layer.peer_from(peer))
            .into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async { axum::serve(listener, application).await });
        Served { address, handle }
    })
}
