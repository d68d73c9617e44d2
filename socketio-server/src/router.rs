//! From requests to what answers them.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Uri};
use http_body::Body;
use socketio_proto::{RequestTarget, StreamFormat, TransportName};
use tracing::{error, trace};

use crate::answer::Answer;
use crate::contained::{Panicked, call_contained};
use crate::engine::Engine;
use crate::opening;
use crate::origins::OriginCheck;
use crate::responses;
use crate::transports::{jsonp_polling, streaming, upload, websocket, xhr_polling};

/// Answers one request.
pub(crate) async fn answer<B>(
    engine: &Arc<Engine>,
    peer: Option<SocketAddr>,
    request: Request<B>,
) -> Answer
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let (head, body) = request.into_parts();
    let head = Request::from_parts(head, ());
    let target = target(engine, head.uri());
    let is_elsewhere = matches!(target, RequestTarget::Elsewhere);
    let answer = answer_target(engine, peer, target, &head, body).await;
    if !is_elsewhere {
        count_failure(engine, &answer);
    }
    answer
}

fn count_failure(engine: &Engine, answer: &Answer) {
    let Answer::Response(response) = answer else {
        return;
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        engine.counts.requests_failed.add_one(status.as_str());
    }
}

async fn answer_target<B>(
    engine: &Arc<Engine>,
    peer: Option<SocketAddr>,
    target: RequestTarget<'_>,
    head: &Request<()>,
    body: B,
) -> Answer
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let response = match target {
        RequestTarget::Transport {
            name: transport,
            sid,
            ..
        } => {
            let Some(name) = offered(engine, transport) else {
                // What the client wrote may be anything, a session's id in the wrong place too.
                trace!("transport not offered");
                return Answer::whole(not_offered());
            };
            return answer_transport(engine, name, sid, head, body).await;
        }
        RequestTarget::Handshake { .. } => opening::answer(engine, peer, head).await,
        RequestTarget::Disconnect { sid, .. } => forced_end(engine, sid, head),
        RequestTarget::ClientFile { path } => engine.settings.client_files.answer(path, head),
        RequestTarget::WrongVersion { .. } => responses::refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Protocol version not supported.",
        ),
        RequestTarget::NotUsable => responses::welcome(),
        // Elsewhere, or something that only a newer codec knows.
        _ => elsewhere(engine, head),
    };
    Answer::whole(response)
}

fn target<'a>(engine: &Engine, uri: &'a Uri) -> RequestTarget<'a> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    RequestTarget::parse(target, &engine.settings.resource)
}

/// Whether a request to this URI is none of Socket.IO's.
#[cfg(feature = "tower")]
pub(crate) fn is_elsewhere(engine: &Engine, uri: &Uri) -> bool {
    matches!(target(engine, uri), RequestTarget::Elsewhere)
}

fn offered(engine: &Engine, transport: &str) -> Option<TransportName> {
    let name = transport.parse().ok()?;
    engine.settings.transports.contains(&name).then_some(name)
}

fn not_offered() -> Response<Bytes> {
    responses::refusal_and_close(StatusCode::NOT_FOUND, "transport not offered")
}

/// A request on the URL of a session's transport.
async fn answer_transport<B>(
    engine: &Arc<Engine>,
    name: TransportName,
    sid: &str,
    head: &Request<()>,
    body: B,
) -> Answer
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let origins = &engine.settings.origins;
    let origin = match (name, head.method()) {
        (TransportName::JsonpPolling, &Method::GET) => origins.check_included(head.headers()),
        _ => origins.check(head.headers()),
    };
    if origin == OriginCheck::Refused {
        return Answer::whole(bad_origin());
    }
    let mut response = match (name, head.method()) {
        (_, &Method::OPTIONS) => responses::preflight(),
        (TransportName::WebSocket | TransportName::FlashSocket, _) => {
            return match websocket::answer(engine, name, sid, head) {
                Ok((response, upgrade)) => Answer::upgrade(response, upgrade),
                Err(refusal) => Answer::whole(*refusal),
            };
        }
        (TransportName::XhrPolling, &Method::GET) => xhr_polling::answer(engine, sid).await,
        (TransportName::JsonpPolling, &Method::GET) => {
            let query = head.uri().query().unwrap_or_default();
            // What a script element loads, it may run: there is nobody to allow anything to.
            return Answer::whole(jsonp_polling::answer(engine, sid, query).await);
        }
        (TransportName::HtmlFile, &Method::GET) => {
            // Only a page of the same origin can reach into the frame that it is in.
            return Answer::stream(streaming::answer(engine, StreamFormat::HtmlFile, sid));
        }
        (TransportName::XhrMultipart, &Method::GET) => {
            let mut response = streaming::answer(engine, StreamFormat::Multipart, sid);
            responses::allow_origin(&mut response, &origin);
            return Answer::stream(response);
        }
        (_, &Method::POST) => upload::answer(engine, name, sid, &origin, body).await,
        _ => responses::refusal_and_close(StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
    };
    responses::allow_origin(&mut response, &origin);
    Answer::whole(response)
}

/// The client leaves in a hurry. It is answered the same whether there is such a session or
/// not.
fn forced_end(engine: &Arc<Engine>, sid: &str, head: &Request<()>) -> Response<Bytes> {
    let origin = engine.settings.origins.check(head.headers());
    if origin == OriginCheck::Refused {
        return bad_origin();
    }
    if head.method() == Method::OPTIONS {
        let mut response = responses::preflight();
        responses::allow_origin(&mut response, &origin);
        return response;
    }
    if let Some(at) = engine.find(sid) {
        let now = engine.now();
        engine.with_session(at, |mut session| session.end_by_client(now));
    }
    responses::empty()
}

fn bad_origin() -> Response<Bytes> {
    trace!("origin refused");
    responses::refusal_and_close(StatusCode::FORBIDDEN, "bad origin")
}

/// Answers a request that is none of Socket.IO's.
pub(crate) fn elsewhere(engine: &Engine, head: &Request<()>) -> Response<Bytes> {
    if engine.settings.refuse_other_upgrades && websocket::is_asked_for(head) {
        return responses::refusal_and_close(StatusCode::NOT_FOUND, "no websocket here");
    }
    match &engine.hooks.fallback {
        Some(fallback) => call_contained(|| fallback(head)).unwrap_or_else(|Panicked| {
            error!("the fallback panicked");
            responses::refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        }),
        None => responses::refusal(StatusCode::NOT_FOUND, "not found"),
    }
}
