//! Applications on axum, to look at what they share with the server.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use http::request::Parts;
use socketio_conformance::waiting::in_background;
use socketio_tests::one_runtime::wait_for;
use tokio::net::TcpListener;

/// Serves on a port of its own, until the process ends.
pub(crate) fn serve(application: Router) -> SocketAddr {
    let listener = wait_for(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let application = application.into_make_service_with_connect_info::<SocketAddr>();
    in_background(async { axum::serve(listener, application).await });
    address
}

/// The peer as axum knows it.
pub(crate) fn peer(head: &Parts) -> Option<SocketAddr> {
    head.extensions.get().map(|ConnectInfo(peer)| *peer)
}
