//! Packets that clients of the HTTP transports post.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Response, StatusCode};
use http_body::Body;
use socketio_proto::{Dialect, TextBody};
use socketio_session::DisconnectReason;
use tracing::debug;

use super::receiving::receive;
use crate::answers;
use crate::engine::{Engine, SessionAddress};
use crate::origins::OriginCheck;

/// What framing may add to the largest packet.
const FRAMING_BYTES: usize = 64 << 10;

/// Answers a POST of one packet or a payload. A session that is unknown gets the same answer
/// as one that is known.
pub(crate) async fn answer<B>(
    engine: &Arc<Engine>,
    sid: &str,
    origin: &OriginCheck,
    body: B,
) -> Response<Bytes>
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let text = match read_text(engine, body).await {
        Ok(text) => text,
        Err(fault) => {
            if let (BodyFault::TooLarge, Some(at)) = (fault, engine.find(sid)) {
                let now = engine.now();
                engine.with_session(at, |mut session| {
                    session.fail(now, DisconnectReason::PacketTooLarge);
                });
            }
            return fault.answer();
        }
    };
    if let Some(at) = engine.find(sid) {
        take_in(engine, at, &text).await;
    }
    let mut response = answers::uploaded();
    if let OriginCheck::Allowed(_) = origin {
        // Old Internet Explorers would look for script in the answer.
        response
            .headers_mut()
            .insert("x-xss-protection", HeaderValue::from_static("0"));
    }
    response
}

/// Hands the packets of a payload to the session, no faster than the application takes them.
pub(crate) async fn take_in(engine: &Arc<Engine>, at: SessionAddress, payload: &str) {
    for packet in Dialect::Legacy.unframe(payload, &engine.settings.limits.decode) {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                // What came before the fault was delivered; what follows cannot be trusted.
                debug!(%error, "bad payload");
                return;
            }
        };
        match receive(engine, at, engine.now(), packet) {
            Ok(true) => {}
            Ok(false) => until_fed(engine, at).await,
            Err(_) => return,
        }
    }
}

/// Waits until the application has caught up with what the client sent.
async fn until_fed(engine: &Arc<Engine>, at: SessionAddress) {
    let id = engine.with_session(at, |mut session| session.data().links.add());
    let Some(id) = id else { return };
    let waiting = Waiting { engine, at, id };
    poll_fn(|cx| {
        let fed = engine.with_session(at, |mut session| {
            let fed = session.wants_input() || session.is_closed();
            session.data().links.park(id, cx.waker(), !fed);
            fed
        });
        if fed.unwrap_or(true) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    drop(waiting);
}

/// An upload's place among those that wait, given back even if the client goes away.
struct Waiting<'a> {
    engine: &'a Arc<Engine>,
    at: SessionAddress,
    id: socketio_session::TransportId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.engine
            .with_session(self.at, |mut session| session.data().links.remove(self.id));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyFault {
    TooLarge,
    TooSlow,
    Broken,
}

impl BodyFault {
    fn answer(self) -> Response<Bytes> {
        let (status, text) = match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload too large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "request too slow"),
            Self::Broken => (StatusCode::BAD_REQUEST, "bad request"),
        };
        answers::refusal_and_close(status, text)
    }
}

/// Reads the body as text, within the limits of size and time.
async fn read_text<B>(engine: &Arc<Engine>, mut body: B) -> Result<String, BodyFault>
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let limits = &engine.settings.limits;
    let mut text = TextBody::new(limits.decode.max_packet_bytes.saturating_add(FRAMING_BYTES));
    let read = async {
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
            match frame {
                None => return Ok(()),
                Some(Err(_)) => return Err(BodyFault::Broken),
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        text.push(&piece).map_err(|_| BodyFault::TooLarge)?;
                    }
                }
            }
        }
    };
    let late = async {
        engine.executor.sleep(limits.request_body_timeout).await;
        Err(BodyFault::TooSlow)
    };
    futures_lite::future::or(read, late).await?;
    Ok(text.finish())
}
