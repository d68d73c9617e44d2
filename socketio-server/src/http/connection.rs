//! One connection: requests first, then maybe a websocket.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::Write;
use hyper::server::conn::http1;
use hyper::service::Service;
use tracing::trace;

use super::head_timer::HeadTimer;
use super::hyper_adapter::HyperStream;
use super::logged_body::LoggedBody;
use crate::access_log::AccessEntry;
use crate::answer::{Answer, Unflushed};
use crate::checks::LONGEST_TIMEOUT;
use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::flash_policy;
use crate::router;
use crate::runtime::ByteStream;
use crate::transports::ClientEnd;
use crate::transports::websocket::{WebSocketPump, WebSocketUpgrade};

/// Serves a connection until it ends.
pub(crate) fn serve_connection<S: ByteStream>(
    counted: CountedConnection,
    stream: S,
    peer: Option<SocketAddr>,
) -> impl Future<Output = ()> + Send {
    Connection {
        serving: Box::pin(serve_http(Arc::clone(counted.engine()), stream, peer)),
        counted,
    }
}

/// The life of a connection.
///
/// Not an `async` block: that would keep room for all it ever held, and as most connections idle
/// as websockets, this is most of what they take.
struct Connection<S> {
    /// HTTP, or what came of it. Boxed, because the two differ much in size.
    serving: Pin<Box<dyn Future<Output = Option<Opened<S>>> + Send>>,
    counted: CountedConnection,
}

impl<S: ByteStream> Future for Connection<S> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Some(opened) = ready!(self.serving.as_mut().poll(cx)) else {
                return Poll::Ready(());
            };
            let engine = Arc::clone(self.counted.engine());
            self.serving = Box::pin(LoggedWebSocket {
                pump: WebSocketPump::new(engine, opened.stream, opened.upgrade, &opened.early),
                _entry: opened.entry,
            });
        }
    }
}

/// A websocket, and what the access log is told when it ends.
struct LoggedWebSocket<S> {
    pump: WebSocketPump<S>,
    _entry: Option<Box<AccessEntry>>,
}

impl<S: ByteStream> Future for LoggedWebSocket<S> {
    /// Nothing comes of a websocket.
    type Output = Option<Opened<S>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.pump).poll(cx).map(|()| None)
    }
}

/// A connection that has become a websocket.
struct Opened<S> {
    stream: S,
    upgrade: WebSocketUpgrade,
    /// What the client sent behind its request, in the same breath.
    early: Vec<u8>,
    /// What the access log is told when it ends.
    entry: Option<Box<AccessEntry>>,
}

/// Where a request leaves what its connection is to become.
type UpgradePlace = Arc<Mutex<Option<(WebSocketUpgrade, Option<Box<AccessEntry>>)>>>;

async fn serve_http<S: ByteStream>(
    engine: Arc<Engine>,
    mut stream: S,
    peer: Option<SocketAddr>,
) -> Option<Opened<S>> {
    let early = match engine.settings.flash_policy {
        Some(_) => flash_policy::answer_or_begin(&engine, &mut stream).await?,
        None => Vec::new(),
    };
    let upgrade = UpgradePlace::default();
    let unflushed = Unflushed::default();
    let client_end = ClientEnd::default();
    let service = HttpService {
        engine: Arc::clone(&engine),
        peer,
        upgrade: Arc::clone(&upgrade),
        unflushed: unflushed.clone(),
        client_end: client_end.clone(),
    };
    let limits = &engine.settings.limits;
    let executor = Arc::clone(&engine.executor);
    let patience = limits.unread_response_timeout;
    let stream =
        HyperStream::new(stream, executor, patience, unflushed, client_end).with_early(early);
    let mut connection = http1::Builder::new()
        .timer(HeadTimer::new(Arc::clone(&engine.executor)))
        .header_read_timeout(limits.request_head_timeout.min(LONGEST_TIMEOUT))
        .max_buf_size(limits.request_head_bytes.max(8 << 10))
        .serve_connection(stream, service);
    let signal = &engine.shutdown;
    let mut draining = Box::pin(signal.draining());
    let mut is_told = false;
    let served = poll_fn(|cx| {
        loop {
            if signal.is_given_up() {
                return Poll::Ready(Err(ConnectionFault::CutOff));
            }
            if signal.is_drained() && !std::mem::replace(&mut is_told, true) {
                Pin::new(&mut connection).graceful_shutdown();
            }
            if draining.as_mut().poll(cx).is_pending() {
                break;
            }
            draining = Box::pin(signal.draining());
        }
        connection
            .poll_without_shutdown(cx)
            .map_err(ConnectionFault::Http)
    })
    .await;
    if let Err(fault) = served {
        trace!(?peer, %fault, "connection failed");
        return None;
    }
    let parts = connection.into_parts();
    let mut stream = parts.io;
    let upgrade = upgrade
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some((upgrade, entry)) = upgrade else {
        let _ = poll_fn(|cx| Pin::new(&mut stream).poll_shutdown(cx)).await;
        return None;
    };
    let stream = stream.into_inner();
    // Copied, because even an empty rest would keep hyper's whole buffer.
    Some(Opened {
        stream,
        upgrade,
        early: parts.read_buf.to_vec(),
        entry,
    })
}

/// Why a connection ended before it was done.
#[derive(Debug, thiserror::Error)]
enum ConnectionFault {
    #[error(transparent)]
    Http(hyper::Error),
    #[error("the shutdown did not wait for it")]
    CutOff,
}

struct HttpService {
    engine: Arc<Engine>,
    peer: Option<SocketAddr>,
    upgrade: UpgradePlace,
    unflushed: Unflushed,
    client_end: ClientEnd,
}

impl Service<Request<Incoming>> for HttpService {
    type Response = Response<LoggedBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let engine = Arc::clone(&self.engine);
        let proxies = &engine.settings.trusted_proxies;
        let peer = proxies.client_of(self.peer, request.headers());
        let place = Arc::clone(&self.upgrade);
        let (unflushed, client_end) = (self.unflushed.clone(), self.client_end.clone());
        // Out here, because a client that leaves at once takes its request along.
        let mut entry = AccessEntry::begin(&engine, peer, &request);
        // With a length beside it (of which hyper may tell us nothing) it may be two requests for
        // somebody else; so nothing behind it is listened to (RFC 9112, 6.1).
        let is_chunked = request.headers().contains_key(TRANSFER_ENCODING);
        Box::pin(async move {
            let mut response = match router::answer(&engine, peer, request).await {
                Answer::Response(response) => {
                    if let Some(entry) = &mut entry {
                        entry.answered(response.status().as_u16());
                    }
                    response
                }
                Answer::Upgrade(response, upgrade) => {
                    let status = response.status().as_u16();
                    let open = entry.as_mut().map(|entry| entry.opening(status));
                    let upgrade = Some((upgrade, open));
                    *place.lock().unwrap_or_else(PoisonError::into_inner) = upgrade;
                    response
                }
            };
            if is_chunked {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(CONNECTION, close);
            }
            Ok(response.map(|body| LoggedBody {
                body: body.on_connection(unflushed, client_end),
                entry,
            }))
        })
    }
}
