//! What each peer has open, in a table that cannot grow without bound.

use alloc::collections::BTreeSet;
use core::net::{IpAddr, Ipv4Addr};

use hashbrown::HashMap;

use super::rate::TokenBucket;
use crate::time::Instant;

/// Who counts as one peer: an IPv4 address, or the /64 network of an IPv6 address, which is what
/// one customer has at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PeerKey {
    V4(Ipv4Addr),
    V6(u64),
}

impl From<IpAddr> for PeerKey {
    fn from(address: IpAddr) -> Self {
        // A socket for both families shows IPv4 addresses as IPv6 ones.
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6((address.to_bits() >> 64) as u64),
        }
    }
}

/// What one peer has open, and what it has used up.
#[derive(Debug, Default)]
pub(super) struct Peer {
    pub(super) sessions: usize,
    pub(super) connections: usize,
    pub(super) handshakes: TokenBucket,
    /// Where it stands among the idle ones.
    filed: Option<Instant>,
}

impl Peer {
    const fn has_nothing_open(&self) -> bool {
        self.sessions == 0 && self.connections == 0
    }
}

/// Everybody who has something open or has used up something lately, up to a bound.
#[derive(Debug)]
pub(super) struct Peers {
    known: HashMap<PeerKey, Peer>,
    /// Those with nothing open, by when there is no reason left to remember them.
    idle: BTreeSet<(Instant, PeerKey)>,
    most: usize,
}

/// Idle peers that are forgotten each time somebody is looked up: more than can have come.
const FORGOTTEN_AT_ONCE: usize = 2;

impl Peers {
    pub(super) fn new(most: usize) -> Self {
        Self {
            known: HashMap::new(),
            idle: BTreeSet::new(),
            most,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Works on what is known of a peer, if it is one that counts and there is room for it: an idle
    /// one makes room, but nobody who has something open. If not, works on a newcomer whom nobody
    /// remembers. The key comes back if it was counted.
    pub(super) fn with<T>(
        &mut self,
        now: Instant,
        key: Option<PeerKey>,
        work: impl FnOnce(&mut Peer) -> T,
    ) -> (T, Option<PeerKey>) {
        self.forget_idle(now);
        let Some(key) = key.filter(|key| self.known.contains_key(key) || self.make_room()) else {
            return (work(&mut Peer::default()), None);
        };
        let result = work(self.known.entry(key).or_default());
        self.refile(now, key);
        (result, Some(key))
    }

    /// Something of a peer's that was counted is no longer open.
    pub(super) fn close(&mut self, now: Instant, key: PeerKey, work: impl FnOnce(&mut Peer)) {
        if let Some(peer) = self.known.get_mut(&key) {
            work(peer);
            self.refile(now, key);
        }
    }

    fn forget_idle(&mut self, now: Instant) {
        for _ in 0..FORGOTTEN_AT_ONCE {
            match self.idle.first() {
                Some((until, _)) if *until <= now => self.forget_first(),
                _ => return,
            }
        }
    }

    fn make_room(&mut self) -> bool {
        if self.known.len() >= self.most {
            self.forget_first();
        }
        self.known.len() < self.most
    }

    fn forget_first(&mut self) {
        if let Some((_, key)) = self.idle.pop_first() {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: PeerKey) {
        self.known.remove(&key);
        if self.known.is_empty() {
            // Who is known by nobody keeps no table.
            self.known = HashMap::new();
        }
    }

    fn refile(&mut self, now: Instant, key: PeerKey) {
        let Some(peer) = self.known.get_mut(&key) else {
            return;
        };
        let wanted = peer.has_nothing_open().then_some(peer.handshakes.full_at());
        let filed = core::mem::replace(&mut peer.filed, wanted);
        if filed != wanted {
            self.idle.extend(wanted.map(|until| (until, key)));
            if let Some(until) = filed {
                self.idle.remove(&(until, key));
            }
        }
        if let Some(until) = wanted.filter(|until| *until <= now) {
            self.idle.remove(&(until, key));
            self.remove(key);
        }
    }
}
