//! What a server listens on.

mod accepting;
mod opening;
mod tcp;
#[cfg(feature = "rustls")]
mod tls;
#[cfg(unix)]
mod unix;

use std::fmt;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;
#[cfg(feature = "rustls")]
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::accepting::OpenListener;
pub use self::tcp::TcpAddress;

/// Connections that wait to be accepted, unless [`Listen::backlog`] says otherwise.
const BACKLOG: u32 = 1024;

/// After how much silence the operating system looks whether a peer is still there, unless
/// [`Listen::keepalive`] says otherwise.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Something to listen on, for [`ServerBuilder::listen`](crate::ServerBuilder::listen): a TCP
/// address, a Unix socket, or a listener that exists already.
///
/// What does not go together, such as a [`backlog`](Self::backlog) for a listener that exists
/// already, is refused when the server is built
/// ([`BuildError::ListenOption`](crate::BuildError::ListenOption)).
#[derive(Debug)]
pub struct Listen {
    place: Place,
    backlog: Option<u32>,
    reuse_port: Option<bool>,
    v6_only: Option<bool>,
    mode: Option<u32>,
    keepalive: Option<Option<Duration>>,
    #[cfg(feature = "rustls")]
    tls: Option<Arc<futures_rustls::rustls::ServerConfig>>,
}

#[derive(Debug)]
enum Place {
    Tcp(TcpAddress),
    #[cfg(unix)]
    Unix(PathBuf),
    Opened(StdListener),
}

/// A listener of the standard library.
#[derive(Debug)]
enum StdListener {
    Tcp(std::net::TcpListener),
    #[cfg(unix)]
    Unix(std::os::unix::net::UnixListener),
}

impl Listen {
    /// A TCP address: `"127.0.0.1:6543"`, `("localhost", 6543)`, a [`SocketAddr`] and the like;
    /// port 0 takes a free one, which [`Server::local_addr`](crate::Server::local_addr) tells.
    ///
    /// If a name stands for several addresses, the first that can be had is taken, and only
    /// that. Names are looked up when the server is built, on a thread that may block.
    #[must_use]
    pub fn tcp(address: impl Into<TcpAddress>) -> Self {
        Self::at(Place::Tcp(address.into()))
    }

