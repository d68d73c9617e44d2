//! From a request to a websocket.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Method, Request, Response, StatusCode};
use socketio_proto::TransportName;
use tungstenite::handshake::derive_accept_key;

use super::super::attached::AttachedTransport;
use crate::answers;
use crate::engine::Engine;
#[cfg(feature = "tower")]
use crate::http::NoUpgrade;
use crate::http::{Answer, AnswerBody};

/// What a connection carries once it has become a websocket.
#[derive(Debug)]
pub(crate) struct WebSocketUpgrade {
    /// `None` if the session is unknown: the client is told so on the websocket, because real
    /// clients wait for a timeout when the upgrade itself is refused.
    pub(super) transport: Option<AttachedTransport>,
}

/// Answers a request on the URL of a websocket, under whichever `name` it goes: a flashsocket is
/// one, too (`socket.io` 0.9 `lib/transports/flashsocket.js`).
pub(crate) fn answer(
    engine: &Arc<Engine>,
    name: TransportName,
    sid: &str,
    head: &Request<()>,
) -> Answer {
    let accept = match accept_key(head) {
        Ok(accept) => accept,
        Err(refusal) => return Answer::whole(*refusal),
    };
    let mut response = answers::empty();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    let transport = AttachedTransport::open(engine, sid, name);
    Answer::Upgrade(
        response.map(AnswerBody::whole),
        WebSocketUpgrade { transport },
    )
}

/// Whether the request is for a websocket, of whatever version.
pub(crate) fn is_asked_for(head: &Request<()>) -> bool {
    let headers = head.headers();
    head.method() == Method::GET
        && lists(headers, &CONNECTION, "upgrade")
        && lists(headers, &UPGRADE, "websocket")
}

/// The key that accepts the upgrade. Versions 13 (RFC 6455) and 8 share their framing.
fn accept_key(head: &Request<()>) -> Result<HeaderValue, Box<Response<Bytes>>> {
    let headers = head.headers();
    if !is_asked_for(head) {
        return Err(upgrade_required(
            StatusCode::UPGRADE_REQUIRED,
            "websocket expected",
        ));
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
        Box::new(answers::refusal_and_close(StatusCode::BAD_REQUEST, text))
    })
}

fn upgrade_required(status: StatusCode, text: &'static str) -> Box<Response<Bytes>> {
    let mut response = answers::refusal_and_close(status, text);
    response
        .headers_mut()
        .insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13, 8"));
    Box::new(response)
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
