//! How much has been going on.

use alloc::vec::Vec;

use socketio_proto::TransportName;

use crate::reason::DisconnectReason;

/// Counts of one session since its handshake, or of many together.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionCounters {
    /// Requests on the session's URLs: websockets and streams opened, polls, posts.
    pub requests: u64,
    /// Packets that came from the client, heartbeats and undecodable ones included.
    pub packets_received: u64,
    /// The bytes of those, as far as the driver has [said](crate::Session::receive_bytes) so:
    /// without what frames, payloads and HTTP add to them.
    pub bytes_received: u64,
    /// Packets that were handed to a transport; those that it gave back and that were handed out
    /// again count twice.
    pub packets_sent: u64,
    /// The bytes of those, likewise.
    pub bytes_sent: u64,
    /// Packets that were dropped because the client read too slowly
    /// ([`OverflowPolicy`](crate::OverflowPolicy)).
    pub packets_dropped: u64,
    /// Packets that were dropped because the [memory budget](crate::MemoryBudget) was used up, where
    /// the policy drops.
    pub dropped_for_memory: u64,
    /// Volatile packets that were dropped because the client could not take them at once.
    pub volatile_dropped: u64,
    /// Heartbeats that came from the client.
    pub heartbeats: u64,
}

impl SessionCounters {
    /// Adds what another session has counted.
    pub const fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.packets_received += other.packets_received;
        self.bytes_received += other.bytes_received;
        self.packets_sent += other.packets_sent;
        self.bytes_sent += other.bytes_sent;
        self.packets_dropped += other.packets_dropped;
        self.dropped_for_memory += other.dropped_for_memory;
        self.volatile_dropped += other.volatile_dropped;
        self.heartbeats += other.heartbeats;
    }
}

/// What the sessions of a hub have done, those that are gone included, and what they hold now.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HubCounters {
    /// Sessions that were created.
    pub created: u64,
    /// Sessions that are gone, by the reason for which they ended. Reasons that never came up are
    /// not among them.
    pub ended: Vec<(DisconnectReason, u64)>,
    /// What all of them have counted.
    pub traffic: SessionCounters,
    /// Sessions that are there now, by the name of the transport that they had last; `None` for
    /// those that never had one. Sessions that only wait for their goodbye to be fetched are among
    /// them.
    pub sessions: Vec<(Option<TransportName>, usize)>,
    /// Packets that wait for clients now.
    pub queued_packets: usize,
    /// The bytes of those.
    pub queued_bytes: usize,
    /// The most bytes that wait for one client now.
    pub longest_queue_bytes: usize,
}

impl HubCounters {
    /// Sessions that ended for this reason and are gone.
    #[must_use]
    pub fn ended_for(&self, reason: DisconnectReason) -> u64 {
        let mut ended = self.ended.iter();
        ended
            .find(|(known, _)| *known == reason)
            .map_or(0, |(_, count)| *count)
    }

    /// Adds what another hub has counted.
    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        for (reason, count) in &other.ended {
            add_to(&mut self.ended, *reason, *count);
        }
        self.traffic.add(&other.traffic);
        for (name, count) in &other.sessions {
            add_to(&mut self.sessions, *name, *count);
        }
        self.queued_packets += other.queued_packets;
        self.queued_bytes += other.queued_bytes;
        self.longest_queue_bytes = self.longest_queue_bytes.max(other.longest_queue_bytes);
    }
}

/// Adds to the count under a key: there are few, so looking through them is quick.
pub(crate) fn add_to<K: PartialEq, N: core::ops::AddAssign>(
    counts: &mut Vec<(K, N)>,
    key: K,
    count: N,
) {
    match counts.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum += count,
        None => counts.push((key, count)),
    }
}
