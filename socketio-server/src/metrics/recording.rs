//! Hands what a server has counted to the recorder of crate `metrics`.

use ::metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use socketio_proto::TransportName;

use super::*;
use crate::counters::{ServerCounters, Tally};
use crate::server::ServerHandle;

impl ServerHandle {
    /// Hands everything that the server has counted to the recorder of crate `metrics`, under the
    /// names in [`metrics`](crate::metrics). It looks at each session once.
    pub fn record_metrics(&self) {
        describe();
        self.counters().record();
    }
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
