//! How much memory a server can take at most: arithmetic over its limits.

use socketio_session::SessionLimits;

use crate::settings::ServerLimits;
use crate::transports::FRAMING_BYTES;

/// A connection's task, with the buffers that do not depend on limits.
const CONNECTION: usize = 16 << 10;

/// What a body takes for each of its bytes: a buffer that has doubled and the text made of it, or a
/// form, in which it is quoted, and the same. A websocket takes less.
const BODY: usize = 3;

/// What a buffer that doubles when it is full takes for each byte in it.
const GROWTH: usize = 2;

impl ServerLimits {
    /// The most bytes of heap that one connection can take on top of its session, by arithmetic
    /// over these limits: its buffers, the head of a request, and three times the body of a post on
    /// its way in. A message of a websocket takes less.
    #[must_use]
    pub const fn worst_case_connection_bytes(&self) -> usize {
        let head = self.request_head_bytes.saturating_mul(2 * GROWTH);
        let body = self.decode.max_packet_bytes.saturating_add(FRAMING_BYTES);
        let body = body.saturating_mul(BODY);
        CONNECTION.saturating_add(head).saturating_add(body)
    }

    /// The most bytes of heap that all clients together can take, by arithmetic over the limits: all
    /// [`sessions`](Self::sessions) that `each` allows, with the heads of their handshakes, and all
    /// [`connections`](Self::connections).
    ///
    /// With default limits it is far more than any machine has: they are for clients that
    /// come as they are, and hardly any takes a thousandth of what it may. Where clients are
    /// hostile, set limits until this fits.
    ///
    /// ```
    /// use socketio_server::{ServerLimits, SessionLimits};
    ///
    /// let each = SessionLimits::default()
    ///     .outbox_bytes(32 << 10)
    ///     .outbox_packets(128)
    ///     .inbox_bytes(16 << 10)
    ///     .inbox_packets(32)
    ///     .namespaces(4)
    ///     .rooms(16)
    ///     .awaited_acks(16);
    /// let limits = ServerLimits::default()
    ///     .sessions(5_000)
    ///     .connections(10_000)
    ///     .max_packet_bytes(8 << 10);
    /// assert!(limits.worst_case_bytes(&each) < 5 << 30);
    /// ```
    ///
    /// Not in it: what [`SessionLimits::worst_case_bytes`] leaves out, what an encrypted connection
    /// takes, and what the runtime's threads work with while they have a packet in hand.
    #[must_use]
    pub const fn worst_case_bytes(&self, each: &SessionLimits) -> usize {
        let handshake = self.request_head_bytes.saturating_mul(GROWTH);
        let session = each.worst_case_bytes().saturating_add(handshake);
        let sessions = self.sessions.saturating_mul(session);
        let connection = self.worst_case_connection_bytes();
        sessions.saturating_add(self.connections.saturating_mul(connection))
    }
}
