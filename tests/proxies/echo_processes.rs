//! The echo example in processes of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;
use socketio_tests::load::ServerProcess;

/// A line of cargo's output; most are about other things.
#[derive(Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

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

fn executable() -> &'static Path {
    static EXECUTABLE: OnceLock<PathBuf> = OnceLock::new();
    EXECUTABLE.get_or_init(build)
}

fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "socketio-examples"])
        .args(["--example", "echo", "--message-format=json"])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "the echo example does not build");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<BuildMessage>(line).ok())
        .find_map(|message| message.executable)
        .expect("cargo names the executable")
}
