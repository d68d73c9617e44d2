//! The application's ordinary routes.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use socketio_server::ServerHandle;

/// The longest form, in bytes.
const FORM_BYTES: usize = 16 << 10;

pub(crate) async fn answer(
    io: ServerHandle,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let answered = match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => Ok("an ordinary page".into()),
        (&Method::POST, "/announcements") => announce(&io, request.into_body()).await,
        _ => Err(StatusCode::NOT_FOUND),
    };
    let (status, text) = match answered {
        Ok(text) => (StatusCode::OK, text),
        Err(status) => (status, status.to_string()),
    };
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    Ok(response)
}

/// Tells everybody in the chat the `text` of a form, and answers with how many they are.
async fn announce(io: &ServerHandle, body: Incoming) -> Result<String, StatusCode> {
    let form = Limited::new(body, FORM_BYTES).collect().await;
    let form = form.map_err(|_| StatusCode::BAD_REQUEST)?.to_bytes();
    let (_, text) = form_urlencoded::parse(&form)
        .find(|(name, _)| name == "text")
        .ok_or(StatusCode::BAD_REQUEST)?;
    let chat = io.of("/chat").ok_or(StatusCode::NOT_FOUND)?;
    let reach = chat.emit("announcement", (text,));
    let reach = reach.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(reach.queued.to_string())
}
