//! jsonp-polling: payloads as scripts (`socket.io` 0.9 `lib/transports/jsonp-polling.js`).

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use socketio_proto::{JsonpIndex, TransportName};

use super::polling;
use crate::engine::Engine;
use crate::responses;

/// Answers a poll with a script that calls the function named in `query`.
pub(crate) async fn answer(engine: &Arc<Engine>, sid: &str, query: &str) -> Response<Bytes> {
    let index = JsonpIndex::of_poll(query);
    let wrap = |payload: Vec<u8>| responses::script_poll(index, &payload);
    polling::answer(engine, sid, TransportName::JsonpPolling, wrap).await
}
