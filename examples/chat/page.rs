//! The page, which the server gives to browsers itself.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, Response, StatusCode};

/// Answers requests for the page and its parts.
pub(crate) fn answer(request: &Request<()>) -> Response<Bytes> {
    let (kind, body) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/" | "/index.html") => {
            ("text/html; charset=utf-8", include_str!("page/index.html"))
        }
        (&Method::GET, "/chat.css") => ("text/css; charset=utf-8", include_str!("page/chat.css")),
        (&Method::GET, "/chat.js") => (
            "text/javascript; charset=utf-8",
            include_str!("page/chat.js"),
        ),
        _ => return not_found(),
    };
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn not_found() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
