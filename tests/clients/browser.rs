//! The chat in a headless browser: two tabs, two transports. Screenshots stay in
//! `tests/artefacts`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::node;

/// The chat example, running.
struct Chat {
    process: Child,
    url: String,
}

impl Chat {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO"))
            .args([
                "run",
                "--quiet",
                "-p",
                "socketio-examples",
                "--example",
                "chat",
                "--",
            ])
            .arg("--client-script")
            .arg(node::client_script())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo can be started");
        let mut first = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut first)
            .expect("the first line tells the address");
        let url = first.split_whitespace().last().map(String::from);
        Self {
            process,
            url: url.expect("an address"),
        }
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn two_tabs_chat_over_two_transports() {
    let chat = Chat::start();
    let artefacts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("artefacts");
    std::fs::create_dir_all(&artefacts).expect("a folder for screenshots");
    let artefacts = artefacts.to_string_lossy();
    let arguments = ["--url", &chat.url, "--artefacts", &artefacts];
    node::run("browser/chat-two-tabs.js", &arguments);
}
