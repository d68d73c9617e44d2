//! Executables that are measured.

use std::error::Error;
use std::path::PathBuf;
use std::process::Stdio;

use crate::process::{cargo, output};

/// A line of cargo's output; most are about other things.
#[derive(serde::Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

/// What cargo calls the example `echo`.
const ECHO: [&str; 4] = ["--package", "socketio-examples", "--example", "echo"];

/// Builds the example `echo`, and says where it is.
pub(crate) fn build_echo(profile: &str) -> Result<PathBuf, Box<dyn Error>> {
    build(profile, &ECHO)
}

/// Likewise; this one counts the bytes of its heap.
pub(crate) fn build_counting_echo(profile: &str) -> Result<PathBuf, Box<dyn Error>> {
    build(
        profile,
        &[&ECHO[..], &["--features", "count-heap"]].concat(),
    )
}

/// Builds the one executable that cargo is told by these arguments, and says where it is.
pub(crate) fn build(profile: &str, arguments: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let printed = output(
        cargo()
            .args(["build", "--profile", profile])
            .args(arguments)
            .arg("--message-format=json-render-diagnostics")
            .stderr(Stdio::inherit()),
    );
    let printed = printed.ok_or_else(|| format!("cargo cannot build {arguments:?}"))?;
    let executable = printed
        .lines()
        .filter_map(|line| serde_json::from_str::<BuildMessage>(line).ok())
        .find_map(|message| message.executable);
    executable.ok_or_else(|| format!("cargo names no executable of {arguments:?}").into())
}
