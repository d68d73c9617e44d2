//! The echo example in processes of its own.

use std::net::{Ipv4Addr, SocketAddr};

use socketio_tests::echo_process::executable;
use socketio_tests::load::ServerProcess;

/// Starts the echo server, with session ids of this prefix.
pub(crate) fn start_named(prefix: &str) -> ServerProcess {
    start_named_on(0, prefix)
}

/// Likewise, on a port that it had before.
pub(crate) fn start_named_on(port: u16, prefix: &str) -> ServerProcess {
    let arguments = ["--session-id-prefix", prefix];
    ServerProcess::start_on(port, executable(), &arguments).expect("the echo server")
}

/// Starts the echo server, with session ids of no prefix.
pub(crate) fn start_nameless() -> ServerProcess {
    ServerProcess::start_on(0, executable(), &[]).expect("the echo server")
}

pub(crate) fn address(process: &ServerProcess) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, process.port()).into()
}
