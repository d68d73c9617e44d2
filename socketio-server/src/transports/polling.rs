//! What the polling transports share: a GET is held until there is something to send.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use http::Response;
use socketio_proto::{Dialect, TransportName};
use socketio_session::OutgoingPacket;

use super::attached::{AttachedTransport, Transmitted};
use super::delivery::Delivery;
use crate::engine::Engine;
use crate::responses;

/// The most bytes of packets that one poll brings; one packet always goes, whatever its size.
const BYTES_PER_POLL: usize = 256 << 10;

/// Answers a poll, when there is something or when it was held long enough; `wrap` makes the
/// answer of a payload. A client that goes away meanwhile drops this future, and with it the
/// attached transport: what was to be sent stays queued. If the answer cannot be written, what it
/// carries is queued again.
pub(super) async fn answer(
    engine: &Arc<Engine>,
    sid: &str,
    name: TransportName,
    wrap: impl FnOnce(Vec<u8>) -> Response<Bytes>,
) -> Response<Bytes> {
    let Some(mut poll) = AttachedTransport::open(engine, sid, name) else {
        return wrap(responses::UNKNOWN_SESSION.into());
    };
    let packets = packets_for(&mut poll).await;
    if packets.is_empty() {
        return wrap(responses::UNKNOWN_SESSION.into());
    }
    let mut payload = Vec::new();
    Dialect::Legacy.frame(&packets, &mut payload);
    let mut response = wrap(payload);
    // The buffer that it is in may have twice its size.
    let held = poll.hold(&packets, 2 * response.body().len());
    poll.keep(packets);
    if held.is_err() {
        poll.run_out_of_memory();
        return responses::out_of_memory();
    }
    response.extensions_mut().insert(Delivery::last(poll));
    response
}

/// What the poll is to be answered with; nothing if the session is gone.
async fn packets_for(poll: &mut AttachedTransport) -> Vec<OutgoingPacket> {
    let mut packets = Vec::new();
    poll_fn(
        |cx| match poll.transmit(BYTES_PER_POLL, cx.waker(), false, &mut packets) {
            Transmitted::Parked => Poll::Pending,
            Transmitted::More | Transmitted::Fed | Transmitted::Last | Transmitted::GivenUp => {
                Poll::Ready(())
            }
        },
    )
    .await;
    packets
}
