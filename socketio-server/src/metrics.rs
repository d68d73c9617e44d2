//! What a server counts, for the facade of crate `metrics`.
//!
//! [`ServerHandle::record_metrics`] hands everything over: call it when the metrics are about to be
//! read, or every few seconds. Nothing else costs anything, but for the time of handlers, which is
//! taken when they run. That goes to the recorder that is there when the server is built, so install
//! one before.
//!
//! The names are these constants. Labels are transports, reasons, statuses and namespaces, of which
//! there are a few: nothing that a client says is among them.

use ::metrics::{
    Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use socketio_proto::TransportName;

use crate::counters::{ServerCounters, Tally};
use crate::server::ServerHandle;

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
/// ([`ServerCounters::handshakes_refused`]).
pub const HANDSHAKES_REFUSED: &str = "socketio_handshakes_refused_total";
/// Gauge: bytes of the memory budget that are reserved ([`ServerCounters::memory_reserved`]).
pub const MEMORY_RESERVED: &str = "socketio_memory_reserved_bytes";
/// Counter: what was turned away because that budget was used up, by `what`
/// ([`ServerCounters::memory_refusals`]).
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
/// ([`ServerCounters::faults`]).
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

impl ServerHandle {
    /// Hands everything that the server has counted to the recorder of crate `metrics`, under the
    /// names in [`metrics`](crate::metrics). It looks at each session once.
    pub fn record_metrics(&self) {
        describe();
        self.counters().record();
    }
}

/// Where the time of a namespace's handlers goes.
pub(crate) fn handler_seconds(namespace: &str) -> Histogram {
    let name = if namespace.is_empty() {
        "global"
    } else {
        namespace
    };
    histogram!(HANDLER_SECONDS, "namespace" => name.to_owned())
}

impl ServerCounters {
    fn record(&self) {
        self.record_sessions();
        let traffic = &self.sessions.traffic;
        for (name, count) in [
            (CONNECTIONS_OPENED, self.connections_opened),
            (CONNECTIONS_REFUSED, self.connections_refused),
            (UPLOADS, self.uploads),
            (UNKNOWN_SESSIONS, self.unknown_sessions),
            (PACKETS_RECEIVED, traffic.packets_received),
            (BYTES_RECEIVED, traffic.bytes_received),
            (PACKETS_SENT, traffic.packets_sent),
            (BYTES_SENT, traffic.bytes_sent),
            (HEARTBEATS, traffic.heartbeats),
        ] {
            counter!(name).absolute(count);
        }
        let dropped = [
            ("overflow", traffic.packets_dropped),
            ("memory", traffic.dropped_for_memory),
            ("volatile", traffic.volatile_dropped),
        ];
        for (reason, count) in dropped {
            counter!(PACKETS_DROPPED, "reason" => reason).absolute(count);
        }
        record_tally(HANDSHAKES_REFUSED, "reason", &self.handshakes_refused);
        record_tally(MEMORY_REFUSALS, "what", &self.memory_refusals);
        record_tally(TRANSPORTS_OPENED, "transport", &self.transports_opened);
        record_tally(REQUESTS_FAILED, "status", &self.requests_failed);
        record_tally(FAULTS, "kind", &self.faults);
        gauge!(CONNECTIONS).set(self.connections as f64);
        gauge!(MEMORY_RESERVED).set(self.memory_reserved as f64);
    }

    fn record_sessions(&self) {
        let sessions = &self.sessions;
        counter!(SESSIONS_OPENED).absolute(sessions.created);
        for (reason, count) in &sessions.ended {
            counter!(SESSIONS_CLOSED, "reason" => reason.as_str()).absolute(*count);
        }
        // All of them, because those that are gone are not among the sessions any more.
        let names = TransportName::ALL.map(Some).into_iter().chain([None]);
        for name in names {
            let mut counts = sessions.sessions.iter();
            let count = counts.find(|(known, _)| *known == name);
            let label = name.map_or("none", TransportName::as_str);
            gauge!(SESSIONS, "transport" => label).set(count.map_or(0, |(_, it)| *it) as f64);
        }
        gauge!(QUEUED_PACKETS).set(sessions.queued_packets as f64);
        gauge!(QUEUED_BYTES).set(sessions.queued_bytes as f64);
        gauge!(LONGEST_QUEUE).set(sessions.longest_queue_bytes as f64);
    }
}

fn record_tally(name: &'static str, label: &'static str, tally: &Tally) {
    for (value, count) in tally.iter() {
        counter!(name, label => value).absolute(count);
    }
}

fn describe() {
    describe_gauge!(SESSIONS, "Sessions now, by transport");
    describe_counter!(SESSIONS_OPENED, "Sessions that were opened");
    describe_counter!(SESSIONS_CLOSED, "Sessions that ended, by reason");
    describe_gauge!(CONNECTIONS, "Connections now");
    describe_counter!(CONNECTIONS_OPENED, "Connections that came");
    describe_counter!(CONNECTIONS_REFUSED, "Connections too many of one peer");
    describe_counter!(HANDSHAKES_REFUSED, "Handshakes refused, by reason");
    describe_gauge!(MEMORY_RESERVED, Unit::Bytes, "Memory reserved now");
    describe_counter!(MEMORY_REFUSALS, "Refused for want of memory");
    describe_counter!(TRANSPORTS_OPENED, "Websockets, streams and polls");
    describe_counter!(UPLOADS, "Posts of clients");
    describe_counter!(UNKNOWN_SESSIONS, "Transports asked for without a session");
    describe_counter!(
        REQUESTS_FAILED,
        "Requests answered with an error, by status"
    );
    describe_counter!(PACKETS_RECEIVED, "Packets from clients");
    describe_counter!(BYTES_RECEIVED, Unit::Bytes, "Bytes of packets from clients");
    describe_counter!(PACKETS_SENT, "Packets sent to clients");
    describe_counter!(BYTES_SENT, Unit::Bytes, "Bytes of packets sent to clients");
    describe_counter!(HEARTBEATS, "Heartbeats from clients");
    describe_counter!(PACKETS_DROPPED, "Packets for clients dropped, by reason");
    describe_counter!(FAULTS, "Packets without a handler, and failed handlers");
    describe_gauge!(QUEUED_PACKETS, "Packets that wait for clients");
    describe_gauge!(QUEUED_BYTES, Unit::Bytes, "Bytes that wait for clients");
    describe_gauge!(
        LONGEST_QUEUE,
        Unit::Bytes,
        "Most bytes waiting for one client"
    );
    describe_histogram!(HANDLER_SECONDS, Unit::Seconds, "How long handlers take");
}