    /// A Unix socket at this path.
    ///
    /// The file appears when the server is built and is removed when it ends, provided that it
    /// is still the same file. A socket that is there already is replaced if nobody listens on
    /// it any more; anything else is left alone, and the path is in use.
    ///
    /// Start one server for a path at a time. Of two that start in the same instant, where a
    /// socket was left over or not, one can take the other's for left over, because it does not
    /// listen yet, and replace it. Both are built then, and the one whose file is gone is
    /// reached by nobody. A service manager that starts no service twice, or that holds the
    /// socket itself ([`from_std`](Self::from_std)), rules this out.
    ///
    /// Who may connect depends on the file's permissions, which [`mode`](Self::mode) sets, and
    /// on those of its folder. Clients that come through it have no peer address.
    #[cfg(unix)]
    #[must_use]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::at(Place::Unix(path.into()))
    }

    /// A listener of the standard library that listens already: of
    /// [`std::net`](std::net::TcpListener) or `std::os::unix::net`. It is made non-blocking.
    ///
    /// This is how sockets are taken over from systemd (socket activation), for example by
    /// means of the `listenfd` crate: the guide shows it. The file of such a Unix socket is not
    /// removed.
    #[must_use]
    pub fn from_std(listener: impl Into<Self>) -> Self {
        listener.into()
    }

    /// How many connections may wait to be accepted. Default 1024; the operating system may
    /// have a bound of its own.
    #[must_use]
    pub const fn backlog(mut self, connections: u32) -> Self {
        self.backlog = Some(connections);
        self
    }

    /// Whether others may listen on the same TCP address, too (`SO_REUSEPORT`); the kernel
    /// spreads the connections over all of them. Default: no. Not on Windows.
    ///
    /// The requests of one polling client come on several connections. They reach the process
    /// that has its session only if there is one process, however many listeners it has; or
    /// if all clients use websockets, for which one connection has to carry the handshake, too.
    /// Real clients open another, so this is for a new process that takes over from an old one.
    #[must_use]
    pub const fn reuse_port(mut self, yes: bool) -> Self {
        self.reuse_port = Some(yes);
        self
    }

    /// Whether a TCP listener on an IPv6 address such as `[::]` takes IPv6 connections only.
    /// Default: what the operating system does, which is usually to take both.
    #[must_use]
    pub const fn v6_only(mut self, yes: bool) -> Self {
        self.v6_only = Some(yes);
        self
    }

    /// The permissions of a Unix socket's file, such as `0o660`: on Linux, writing it is
    /// connecting. They are set before anybody can connect. Default: what the process's umask
    /// leaves.
    #[cfg(unix)]
    #[must_use]
    pub const fn mode(mut self, permissions: u32) -> Self {
        self.mode = Some(permissions);
        self
    }

    /// After how much silence on a TCP connection the operating system asks whether its peer is
    /// still there (`SO_KEEPALIVE`), in whole seconds; `None` for never. Default 60 s, also for
    /// listeners that exist already. It asks every sixth of that time again, and ends the
    /// connection when it is not answered, on Linux after nine times: 150 s in all.
    ///
    /// This is the only deadline of a websocket or stream when heartbeats are [switched
    /// off](crate::ServerBuilder::heartbeat_interval) and its peer vanishes without a word. It holds
    /// on systems on which connections take it over from their listener: Linux, the BSDs, macOS and
    /// Windows among them.
    #[must_use]
    pub fn keepalive(mut self, after: impl Into<Option<Duration>>) -> Self {
        self.keepalive = Some(after.into());
        self
    }

    /// Has connections encrypted: clients connect with `https://` and `wss://`.
    ///
    /// The crypto provider and the certificates are those of `config`, which may change its
    /// certificates while it runs (`rustls::server::ResolvesServerCert`). Of application
    /// protocols it must name `http/1.1` or none.
    #[cfg(feature = "rustls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<futures_rustls::rustls::ServerConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    const fn at(place: Place) -> Self {
        Self {
            place,
            backlog: None,
            reuse_port: None,
            v6_only: None,
            mode: None,
            keepalive: None,
            #[cfg(feature = "rustls")]
            tls: None,
        }
    }

    /// The option that was set and does not go with the rest.
    pub(crate) fn misfit(&self) -> Option<&'static str> {
        let (is_tcp, is_unix) = match &self.place {
            Place::Tcp(_) => (true, false),
            #[cfg(unix)]
            Place::Unix(_) => (false, true),
            Place::Opened(_) => (false, false),
        };
        let is_on_unix = match &self.place {
            Place::Tcp(_) | Place::Opened(StdListener::Tcp(_)) => false,
            #[cfg(unix)]
            Place::Unix(_) | Place::Opened(StdListener::Unix(_)) => true,
        };
        let options = [
            ("backlog", self.backlog.is_some(), is_tcp || is_unix),
            ("reuse_port", self.reuse_port.is_some(), is_tcp),
            ("v6_only", self.v6_only.is_some(), is_tcp),
            ("mode", self.mode.is_some(), is_unix),
            ("keepalive", self.keepalive.is_some(), !is_on_unix),
            ("tls", self.names_other_protocols(), false),
        ];
        let mut misfits = options.iter().filter(|(_, is_set, fits)| *is_set && !fits);
        misfits.next().map(|(name, _, _)| *name)
    }

    /// Likewise, for what answers Flash players only, which do not encrypt their question.
    pub(crate) fn policy_misfit(&self) -> Option<&'static str> {
        #[cfg(feature = "rustls")]
        if self.tls.is_some() {
            return Some("tls");
        }
        self.misfit()
    }

    /// Whether clients could agree on a protocol that is not spoken here.
    #[cfg(feature = "rustls")]
    fn names_other_protocols(&self) -> bool {
        self.tls.as_ref().is_some_and(|config| {
            config
                .alpn_protocols
                .iter()
                .any(|name| !matches!(name.as_slice(), b"http/1.1" | b"http/1.0"))
        })
    }

    #[cfg(not(feature = "rustls"))]
    const fn names_other_protocols(&self) -> bool {
        false
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp(address) => write!(f, "{address}"),
            #[cfg(unix)]
            Place::Unix(path) => write!(f, "{}", path.display()),
            Place::Opened(StdListener::Tcp(_)) => f.write_str("a TCP listener"),
            #[cfg(unix)]
            Place::Opened(StdListener::Unix(_)) => f.write_str("a Unix listener"),
        }
    }
}

impl From<std::net::TcpListener> for Listen {
    fn from(listener: std::net::TcpListener) -> Self {
        Self::at(Place::Opened(StdListener::Tcp(listener)))
    }
}

#[cfg(unix)]
impl From<std::os::unix::net::UnixListener> for Listen {
    fn from(listener: std::os::unix::net::UnixListener) -> Self {
        Self::at(Place::Opened(StdListener::Unix(listener)))
    }
}

/// Where a server listens.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalAddr {
    /// On a TCP address.
    Tcp(SocketAddr),
    /// On a Unix socket, at this path if it has one.
    #[cfg(unix)]
    Unix(Option<PathBuf>),
}

impl LocalAddr {
    /// The TCP address, if it is one.
    #[must_use]
    pub const fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for LocalAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            #[cfg(unix)]
            Self::Unix(Some(path)) => write!(f, "unix:{}", path.display()),
            #[cfg(unix)]
            Self::Unix(None) => f.write_str("unix:(unnamed)"),
        }
    }
}
