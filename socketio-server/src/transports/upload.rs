//! Packets that clients of the HTTP transports post.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;
use socketio_proto::{BodyTooLarge, Dialect, JsonpForm, JsonpFormError, TextBody, TransportName};
use socketio_session::{DisconnectReason, MemoryAccount, MemoryExhausted, PeerError};
use tracing::trace;

use super::FRAMING_BYTES;
use super::receiving::receive;
use crate::engine::{Engine, SessionAddress};
use crate::origins::OriginCheck;
use crate::responses;

/// Packets of one payload before other tasks get their turn. There may be a hundred thousand.
const PACKETS_IN_A_ROW: usize = 1000;

/// Answers a POST of one packet or a payload, in the form that the transport gives it. A session
/// that is unknown gets the same answer as one that is known.
pub(crate) async fn answer<B>(
    engine: &Arc<Engine>,
    name: TransportName,
    sid: &str,
    origin: &OriginCheck,
    body: B,
) -> Response<Bytes>
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    // What is reserved for the payload is kept until its packets are taken.
    let mut memory = engine.memory_account();
    let payload = match read_payload(engine, name, body, &mut memory).await {
        Ok(payload) => payload,
        Err(fault) => {
            if let (BodyFault::TooLarge, Some(at)) = (fault, engine.find(sid)) {
                let now = engine.now();
                engine.with_session(at, |mut session| {
                    session.fail(now, DisconnectReason::PacketTooLarge);
                });
            }
            if fault == BodyFault::OutOfMemory {
                trace!("no memory for a post");
                engine.counts.memory_refusals.add_one("post");
            }
            return fault.answer();
        }
    };
    engine.counts.uploads.add_one();
    if let Some(at) = engine.find(sid) {
        match take_in(engine, at, &payload).await {
            Err(PeerError::Closed(DisconnectReason::TooManyEvents)) => {
                let status = StatusCode::TOO_MANY_REQUESTS;
                return responses::refusal_and_close(status, "too many events");
            }
            Err(PeerError::Closed(DisconnectReason::UploadTimeout)) => {
                return responses::refusal_and_close(StatusCode::SERVICE_UNAVAILABLE, "too busy");
            }
            Err(PeerError::Closed(DisconnectReason::MemoryExhausted)) => {
                return responses::out_of_memory();
            }
            // A session that has ended meanwhile gets the same answer as one that goes on.
            Ok(()) | Err(_) => {}
        }
    }
    responses::uploaded(origin)
}

/// Hands the packets of a payload to the session, no faster than the application takes them and
/// the client the answers.
async fn take_in(engine: &Arc<Engine>, at: SessionAddress, payload: &str) -> Result<(), PeerError> {
    let mut deadline = None;
    let wants_input = engine.with_session(at, |mut session| {
        session.receive_upload();
        session.wants_input()
    });
    let mut wants_input = wants_input.unwrap_or(true);
    for (number, packet) in Dialect::Legacy.unframe(payload).enumerate() {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                // What came before the fault was delivered; what follows cannot be trusted.
                engine.report_payload(at, error);
                return Ok(());
            }
        };
        if number % PACKETS_IN_A_ROW == PACKETS_IN_A_ROW - 1 {
            futures_lite::future::yield_now().await;
        }
        if !wants_input {
            // Here, and not behind the last packet: its answers may be fetched when the post is
            // answered. Nearly always there is none, and no timer is needed.
            let time = engine.settings.limits.upload_timeout;
            let deadline = deadline.get_or_insert_with(|| engine.executor.sleep(time));
            let late = async {
                deadline.await;
                Err(give_up(engine, at))
            };
            futures_lite::future::or(until_fed(engine, at), late).await?;
        }
        wants_input = receive(engine, at, engine.now(), packet)?;
    }
    Ok(())
}

/// Ends a session that has not wanted the rest of a payload for too long.
fn give_up(engine: &Arc<Engine>, at: SessionAddress) -> PeerError {
    let now = engine.now();
    let reason = DisconnectReason::UploadTimeout;
    engine.with_session(at, |mut session| session.fail(now, reason));
    PeerError::Closed(reason)
}

/// Waits until the session wants more, or is over: a client that never takes what it is sent
/// meets the deadlines of its transport.
async fn until_fed(engine: &Arc<Engine>, at: SessionAddress) -> Result<(), PeerError> {
    let id = engine.with_session(at, |mut session| session.data().links.add());
    let Some(id) = id else { return Ok(()) };
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
    Ok(())
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
    OutOfMemory,
    Broken,
}

impl BodyFault {
    fn answer(self) -> Response<Bytes> {
        let (status, text) = match self {
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload too large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "request too slow"),
            Self::OutOfMemory => return responses::out_of_memory(),
            Self::Broken => (StatusCode::BAD_REQUEST, "bad request"),
        };
        responses::refusal_and_close(status, text)
    }
}

impl From<MemoryExhausted> for BodyFault {
    fn from(_: MemoryExhausted) -> Self {
        Self::OutOfMemory
    }
}

impl From<BodyTooLarge> for BodyFault {
    fn from(_: BodyTooLarge) -> Self {
        Self::TooLarge
    }
}

/// Reads the body, within the limits of size and time, and takes the payload out of it. What is
/// no payload is read as an empty one, which everybody ignores.
async fn read_payload<B>(
    engine: &Arc<Engine>,
    name: TransportName,
    body: B,
    memory: &mut MemoryAccount,
) -> Result<String, BodyFault>
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let max_packet_bytes = engine.settings.limits.decode.max_packet_bytes;
    let max_bytes = max_packet_bytes.saturating_add(FRAMING_BYTES);
    if name != TransportName::JsonpPolling {
        let mut text = TextBody::new(max_bytes);
        read(engine, body, memory, |piece| text.push(piece)).await?;
        return keep(text.finish(), memory);
    }
    let mut form = JsonpForm::new(max_bytes);
    read(engine, body, memory, |piece| form.push(piece)).await?;
    match form.finish() {
        Ok(payload) => keep(payload, memory),
        Err(JsonpFormError::TooLarge(fault)) => Err(fault.into()),
        Err(fault) => {
            trace!(%fault, "bad form");
            Ok(String::new())
        }
    }
}

/// What is no UTF-8 has become longer.
fn keep(payload: String, memory: &mut MemoryAccount) -> Result<String, BodyFault> {
    memory.hold(payload.capacity())?;
    Ok(payload)
}

/// Hands the body over piece by piece, each when there is memory for it: twice its bytes, because
/// buffers double when they are full.
async fn read<B>(
    engine: &Arc<Engine>,
    mut body: B,
    memory: &mut MemoryAccount,
    mut take: impl FnMut(&[u8]) -> Result<(), BodyTooLarge>,
) -> Result<(), BodyFault>
where
    B: Body<Data = Bytes> + Send + Unpin,
{
    let mut bytes = 0_usize;
    let read = async {
        loop {
            let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
            match frame {
                None => return Ok(()),
                Some(Err(_)) => return Err(BodyFault::Broken),
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        bytes = bytes.saturating_add(piece.len());
                        memory.hold(bytes.saturating_mul(2))?;
                        take(&piece)?;
                    }
                }
            }
        }
    };
    let late = async {
        let time = engine.settings.limits.request_body_timeout;
        engine.executor.sleep(time).await;
        Err(BodyFault::TooSlow)
    };
    futures_lite::future::or(read, late).await
}
