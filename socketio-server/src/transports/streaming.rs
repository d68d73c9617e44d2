//! The streaming transports, htmlfile and xhr-multipart: a GET whose response does not end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use socketio_proto::StreamFormat;

use super::attached::AttachedTransport;
use super::client_end::ClientEnd;
use super::delivery::{Delivery, Next};
use crate::engine::Engine;
use crate::responses;

/// One packet at a time: browsers run each script element, or take each part, as soon as it is
/// complete. If a connection breaks, only what they cannot have taken goes out again.
const BYTES_AT_ONCE: usize = 0;

/// The session gave a stream up with whatever was to be written: the response stays incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session gave the stream up")]
pub(crate) struct StreamBroken;

/// Opens a stream. A client without a session is told so on the stream, which ends then.
pub(crate) fn answer(
    engine: &Arc<Engine>,
    format: StreamFormat,
    sid: &str,
) -> Response<SessionStream> {
    let transport = AttachedTransport::open(engine, sid, format.transport());
    // What was asked for may be no id at all, and is not repeated.
    let sid = if transport.is_some() { sid } else { "unknown" };
    let mut beginning = Vec::new();
    format.begin(sid, &mut beginning);
    if transport.is_none() {
        let unknown = responses::UNKNOWN_SESSION.as_bytes();
        format.write(sid, unknown, &mut beginning);
    }
    let stream = SessionStream {
        format,
        sid: sid.into(),
        beginning: Some(beginning.into()),
        delivery: transport.map(Delivery::endless),
        client_end: ClientEnd::default(),
    };
    responses::stream(&format.content_type(sid), stream)
}

/// The packets of a session as the body of a response. It is pulled as fast as the client reads:
/// one packet, and when it is written the next.
#[derive(Debug)]
pub(crate) struct SessionStream {
    format: StreamFormat,
    sid: Box<str>,
    beginning: Option<Bytes>,
    /// What comes behind the beginning; `None` where there is no session.
    delivery: Option<Delivery>,
    client_end: ClientEnd,
}

impl SessionStream {
    /// What is to be told when pieces are written.
    pub(crate) fn delivery(&self) -> Option<Delivery> {
        self.delivery.clone()
    }

    /// Tells the stream how to find out, when it is dropped, whether the client ended it.
    pub(crate) fn watch(&mut self, client_end: ClientEnd) {
        self.client_end = client_end;
    }

    /// The next piece of the response; `None` at its end.
    fn next(&mut self, cx: &Context<'_>) -> Poll<Option<Result<Bytes, StreamBroken>>> {
        if let Some(beginning) = self.beginning.take() {
            return Poll::Ready(Some(Ok(beginning)));
        }
        let Some(delivery) = &self.delivery else {
            return Poll::Ready(None);
        };
        let mut piece = Vec::new();
        let next = delivery.poll_next(cx, BYTES_AT_ONCE, |packets| {
            for packet in packets {
                self.format.write(&self.sid, packet.bytes(), &mut piece);
            }
            piece.capacity()
        });
        next.map(|next| match next {
            Next::Packets => Some(Ok(piece.into())),
            Next::End => None,
            Next::GivenUp => Some(Err(StreamBroken)),
        })
    }
}

impl Body for SessionStream {
    type Data = Bytes;
    type Error = StreamBroken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamBroken>>> {
        self.next(cx)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.delivery, &self.beginning) {
            (Some(_), _) => SizeHint::default(),
            (None, beginning) => {
                SizeHint::with_exact(beginning.as_ref().map_or(0, |it| it.len() as u64))
            }
        }
    }
}

impl Drop for SessionStream {
    fn drop(&mut self) {
        if let Some(delivery) = self.delivery.take_if(|_| self.client_end.is_reached()) {
            delivery.end();
        }
    }
}
