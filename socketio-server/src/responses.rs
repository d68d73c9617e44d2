//! The responses of the 0.9 protocol over HTTP (`socket.io` 0.9 `lib/manager.js`,
//! `lib/transports/http-polling.js`).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONNECTION, CONTENT_TYPE,
    HeaderValue, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_XSS_PROTECTION,
};
use http::{Response, StatusCode};
use socketio_proto::{Dialect, JsonpIndex};

use crate::origins::OriginCheck;

/// What is sent where no session is known.
pub(crate) const UNKNOWN_SESSION: &str = Dialect::Legacy.unknown_session();

/// What is told who needs more memory than there is.
pub(crate) const OUT_OF_MEMORY: &str = "out of memory";

/// For how long clients are asked to stay away where nobody knows when there will be room.
pub(crate) const PAUSE_SECONDS: u64 = 5;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain");
const CLOSE: HeaderValue = HeaderValue::from_static("close");
const JAVASCRIPT: HeaderValue = HeaderValue::from_static("application/javascript");

/// The text of a handshake, or the reason why there is none.
pub(crate) fn handshake(status: StatusCode, text: impl Into<Bytes>) -> Response<Bytes> {
    not_stored(with_type(status, PLAIN_TEXT, text))
}

/// The answer to a handshake as a script, which cannot show its status: a refusal becomes an
/// error object.
pub(crate) fn script_handshake(index: JsonpIndex<'_>, plain: &Response<Bytes>) -> Response<Bytes> {
    let mut script = Vec::new();
    if plain.status() == StatusCode::OK {
        index.call(plain.body(), &mut script);
    } else {
        let reason = String::from_utf8_lossy(plain.body());
        index.call_with_error(&reason, &mut script);
    }
    not_stored(with_type(StatusCode::OK, JAVASCRIPT, script))
}

/// What a poll brings.
pub(crate) fn poll(payload: Vec<u8>) -> Response<Bytes> {
    poll_of_type(TEXT, payload)
}

/// What a poll brings, as a script.
pub(crate) fn script_poll(index: JsonpIndex<'_>, payload: &[u8]) -> Response<Bytes> {
    let mut script = Vec::with_capacity(payload.len().saturating_add(32));
    index.call(payload, &mut script);
    let kind = HeaderValue::from_static("text/javascript; charset=UTF-8");
    without_xss_filter(poll_of_type(kind, script))
}

/// An answer that does not end.
pub(crate) fn stream<B>(kind: &str, body: B) -> Response<B> {
    let kind = HeaderValue::from_str(kind).unwrap_or(PLAIN_TEXT);
    not_stored(with_type(StatusCode::OK, kind, Bytes::new())).map(|_| body)
}

fn poll_of_type(kind: HeaderValue, body: Vec<u8>) -> Response<Bytes> {
    let mut response = not_stored(with_type(StatusCode::OK, kind, body));
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("Keep-Alive"));
    response
}

/// What every upload is answered with.
pub(crate) fn uploaded(check: &OriginCheck) -> Response<Bytes> {
    let response = with_type(StatusCode::OK, TEXT, "1");
    match check {
        OriginCheck::Allowed(_) => without_xss_filter(response),
        OriginCheck::Refused | OriginCheck::Passed => response,
    }
}

/// Old Internet Explorers look for the query in scripts, and blank those in which they find it.
fn without_xss_filter(mut response: Response<Bytes>) -> Response<Bytes> {
    response
        .headers_mut()
        .insert(X_XSS_PROTECTION, HeaderValue::from_static("0"));
    response
}

/// Every answer is for one session, once.
fn not_stored(mut response: Response<Bytes>) -> Response<Bytes> {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Nothing at all, and all is well.
pub(crate) fn empty() -> Response<Bytes> {
    Response::new(Bytes::new())
}

/// Says what is wrong in a short text.
pub(crate) fn refusal(status: StatusCode, text: &'static str) -> Response<Bytes> {
    with_type(status, PLAIN_TEXT, text)
}

/// Likewise, and ends the connection: what the client sent may not have been read to its end.
pub(crate) fn refusal_and_close(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = refusal(status, text);
    response.headers_mut().insert(CONNECTION, CLOSE);
    response
}

/// There is no memory for what the request brings, or asks for. Later there may be.
pub(crate) fn out_of_memory() -> Response<Bytes> {
    let mut response = refusal_and_close(StatusCode::SERVICE_UNAVAILABLE, OUT_OF_MEMORY);
    let pause = HeaderValue::from(PAUSE_SECONDS);
    response.headers_mut().insert(RETRY_AFTER, pause);
    response
}

/// The answer to a browser that asks before it sends.
pub(crate) fn preflight() -> Response<Bytes> {
    let mut response = empty();
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, POST, OPTIONS");
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Content-Type"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}

/// A text that says what lives here, as the reference answers what it cannot make sense of.
pub(crate) fn welcome() -> Response<Bytes> {
    Response::new(Bytes::from_static(b"Welcome to socket.io."))
}

fn with_type(status: StatusCode, kind: HeaderValue, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    // Nobody is to run as a script, or to show as a page, what was not meant to be one.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Tells the browser that the page may see the answer. `*` would be of no use: real clients
/// send credentials.
pub(crate) fn allow_origin<B>(response: &mut Response<B>, check: &OriginCheck) {
    if let OriginCheck::Allowed(origin) = check {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(VARY, HeaderValue::from_static("Origin"));
    }
}
