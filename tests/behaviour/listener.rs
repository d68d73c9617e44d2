//! The server's own listener.

use std::net::SocketAddr;

use socketio_driver_tokio::{Server, ServerBuilder, ServerHandle};

/// Serves on a port of its own.
pub(crate) async fn serve(builder: ServerBuilder) -> (SocketAddr, ServerHandle) {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    run(builder.bind(any_port).await.expect("a server")).await
}

/// Serves where the server listens.
pub(crate) async fn run(server: Server) -> (SocketAddr, ServerHandle) {
    let address = server.local_addr().expect("an address");
    let handle = server.handle();
    tokio::spawn(server.run());
    (address, handle)
}
