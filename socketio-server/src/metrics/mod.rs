//! What a server counts, for the facade of crate `metrics`.
//!
//! [`ServerHandle::record_metrics`](crate::ServerHandle::record_metrics) hands everything over: call it when the metrics are about to be
//! read, or every few seconds. Nothing else costs anything, but for the time of handlers, which is
//! taken when they run. That goes to the recorder that is there when the server is built, so install
//! one before.
//!
//! The names are these constants. Labels are transports, reasons, statuses and namespaces, of which
//! there are a few: nothing that a client says is among them.

mod recording;

use ::metrics::{Histogram, histogram};

/// Gauge: sessions now, by the `transport` that they had last; `none` for those that never had one.
pub const SESSIONS: &str = "socketio_sessions";
/// Counter: sessions that were opened.
pub const SESSIONS_OPENED: &str = "socketio_sessions_opened_total";
/// Counter: sessions that ended, by `reason`, a phrase of
/// [`DisconnectReason`](crate::DisconnectReason).
pub const SESSIONS_CLOSED: &str = "socketio_sessions_closed_total";
/// Gauge: connections now.
pub const CONNECTIONS: &str = "socketio_connections";
/// Counter: connections that came.
pub const CONNECTIONS_OPENED: &str = "socketio_connections_opened_total";
/// Counter: connections that were closed at once because their peer has too many.
pub const CONNECTIONS_REFUSED: &str = "socketio_connections_refused_total";
/// Counter: handshakes that were refused, by `reason`
/// ([`ServerCounters::handshakes_refused`](crate::ServerCounters::handshakes_refused)).
pub const HANDSHAKES_REFUSED: &str = "socketio_handshakes_refused_total";
/// Gauge: bytes of the memory budget that are reserved ([`ServerCounters::memory_reserved`](crate::ServerCounters::memory_reserved)).
pub const MEMORY_RESERVED: &str = "socketio_memory_reserved_bytes";
/// Counter: what was turned away because that budget was used up, by `what`
/// ([`ServerCounters::memory_refusals`](crate::ServerCounters::memory_refusals)).
pub const MEMORY_REFUSALS: &str = "socketio_memory_refusals_total";
/// Counter: websockets, streams and polls, by `transport`.
pub const TRANSPORTS_OPENED: &str = "socketio_transports_opened_total";
/// Counter: posts of clients.
pub const UPLOADS: &str = "socketio_uploads_total";
/// Counter: transports that were asked for by clients whose session is unknown or over.
pub const UNKNOWN_SESSIONS: &str = "socketio_unknown_sessions_total";
/// Counter: requests that were answered with an error, by `status`.
pub const REQUESTS_FAILED: &str = "socketio_requests_failed_total";
/// Counter: packets that came from clients.
pub const PACKETS_RECEIVED: &str = "socketio_packets_received_total";
/// Counter: the bytes of those.
pub const BYTES_RECEIVED: &str = "socketio_received_bytes_total";
/// Counter: packets that were sent to clients.
pub const PACKETS_SENT: &str = "socketio_packets_sent_total";
/// Counter: the bytes of those.
pub const BYTES_SENT: &str = "socketio_sent_bytes_total";
/// Counter: heartbeats that came from clients.
pub const HEARTBEATS: &str = "socketio_heartbeats_received_total";
/// Counter: packets for clients that were dropped, by `reason`: `overflow` where the client read
/// too slowly, `memory` where the memory budget was used up, `volatile` where it could not take at once what had to be taken at once.
pub const PACKETS_DROPPED: &str = "socketio_packets_dropped_total";
/// Counter: packets that reached no handler, and handlers that failed, by `kind`
/// ([`ServerCounters::faults`](crate::ServerCounters::faults)).
pub const FAULTS: &str = "socketio_faults_total";
/// Gauge: packets that wait for clients.
pub const QUEUED_PACKETS: &str = "socketio_queued_packets";
/// Gauge: the bytes of those.
pub const QUEUED_BYTES: &str = "socketio_queued_bytes";
/// Gauge: the most bytes that wait for one client.
pub const LONGEST_QUEUE: &str = "socketio_longest_queue_bytes";
/// Histogram: how long handlers take, from their call to their end, by `namespace`; `global` for
/// the one without a name. With the layers around them.
pub const HANDLER_SECONDS: &str = "socketio_handler_seconds";

/// Where the time of a namespace's handlers goes.
pub(crate) fn handler_seconds(namespace: &str) -> Histogram {
    let name = if namespace.is_empty() {
        "global"
    } else {
        namespace
    };
    histogram!(HANDLER_SECONDS, "namespace" => name.to_owned())
}
