//! xhr-polling: payloads as they are (`socket.io` 0.9 `lib/transports/xhr-polling.js`).

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use socketio_proto::TransportName;

use super::polling;
use crate::engine::Engine;
use crate::responses;

/// Answers a poll.
pub(crate) async fn answer(engine: &Arc<Engine>, sid: &str) -> Response<Bytes> {
    polling::answer(engine, sid, TransportName::XhrPolling, responses::poll).await
}
