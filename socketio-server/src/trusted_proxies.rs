//! Whose word is taken for where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::error::BuildError;

/// The proxies whose `X-Forwarded-For` is believed. By default there are none.
#[derive(Debug, Default)]
pub(crate) struct TrustedProxies {
    networks: Vec<Network>,
    /// Those that connect through a Unix socket.
    on_unix_sockets: bool,
}

/// What stands for connections that have no address.
const UNIX: &str = "unix";

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Addresses that begin with the same bits. IPv4 ones are written as IPv6 ones.
#[derive(Debug, PartialEq, Eq)]
struct Network {
    beginning: u128,
    mask: u128,
}

impl TrustedProxies {
    /// Adds an address, a network such as `10.0.0.0/8`, or `unix`.
    pub(crate) fn add(&mut self, proxy: &str) -> Result<(), BuildError> {
        if proxy == UNIX {
            self.on_unix_sockets = true;
            return Ok(());
        }
        let network = Network::parse(proxy);
        let network = network.ok_or_else(|| BuildError::TrustedProxy(proxy.into()))?;
        self.networks.push(network);
        Ok(())
    }

    /// Whether whoever has this address is believed.
    pub(crate) fn trust(&self, peer: Option<IpAddr>) -> bool {
        match peer {
            None => self.on_unix_sockets,
            Some(peer) => self.networks.iter().any(|network| network.contains(peer)),
        }
    }

    /// Where a request comes from, given the address of its connection: the last one forwarded
    /// that is not a trusted proxy's. Where that cannot be told, what was told last: the address of
    /// the outermost proxy that is known.
    pub(crate) fn client_of(
        &self,
        peer: Option<SocketAddr>,
        headers: &HeaderMap,
    ) -> Option<SocketAddr> {
        if !self.trust(peer.map(|peer| peer.ip())) {
            return peer;
        }
        let mut known = peer;
        // Each proxy adds to the end.
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let entries = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries {
            let Some(address) = parse_entry(entry) else {
                return known;
            };
            known = Some(address);
            if !self.trust(Some(address.ip())) {
                return known;
            }
        }
        known
    }
}

/// An address, which may have a port, and in that case brackets. Without one, the port is 0.
fn parse_entry(entry: &[u8]) -> Option<SocketAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bare.unwrap_or(entry).parse::<IpAddr>() {
        Ok(address) => Some(SocketAddr::new(address.to_canonical(), 0)),
        Err(_) => entry.parse().ok(),
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (most, before) = match address {
            IpAddr::V4(_) => (32, 96),
            IpAddr::V6(_) => (128, 0),
        };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return None;
        }
        let mask = !u128::MAX.checked_shr(before + bits).unwrap_or(0);
        let beginning = as_bits(address) & mask;
        Some(Self { beginning, mask })
    }

    fn contains(&self, address: IpAddr) -> bool {
        as_bits(address) & self.mask == self.beginning
    }
}

fn as_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
