//! Where a client comes from, as the framework or the application sees it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::middleware::{self, Next};
use axum::{Extension, Router};
use http::request::Parts;
use socketio_conformance::client::handshake;
use socketio_conformance::journal::{Journal, journal};
use socketio_conformance::tests;
use socketio_driver_tokio::tower::{PeerAddress, SocketIoLayer};
use socketio_driver_tokio::{Handshake, Server};
use socketio_tests::one_runtime::wait_for;

use crate::application::{peer, serve};

tests![
    nobody_says_it,
    the_connection_says_it,
    middleware_says_it,
    an_extension_says_it,
    a_proxy_says_it,
];

fn noting_peers() -> (SocketIoLayer, Journal) {
    let (journal, pen) = journal();
    let builder = Server::builder().authorize(move |handshake: Arc<Handshake>| {
        pen.note(format_args!("{:?}", handshake.peer()));
        async { Ok(true) }
    });
    let (layer, _) = wait_for(async { builder.tower_layer() }).expect("a layer");
    (layer, journal)
}

fn nobody_says_it() {
    let (layer, journal) = noting_peers();
    handshake(serve(Router::new().layer(layer)), "");
    journal.expect("None");
}

fn the_connection_says_it() {
    let (layer, journal) = noting_peers();
    handshake(serve(Router::new().layer(layer.peer_from(peer))), "");
    let noted = journal.next();
    assert!(noted.starts_with("Some(127.0.0.1:"), "{noted}");
}

fn middleware_says_it() {
    async fn say(
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        mut request: Request,
        next: Next,
    ) -> axum::response::Response {
        request.extensions_mut().insert(PeerAddress(peer));
        next.run(request).await
    }
    let (layer, journal) = noting_peers();
    let application = Router::new().layer(layer).layer(middleware::from_fn(say));
    handshake(serve(application), "");
    let noted = journal.next();
    assert!(noted.starts_with("Some(127.0.0.1:"), "{noted}");
}

fn an_extension_says_it() {
    let (layer, journal) = noting_peers();
    let known = Extension(PeerAddress(([192, 0, 2, 1], 7).into()));
    handshake(serve(Router::new().layer(layer).layer(known)), "");
    journal.expect("Some(192.0.2.1:7)");
}

fn a_proxy_says_it() {
    fn behind_proxy(head: &Parts) -> Option<SocketAddr> {
        let named = head.headers.get("x-forwarded-for")?.to_str().ok()?;
        let last = named.rsplit(',').next()?;
        Some((last.trim().parse::<std::net::IpAddr>().ok()?, 0).into())
    }
    let (layer, journal) = noting_peers();
    let address = serve(Router::new().layer(layer.peer_from(behind_proxy)));
    let headers = "X-Forwarded-For: 10.0.0.1, 192.0.2.1\r\n";
    let mut http = socketio_conformance::http_client::HttpClient::open(address);
    assert_eq!(
        http.request("GET", "/socket.io/1/", headers, "").status,
        200
    );
    journal.expect("Some(192.0.2.1:0)");
}
