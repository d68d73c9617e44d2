//! Where requests come from.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;

/// A request's extension that says where it comes from, for
/// [`Handshake::peer`](crate::Handshake::peer). Middleware that knows puts it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeerAddress(pub SocketAddr);

type PeerOf = dyn Fn(&Parts) -> Option<SocketAddr> + Send + Sync;

/// Who says where a request comes from.
#[derive(Clone)]
pub(super) enum PeerSource {
    Extension,
    Application(Arc<PeerOf>),
}

impl PeerSource {
    pub(super) fn peer_of(&self, head: &Parts) -> Option<SocketAddr> {
        match self {
            Self::Extension => head.extensions.get().map(|PeerAddress(peer)| *peer),
            Self::Application(peer_of) => peer_of(head),
        }
    }
}

impl fmt::Debug for PeerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Extension => "Extension",
            Self::Application(_) => "Application",
        })
    }
}
