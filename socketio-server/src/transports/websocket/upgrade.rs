//! From a request to a websocket.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::{Method, Request, Response, StatusCode, Version};
use socketio_proto::TransportName;
use tungstenite::handshake::derive_accept_key;

use super::super::attached::AttachedTransport;
use crate::engine::Engine;
use crate::responses;

/// What a connection carries once it has become a websocket.
#[derive(Debug)]
pub(crate) struct WebSocketUpgrade {
    /// `None` if the session is unknown: the client is told so on the websocket, because real
    /// clients wait for a timeout when the upgrade itself is refused.
    pub(super) transport: Option<AttachedTransport>,
}

/// A request's extension: its connection cannot become anything else.
#[cfg(feature = "tower")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoUpgrade;

/// Accepts or refuses a request on the URL of a websocket, under whichever `name` it goes: a
/// flashsocket is one, too (`socket.io` 0.9 `lib/transports/flashsocket.js`).
pub(crate) fn answer(
    engine: &Arc<Engine>,
    name: TransportName,
    sid: &str,
    head: &Request<()>,
) -> Result<(Response<Bytes>, WebSocketUpgrade), Box<Response<Bytes>>> {
    let accept = accept_key(head)?;
    let mut response = responses::empty();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    let transport = AttachedTransport::open(engine, sid, name);
    Ok((response, WebSocketUpgrade { transport }))
}

/// Whether the request is for a websocket, of whatever version.
pub(crate) fn is_asked_for(head: &Request<()>) -> bool {
    let headers = head.headers();
    head.method() == Method::GET
        && lists(headers, &CONNECTION, "upgrade")
        && lists(headers, &UPGRADE, "websocket")
}

/// The key that accepts the upgrade (RFC 6455, 4.2.1). Versions 13 and 8 share their framing.
fn accept_key(head: &Request<()>) -> Result<HeaderValue, Box<Response<Bytes>>> {
    let headers = head.headers();
    if !is_asked_for(head) {
        return Err(upgrade_required(
            StatusCode::UPGRADE_REQUIRED,
            "websocket expected",
        ));
    }
    if let Some(text) = misfit(head) {
        let refusal = responses::refusal_and_close(StatusCode::BAD_REQUEST, text);
        return Err(Box::new(refusal));
    }
    #[cfg(feature = "tower")]
    if head.extensions().get::<NoUpgrade>().is_some() {
        let text = "this connection cannot be upgraded";
        return Err(upgrade_required(StatusCode::UPGRADE_REQUIRED, text));
    }
    let version = headers
        .get(SEC_WEBSOCKET_VERSION)
        .map(HeaderValue::as_bytes);
    if !matches!(version, Some(b"13" | b"8")) {
        let text = "websocket version not supported";
        return Err(upgrade_required(StatusCode::UPGRADE_REQUIRED, text));
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let accept = key.and_then(|key| HeaderValue::from_str(&derive_accept_key(key)).ok());
    accept.ok_or_else(|| {
        let text = "Sec-WebSocket-Key missing";
        Box::new(responses::refusal_and_close(StatusCode::BAD_REQUEST, text))
    })
}

fn upgrade_required(status: StatusCode, text: &'static str) -> Box<Response<Bytes>> {
    let mut response = responses::refusal_and_close(status, text);
    response
        .headers_mut()
        .insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13, 8"));
    Box::new(response)
}

/// What the request has that goes with no websocket.
fn misfit(head: &Request<()>) -> Option<&'static str> {
    let headers = head.headers();
    let length = headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
    if head.version() < Version::HTTP_11 {
        return Some("a websocket needs HTTP/1.1");
    }
    // The bytes of a body (RFC 9112, 6) are where the first frames are to be.
    let has_body =
        headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != b"0");
    has_body.then_some("a websocket's request has no body")
}

/// Whether a header that is a list has this element, whatever its case.
fn lists(headers: &HeaderMap, name: &http::HeaderName, element: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim().eq_ignore_ascii_case(element))
}
