//! Scripts run by Node.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The folder of the JavaScript tests.
pub fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/js");
    assert!(
        folder.join("node_modules/socket.io-client").is_dir(),
        "the real client is missing: run `npm ci --ignore-scripts` in {}",
        folder.display()
    );
    folder
}

/// The browser build of the real client.
pub fn client_script() -> PathBuf {
    folder().join("node_modules/socket.io-client/dist/socket.io.js")
}

/// A script with its arguments, ready to run.
pub fn script(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder()).arg(name).args(arguments);
    command
}

/// Runs a script to its end; it says itself what went wrong.
pub fn run(name: &str, arguments: &[&str]) {
    let output = script(name, arguments)
        .output()
        .expect("node can be started");
    assert!(
        output.status.success(),
        "node {name} {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Starts a script whose output is read as it comes.
pub fn start(name: &str, arguments: &[&str]) -> Child {
    script(name, arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("node can be started")
}
