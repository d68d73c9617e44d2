//! Who may come in: the one table of peers that all connections and handshakes share.

use std::net::SocketAddr;
use std::sync::{MutexGuard, PoisonError};

use socketio_session::{Admission, AdmissionLimits, Admitted, Refusal};

use super::Engine;
use crate::refusal::HandshakeRefusal;
use crate::settings::ServerLimits;

impl ServerLimits {
    pub(super) fn of_admission(&self) -> AdmissionLimits {
        let mut limits = AdmissionLimits::default();
        limits.handshakes = self.handshakes;
        limits.handshakes_per_peer = self.handshakes_per_peer;
        limits.sessions_per_peer = self.sessions_per_peer.of(self.sessions);
        limits.connections_per_peer = self.connections_per_peer.of(self.connections);
        limits.peers = self.peers;
        limits
    }
}

impl Engine {
    /// Whether there may be any session more, to spare the authorization those of which nothing
    /// could come. A proxy that is told so tries another process, so it is said before anything
    /// about the peer.
    pub(crate) fn check_room(&self) -> Result<(), HandshakeRefusal> {
        if self.shutdown.has_begun() {
            return Err(HandshakeRefusal::ShuttingDown);
        }
        if self.session_count() >= self.settings.limits.sessions {
            return Err(HandshakeRefusal::Full);
        }
        Ok(())
    }

    pub(crate) fn admit_handshake(&self, peer: Option<SocketAddr>) -> Result<(), Refusal> {
        let peer = peer.map(|peer| peer.ip());
        self.admission().admit_handshake(self.now(), peer)
    }

    pub(super) fn admit_session(&self, peer: Option<SocketAddr>) -> Result<Admitted, Refusal> {
        let peer = peer.map(|peer| peer.ip());
        self.admission().admit_session(self.now(), peer)
    }

    /// Connections of trusted proxies are those of many, and are not counted as one peer's.
    pub(crate) fn admit_connection(&self, peer: Option<SocketAddr>) -> Result<Admitted, Refusal> {
        let peer = peer.map(|peer| peer.ip());
        let peer = peer.filter(|peer| !self.settings.trusted_proxies.trust(Some(*peer)));
        self.admission().admit_connection(self.now(), peer)
    }

    /// What was admitted has ended.
    pub(crate) fn release(&self, admitted: Admitted) {
        self.admission().release(self.now(), admitted);
    }

    fn admission(&self) -> MutexGuard<'_, Admission> {
        self.admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
