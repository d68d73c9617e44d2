//! From what is to be listened on to what listens.

use std::io;

use super::accepting::{Incoming, OpenListener};
use super::tcp::TcpOptions;
use super::{BACKLOG, KEEPALIVE, Listen, LocalAddr, Place, StdListener};
use crate::runtime::Runtime;

/// A socket that listens, and is not known to a runtime yet.
struct OpenSocket {
    listener: StdListener,
    #[cfg(unix)]
    file: Option<super::unix::SocketFile>,
}

impl Listen {
    /// Listens, and tells the runtime.
    pub(crate) async fn open<R: Runtime>(self, runtime: &R) -> io::Result<OpenListener<R>> {
        #[cfg(feature = "rustls")]
        let tls = self.tls.clone().map(super::tls::TlsAcceptor::new);
        let keepalive = self.keepalive.unwrap_or(Some(KEEPALIVE));
        // Names are looked up here, and files are touched.
        let socket = runtime.unblock(|| self.open_socket()).await??;
        let (address, incoming) = match socket.listener {
            StdListener::Tcp(listener) => {
                if let Some(after) = keepalive {
                    super::tcp::keep_alive(&listener, after)?;
                }
                let address = LocalAddr::Tcp(listener.local_addr()?);
                (address, Incoming::Tcp(runtime.tcp_listener(listener)?))
            }
            #[cfg(unix)]
            StdListener::Unix(listener) => {
                let path = listener.local_addr()?.as_pathname().map(Into::into);
                let incoming = Incoming::Unix(runtime.unix_listener(listener)?);
                (LocalAddr::Unix(path), incoming)
            }
        };
        Ok(OpenListener {
            address,
            incoming,
            is_for_flash_policies: false,
            #[cfg(feature = "rustls")]
            tls,
            #[cfg(unix)]
            _file: socket.file,
        })
    }

    fn open_socket(self) -> io::Result<OpenSocket> {
        let backlog = self.backlog.unwrap_or(BACKLOG);
        match self.place {
            Place::Tcp(address) => {
                let options = TcpOptions {
                    backlog,
                    reuse_port: self.reuse_port.unwrap_or_default(),
                    v6_only: self.v6_only,
                };
                let listener = StdListener::Tcp(address.open(options)?);
                Ok(OpenSocket::of(listener))
            }
            #[cfg(unix)]
            Place::Unix(path) => {
                let (listener, file) = super::unix::open(&path, backlog, self.mode)?;
                Ok(OpenSocket {
                    listener: StdListener::Unix(listener),
                    file: Some(file),
                })
            }
            Place::Opened(listener) => {
                match &listener {
                    StdListener::Tcp(listener) => listener.set_nonblocking(true)?,
                    #[cfg(unix)]
                    StdListener::Unix(listener) => listener.set_nonblocking(true)?,
                }
                Ok(OpenSocket::of(listener))
            }
        }
    }
}

impl OpenSocket {
    const fn of(listener: StdListener) -> Self {
        Self {
            listener,
            #[cfg(unix)]
            file: None,
        }
    }
}
