//! Connections of hyper's without tokio, with the server as a layer before nothing.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_lite::{AsyncRead, AsyncWrite};
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use smol_hyper::rt::{FuturesIo, SmolTimer};
use socketio_server::tower::{PeerAddress, SocketIoLayer};
use tower::{Layer, Service};

/// Serves a connection to its end.
pub(crate) async fn serve_connection<S>(stream: S, peer: SocketAddr, layer: SocketIoLayer)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = layer.layer(tower::service_fn(nowhere));
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(PeerAddress(peer));
        service.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(SmolTimer::new())
        .serve_connection(FuturesIo::new(stream), service)
        .with_upgrades();
    // Clients of tests break connections in every way.
    let _ = connection.await;
}

async fn nowhere(_request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}
