//! TCP addresses, and sockets on them.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// The addresses to listen on, the first of which that can be had is taken: one, several, or a
/// name that stands for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpAddress(Address);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Known(Vec<SocketAddr>),
    /// `host:port`.
    Named(String),
}

/// How a socket is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct TcpOptions {
    pub(super) backlog: u32,
    pub(super) reuse_port: bool,
    pub(super) v6_only: Option<bool>,
}

impl TcpAddress {
    /// Listens on the first address that can be had. Looking a name up may take its time.
    pub(super) fn open(&self, options: TcpOptions) -> io::Result<TcpListener> {
        let addresses = match &self.0 {
            Address::Known(addresses) => addresses.clone(),
            Address::Named(name) => name.to_socket_addrs()?.collect(),
        };
        let mut failure = io::Error::other("there is no address of this name");
        for address in addresses {
            match open_at(address, options) {
                Ok(listener) => return Ok(listener),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

fn open_at(address: SocketAddr, options: TcpOptions) -> io::Result<TcpListener> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    // The port can be had again at once after a restart. On Windows this would be to share it.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    if options.reuse_port {
        reuse_port(&socket)?;
    }
    if let (Some(yes), SocketAddr::V6(_)) = (options.v6_only, address) {
        socket.set_only_v6(yes)?;
    }
    socket.bind(&address.into())?;
    socket.listen(i32::try_from(options.backlog).unwrap_or(i32::MAX))?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Has the operating system look after connections whose peers have been silent for this long.
/// They take this over from the listener.
pub(super) fn keep_alive(listener: &TcpListener, after: Duration) -> io::Result<()> {
    let after = after.max(Duration::from_secs(1));
    let keepalive = TcpKeepalive::new().with_time(after);
    #[cfg(any(
        windows,
        target_os = "linux",
        target_os = "android",
        target_os = "macos",
        target_os = "ios",
        target_os = "freebsd",
        target_os = "netbsd"
    ))]
    let keepalive = keepalive.with_interval((after / 6).max(Duration::from_secs(1)));
    SockRef::from(listener).set_tcp_keepalive(&keepalive)
}

#[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
fn reuse_port(socket: &Socket) -> io::Result<()> {
    socket.set_reuse_port(true)
}

#[cfg(not(all(unix, not(any(target_os = "solaris", target_os = "illumos")))))]
fn reuse_port(_socket: &Socket) -> io::Result<()> {
    let text = "addresses cannot be shared on this operating system";
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}

impl fmt::Display for TcpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Named(name) => f.write_str(name),
            Address::Known(addresses) => {
                for (number, address) in addresses.iter().enumerate() {
                    let separator = if number == 0 { "" } else { ", " };
                    write!(f, "{separator}{address}")?;
                }
                Ok(())
            }
        }
    }
}

impl From<SocketAddr> for TcpAddress {
    fn from(address: SocketAddr) -> Self {
        Self(Address::Known(vec![address]))
    }
}

impl From<&[SocketAddr]> for TcpAddress {
    fn from(addresses: &[SocketAddr]) -> Self {
        Self(Address::Known(addresses.to_vec()))
    }
}

impl From<(IpAddr, u16)> for TcpAddress {
    fn from(address: (IpAddr, u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

impl From<([u8; 4], u16)> for TcpAddress {
    fn from(address: ([u8; 4], u16)) -> Self {
        SocketAddr::from(address).into()
    }
}

/// `host:port`.
impl From<String> for TcpAddress {
    fn from(address: String) -> Self {
        match address.parse::<SocketAddr>() {
            Ok(known) => known.into(),
            Err(_) => Self(Address::Named(address)),
        }
    }
}

/// `host:port`.
impl From<&String> for TcpAddress {
    fn from(address: &String) -> Self {
        address.clone().into()
    }
}

/// `host:port`.
impl From<&str> for TcpAddress {
    fn from(address: &str) -> Self {
        String::from(address).into()
    }
}

impl From<(&str, u16)> for TcpAddress {
    fn from((host, port): (&str, u16)) -> Self {
        match host.parse::<IpAddr>() {
            Ok(host) => (host, port).into(),
            Err(_) => Self(Address::Named(format!("{host}:{port}"))),
        }
    }
}

impl From<(String, u16)> for TcpAddress {
    fn from((host, port): (String, u16)) -> Self {
        (host.as_str(), port).into()
    }
}
