//! Who may come in, how many of them, how fast.

mod peers;
mod rate;

use core::net::IpAddr;

use thiserror::Error;

use self::peers::{Peer, PeerKey, Peers};
pub use self::rate::{RateLimit, TokenBucket};
use crate::time::Instant;

/// What [`Admission`] watches over. A limit that is `None` does not hold; by default, none does.
///
/// A peer is an IPv4 address, or the /64 network of an IPv6 address.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionLimits {
    /// Handshakes of everybody together.
    pub handshakes: Option<RateLimit>,
    /// Handshakes of one peer.
    pub handshakes_per_peer: Option<RateLimit>,
    /// Sessions of one peer at once.
    pub sessions_per_peer: Option<usize>,
    /// Connections of one peer at once.
    pub connections_per_peer: Option<usize>,
    /// Peers that are known at once. Default 100,000; each takes at most about 200 bytes.
    ///
    /// A peer is known while it has a session or a connection, and until its allowance of handshakes
    /// is whole again. If there are more, those with nothing open are forgotten, first the one whose
    /// allowance is the first to be whole. If all have something open, newcomers are let in without
    /// being counted: whoever has as many addresses as that does not fear limits for each of them.
    pub peers: usize,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        Self {
            handshakes: None,
            handshakes_per_peer: None,
            sessions_per_peer: None,
            connections_per_peer: None,
            peers: 100_000,
        }
    }
}

impl AdmissionLimits {
    /// Under which key a peer is counted, if peers are counted at all.
    fn key_of(&self, peer: Option<IpAddr>) -> Option<PeerKey> {
        let counts_peers = self.handshakes_per_peer.is_some()
            || self.sessions_per_peer.is_some()
            || self.connections_per_peer.is_some();
        peer.filter(|_| counts_peers).map(PeerKey::from)
    }
}

/// Why somebody is not let in.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Everybody together makes handshakes faster than allowed.
    #[error("too many handshakes")]
    Handshakes {
        /// When there will be room for one.
        again: Instant,
    },
    /// The peer makes handshakes faster than allowed.
    #[error("too many handshakes of one peer")]
    HandshakesOfPeer {
        /// When there will be room for one.
        again: Instant,
    },
    /// The peer has as many sessions as allowed.
    #[error("too many sessions of one peer")]
    SessionsOfPeer,
    /// The peer has as many connections as allowed.
    #[error("too many connections of one peer")]
    ConnectionsOfPeer,
}

/// Watches over what all peers together and each of them may have.
///
/// Who has no address, as on a Unix socket, is not counted as a peer.
#[derive(Debug)]
pub struct Admission {
    limits: AdmissionLimits,
    handshakes: TokenBucket,
    peers: Peers,
}

/// A session or a connection that was let in. It counts until it is
/// [given back](Admission::release).
#[derive(Debug)]
#[must_use = "it counts until it is given back"]
pub struct Admitted(Counted);

#[derive(Debug)]
enum Counted {
    Nowhere,
    AsSession(PeerKey),
    AsConnection(PeerKey),
}

impl Admission {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(limits: AdmissionLimits) -> Self {
        Self {
            handshakes: TokenBucket::default(),
            peers: Peers::new(limits.peers),
            limits,
        }
    }

    /// Somebody asks for a session. Who is refused has used up nothing.
    ///
    /// # Errors
    /// [`Refusal::Handshakes`], [`Refusal::HandshakesOfPeer`].
    pub fn admit_handshake(&mut self, now: Instant, peer: Option<IpAddr>) -> Result<(), Refusal> {
        let (all, limit_of_all) = (&mut self.handshakes, self.limits.handshakes);
        let limit_of_peer = self.limits.handshakes_per_peer;
        let decide = |peer: &mut Peer| {
            if let Some(limit) = limit_of_peer.filter(|it| !peer.handshakes.has_token(now, *it)) {
                let again = peer.handshakes.next_token(limit);
                return Err(Refusal::HandshakesOfPeer { again });
            }
            if let Some(limit) = limit_of_all {
                let again = all.next_token(limit);
                if !all.take(now, limit) {
                    return Err(Refusal::Handshakes { again });
                }
            }
            if let Some(limit) = limit_of_peer {
                let _ = peer.handshakes.take(now, limit);
            }
            Ok(())
        };
        self.peers.with(now, self.limits.key_of(peer), decide).0
    }

    /// A session is to be made.
    ///
    /// # Errors
    /// [`Refusal::SessionsOfPeer`].
    pub fn admit_session(
        &mut self,
        now: Instant,
        peer: Option<IpAddr>,
    ) -> Result<Admitted, Refusal> {
        let most = self.limits.sessions_per_peer;
        let (result, key) = self.peers.with(now, self.limits.key_of(peer), |peer| {
            count(&mut peer.sessions, most).ok_or(Refusal::SessionsOfPeer)
        });
        result.map(|()| Admitted(key.map_or(Counted::Nowhere, Counted::AsSession)))
    }

    /// A connection has come.
    ///
    /// # Errors
    /// [`Refusal::ConnectionsOfPeer`].
    pub fn admit_connection(
        &mut self,
        now: Instant,
        peer: Option<IpAddr>,
    ) -> Result<Admitted, Refusal> {
        let most = self.limits.connections_per_peer;
        let (result, key) = self.peers.with(now, self.limits.key_of(peer), |peer| {
            count(&mut peer.connections, most).ok_or(Refusal::ConnectionsOfPeer)
        });
        result.map(|()| Admitted(key.map_or(Counted::Nowhere, Counted::AsConnection)))
    }

    /// What was admitted has ended, or did not come about after all.
    pub fn release(&mut self, now: Instant, admitted: Admitted) {
        match admitted.0 {
            Counted::Nowhere => {}
            Counted::AsSession(key) => self.peers.close(now, key, |peer| peer.sessions -= 1),
            Counted::AsConnection(key) => self.peers.close(now, key, |peer| peer.connections -= 1),
        }
    }

    /// The peers that are known now.
    #[must_use]
    pub fn peer_count(&self) -> usize {
        self.peers.len()
    }
}

/// One more, if there may be.
fn count(open: &mut usize, most: Option<usize>) -> Option<()> {
    let is_full = most.is_some_and(|most| *open >= most);
    (!is_full).then(|| *open += 1)
}
