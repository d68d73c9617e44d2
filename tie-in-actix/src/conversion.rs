//! Between actix-web's types, which are those of `http` 0.2, and those of `http` 1.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CONNECTION, TRANSFER_ENCODING, UPGRADE};
use actix_web::http::{StatusCode, Version};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Body;
use http_body_util::Full;
use socketio_server::tower::ResponseBody;

/// The head of a request, if it makes sense.
pub(crate) fn head(request: &HttpRequest) -> Option<Parts> {
    let mut converted = http::Request::builder()
        .method(request.method().as_str())
        .uri(request.uri().to_string())
        .version(version(request.version()));
    for (name, value) in request.headers() {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    let (head, ()) = converted.body(()).ok()?.into_parts();
    Some(head)
}

const fn version(version: Version) -> http::Version {
    match version {
        Version::HTTP_09 => http::Version::HTTP_09,
        Version::HTTP_10 => http::Version::HTTP_10,
        Version::HTTP_2 => http::Version::HTTP_2,
        Version::HTTP_3 => http::Version::HTTP_3,
        _ => http::Version::HTTP_11,
    }
}

/// Whether actix-web takes what follows the request for the bytes of a websocket: by its header alone,
/// whatever the request is. Other protocols that are offered change nothing.
pub(crate) fn precedes_websocket(request: &HttpRequest) -> bool {
    let mut offers = request.headers().get_all(UPGRADE);
    offers.any(|it| {
        it.as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"websocket")
    }) && !request.headers().contains_key(TRANSFER_ENCODING)
}

/// A response with its body.
pub(crate) fn response(response: http::Response<ResponseBody<Full<Bytes>>>) -> HttpResponse {
    let (head, body) = response.into_parts();
    let mut converted = with_headers(head.status, &head.headers);
    let closes = head.headers.get(http::header::CONNECTION);
    if closes.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"close")) {
        converted.force_close();
    }
    converted.body(Forwarded(body))
}

/// A response after which the connection speaks another protocol, whose bytes `body` brings.
pub(crate) fn upgraded(headers: &HeaderMap, body: impl MessageBody + 'static) -> HttpResponse {
    let mut converted = with_headers(http::StatusCode::SWITCHING_PROTOCOLS, headers);
    if let Some(protocol) = headers.get(http::header::UPGRADE) {
        converted.upgrade(protocol.as_bytes());
    }
    converted.body(body)
}

/// What actix-web writes of its own accord is left out.
fn with_headers(status: http::StatusCode, headers: &HeaderMap) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(status.as_u16());
    let mut response = HttpResponse::build(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    let is_ours = |(name, _): &(&HeaderName, &HeaderValue)| {
        name.as_str() != CONNECTION.as_str() && name.as_str() != UPGRADE.as_str()
    };
    for (name, value) in headers.iter().filter(is_ours) {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response
}

/// A response's body, as actix-web takes it.
struct Forwarded(ResponseBody<Full<Bytes>>);

impl MessageBody for Forwarded {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.0
            .size_hint()
            .exact()
            .map_or(BodySize::Stream, BodySize::Sized)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        loop {
            match ready!(Pin::new(&mut self.0).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => {
                    // Trailers, of which there are none.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
            }
        }
    }
}
