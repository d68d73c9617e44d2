//! How much has been going on in a session.

/// Counts of one session since its handshake.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionCounters {
    /// Requests on the session's URLs: websockets and streams opened, polls, posts.
    pub requests: u64,
    /// Packets that came from the client, heartbeats and undecodable ones included.
    pub packets_received: u64,
    /// Packets that were handed to a transport.
    pub packets_sent: u64,
    /// Heartbeats that came from the client.
    pub heartbeats: u64,
}
