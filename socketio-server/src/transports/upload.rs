//! Packets that clients of the HTTP transports post.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::Body;
use socketio_proto::{BodyTooLarge, Dialect, JsonpForm, JsonpFormError, TextBody, TransportName};
use socketio_session::{DisconnectReason, MemoryAccount, MemoryExhausted, PeerError, TransportId};
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
/// the client the answers, and behind those of uploads that came before.
async fn take_in(engine: &Arc<Engine>, at: SessionAddress, payload: &str) -> Result<(), PeerError> {
    let Some((mut upload, mut has_turn)) = Upload::begin(engine, at) else {
        return Ok(());
    };
    let mut deadline = None;
    for (number, packet) in Dialect::Legacy.unframe(payload).enumerate() {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                // What came before the fault was delivered; what follows cannot be trusted.
                engine.report_payload(at, error);
                break;
            }
        };
        if number % PACKETS_IN_A_ROW == PACKETS_IN_A_ROW - 1 {
            futures_lite::future::yield_now().await;
        }
        if !has_turn {
            // Here, and not behind the last packet: its answers may be fetched when the post is
            // answered. Nearly always there is none, and no timer is needed.
            let time = engine.settings.limits.upload_timeout;
            let deadline = deadline.get_or_insert_with(|| engine.executor.sleep(time));
            let late = async {
                deadline.await;
                Err(upload.give_up())
            };
            let in_time = async {
                upload.turn().await;
                Ok(())
            };
            futures_lite::future::or(in_time, late).await?;
        }
        upload.is_begun = true;
        has_turn = receive(engine, at, engine.now(), packet)?;
    }
    upload.is_begun = false;
    Ok(())
}

/// An upload among those of its session, which have their turns in the order in which they came.
struct Upload<'a> {
    engine: &'a Arc<Engine>,
    at: SessionAddress,
    id: TransportId,
    /// Whether some of its packets are taken, and others are still to be.
    is_begun: bool,
}

impl<'a> Upload<'a> {
    /// Gets in line, and says whether it is its turn at once; `None` if the session is gone.
    fn begin(engine: &'a Arc<Engine>, at: SessionAddress) -> Option<(Self, bool)> {
        let (id, has_turn) = engine.with_session(at, |mut session| {
            session.receive_upload();
            let is_wanted = session.wants_input();
            let links = &mut session.data().links;
            let id = links.add_upload();
            (id, is_wanted && links.is_next_upload(id))
        })?;
        let upload = Self {
            engine,
            at,
            id,
            is_begun: false,
        };
        Some((upload, has_turn))
    }

    /// Waits until the session wants more of this one, or is over: a client that never takes what it
    /// is sent meets the deadlines of its transport.
    async fn turn(&self) {
        poll_fn(|cx| {
            let has_turn = self.engine.with_session(self.at, |mut session| {
                let is_wanted = session.wants_input();
                let is_closed = session.is_closed();
                let links = &mut session.data().links;
                let has_turn = is_closed || is_wanted && links.is_next_upload(self.id);
                links.park(self.id, cx.waker(), !has_turn);
                has_turn
            });
            if has_turn.unwrap_or(true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Ends a session that has not taken all of it in time, or cannot any more.
    fn give_up(&self) -> PeerError {
        let now = self.engine.now();
        let reason = DisconnectReason::UploadTimeout;
        self.engine
            .with_session(self.at, |mut session| session.fail(now, reason));
        PeerError::Closed(reason)
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if self.is_begun {
            // Its connection has ended. Whatever the client says next would come behind a gap.
            self.give_up();
        }
        let next = self.engine.with_session(self.at, |mut session| {
            session.data().links.end_upload(self.id)
        });
        if let Some(waker) = next.flatten() {
            waker.wake();
        }
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
