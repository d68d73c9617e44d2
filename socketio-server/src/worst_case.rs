//! How much memory a server can take at most: arithmetic over its limits.

use socketio_session::{MemoryBudget, SessionLimits};

use crate::handshake::SMALL_HEAD;
use crate::settings::ServerLimits;

/// A connection's task, with the buffers that do not depend on limits.
const CONNECTION: usize = 16 << 10;

/// What a buffer that doubles when it is full takes for each byte in it.
const GROWTH: usize = 2;

/// What a peer that is counted takes.
const PEER: usize = 200;

impl ServerLimits {
    /// The most bytes of heap that one connection can take on top of its session and beside the
    /// [budget](Self::memory_budget_bytes), by arithmetic over these limits: its buffers, the head
    /// of a request, and the allowances for what is received on it and what is written.
    #[must_use]
    pub const fn worst_case_connection_bytes(&self) -> usize {
        let head = self.request_head_bytes.saturating_mul(2 * GROWTH);
        let allowances = 2 * MemoryBudget::ALLOWANCE_BYTES;
        (CONNECTION + allowances).saturating_add(head)
    }

    /// The most bytes of heap that all clients together can take, by arithmetic over the limits: what
    /// all [`sessions`](Self::sessions) that `each` allows and all [`connections`](Self::connections)
    /// have beside the [budget](Self::memory_budget_bytes), and the budget.
    ///
    /// ```
    /// use socketio_server::{ServerLimits, SessionLimits};
    ///
    /// let each = SessionLimits::default().namespaces(4);
    /// let limits = ServerLimits::default()
    ///     .sessions(5_000)
    ///     .connections(10_000);
    /// assert!(limits.worst_case_bytes(&each) < 2 << 30);
    /// ```
    ///
    /// Not in it: what [`SessionLimits::worst_case_bytes`] leaves out, what an encrypted connection
    /// takes, and what the runtime's threads work with while they have a packet in hand.
    #[must_use]
    pub const fn worst_case_bytes(&self, each: &SessionLimits) -> usize {
        let session = each.worst_case_beside_budget_bytes();
        let sessions = self
            .sessions
            .saturating_mul(session.saturating_add(SMALL_HEAD));
        let connection = self.worst_case_connection_bytes();
        let connections = self.connections.saturating_mul(connection);
        let peers = self.peers.saturating_mul(PEER);
        let counted = sessions.saturating_add(connections).saturating_add(peers);
        counted.saturating_add(self.memory_budget_bytes)
    }
}
