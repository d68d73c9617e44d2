//! Requests that come through a framework.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONNECTION, HOST, HeaderValue};
use http::request::Parts;
use http::{Request, Response, Version};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::body::ResponseBody;
use super::future::{Answering, ResponseFuture};
use super::peer::PeerSource;
use super::upgrade::{Upgrade, serve_upgraded};
use crate::answer::Answer;
use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::router;
use crate::transports::websocket::NoUpgrade;

/// A Socket.IO server before an application `S`, which gets the requests that are none of
/// Socket.IO's. Made by [`SocketIoLayer`](super::SocketIoLayer), or by
/// [`ServerBuilder::tower_service`](crate::ServerBuilder::tower_service) to stand by itself. Cheap to clone
/// if `S` is; the clones are one server.
#[derive(Debug, Clone)]
pub struct SocketIoService<S = Fallback> {
    gate: Gate,
    application: S,
}

impl<S> SocketIoService<S> {
    pub(super) const fn new(gate: Gate, application: S) -> Self {
        Self { gate, application }
    }

    /// As [`SocketIoLayer::peer_from`](super::SocketIoLayer::peer_from).
    #[must_use]
    pub fn peer_from(
        mut self,
        peer: impl Fn(&Parts) -> Option<SocketAddr> + Send + Sync + 'static,
    ) -> Self {
        self.gate.set_peer_from(peer);
        self
    }
}

impl<S, B, C> Service<Request<B>> for SocketIoService<S>
where
    S: Service<Request<B>, Response = Response<C>>,
    B: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<C>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.application.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if router::is_elsewhere(&self.gate.engine, request.uri()) {
            ResponseFuture::of_application(self.application.call(request))
        } else {
            ResponseFuture::of_server(self.gate.answer(request))
        }
    }
}

impl<B> hyper::service::Service<Request<B>> for SocketIoService<Fallback>
where
    B: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<Full<Bytes>>>;
    type Error = Infallible;
    type Future = ResponseFuture<Ready<Result<Response<Full<Bytes>>, Infallible>>>;

    fn call(&self, request: Request<B>) -> Self::Future {
        Service::call(&mut self.clone(), request)
    }
}

/// Answers what is none of Socket.IO's where there is no application behind the server:
/// [`ServerBuilder::fallback`](crate::ServerBuilder::fallback), or 404.
#[derive(Debug, Clone)]
pub struct Fallback(Arc<Engine>);

impl Fallback {
    pub(super) const fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

impl<B> Service<Request<B>> for Fallback {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let response = router::elsewhere(&self.0, &request.map(drop));
        ready(Ok(response.map(Full::new)))
    }
}

/// The way into the server for requests of foreign connections.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    engine: Arc<Engine>,
    peer: PeerSource,
}

impl Gate {
    pub(super) const fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            peer: PeerSource::Extension,
        }
    }

    pub(super) fn set_peer_from(
        &mut self,
        peer: impl Fn(&Parts) -> Option<SocketAddr> + Send + Sync + 'static,
    ) {
        self.peer = PeerSource::Application(Arc::new(peer));
    }

    fn answer<B>(&self, request: Request<B>) -> Answering
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let counted = CountedConnection::new(Arc::clone(&self.engine));
        let engine = Arc::clone(&self.engine);
        let (mut head, body) = request.into_parts();
        let proxies = &engine.settings.trusted_proxies;
        let peer = proxies.client_of(self.peer.peer_of(&head), &head.headers);
        let version = head.version;
        let upgrade = Upgrade::take_from(&mut head.extensions);
        if upgrade.is_none() {
            head.extensions.insert(NoUpgrade);
        }
        name_host(&mut head);
        let request = Request::from_parts(head, Box::pin(body));
        Box::pin(async move {
            let (mut response, counted) = match router::answer(&engine, peer, request).await {
                Answer::Response(response) => (response, Some(counted)),
                Answer::Upgrade(response, websocket) => {
                    if let Some(upgrade) = upgrade {
                        let executor = Arc::clone(&engine.executor);
                        let serving = serve_upgraded(engine, upgrade, websocket, counted);
                        executor.spawn(Box::pin(serving));
                    }
                    (response, None)
                }
            };
            if version > Version::HTTP_11 {
                // Connections are not a response's business any more.
                response.headers_mut().remove(CONNECTION);
            }
            (response, counted)
        })
    }
}

/// Since HTTP/2 a request names its host in the URI only. What is ours looks for the header.
fn name_host(head: &mut Parts) {
    if head.version <= Version::HTTP_11 || head.headers.contains_key(HOST) {
        return;
    }
    let host = head.uri.authority().map(|host| host.as_str().as_bytes());
    if let Some(Ok(host)) = host.map(HeaderValue::from_bytes) {
        head.headers.insert(HOST, host);
    }
}
