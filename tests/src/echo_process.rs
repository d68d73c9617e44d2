//! The echo example, for tests that want servers in processes of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;

/// A line of cargo's output; most are about other things.
#[derive(Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

/// The executable, which is built when it is asked for first.
///
/// # Panics
/// If it does not build.
pub fn executable() -> &'static Path {
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
