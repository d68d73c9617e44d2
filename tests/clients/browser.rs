//! The demo pages in a headless browser. Screenshots stay in `tests/artefacts`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::node;

/// Browsers take turns: together they would be too slow for their own deadlines.
static BROWSER: Mutex<()> = Mutex::new(());

pub(crate) fn turn() -> MutexGuard<'static, ()> {
    BROWSER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An example, running.
pub(crate) struct Example {
    process: Child,
    pub(crate) url: String,
}

impl Example {
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// With options, such as `--driver smol`.
    pub(crate) fn start_with(name: &str, options: &[&str]) -> Self {
        Self::run(&["-p", "socketio-examples", "--example", name], options)
    }

    /// Runs what `target` says, with more options than that of the client's script.
    pub(crate) fn run(target: &[&str], options: &[&str]) -> Self {
        Self::run_by(Command::new(env!("CARGO")), target, options)
    }

    /// Likewise, by a command that ends in a call of cargo.
    pub(crate) fn run_by(mut cargo: Command, target: &[&str], options: &[&str]) -> Self {
        let mut process = cargo
            .args(["run", "--quiet"])
            .args(target)
            .args(["--", "--client-script"])
            .arg(node::client_script())
            .args(options)
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

impl Example {
    /// Interrupts it, as a terminal does; true if it then ends by itself and content.
    #[cfg(unix)]
    pub(crate) fn is_content_when_interrupted(&mut self) -> bool {
        let id = self.process.id().to_string();
        let kill = Command::new("kill").args(["-INT", &id]).status();
        assert!(kill.expect("kill can be started").success());
        self.process.wait().expect("it ends").success()
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Plays a script of `tests/js/browser` on the page of an example.
fn play(story: &str, example: &str, transports: &str) {
    play_on("tokio", story, || Example::start(example), transports);
}

/// Likewise, on the page of an example that is served by another driver, and says so.
pub(crate) fn play_on(driver: &str, story: &str, start: impl Fn() -> Example, transports: &str) {
    let _turn = turn();
    let example = start();
    let artefacts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("artefacts");
    let artefacts = match driver {
        "tokio" => artefacts,
        other => artefacts.join(other),
    };
    std::fs::create_dir_all(&artefacts).expect("a folder for screenshots");
    let artefacts = artefacts.to_string_lossy();
    let script = format!("browser/{story}.js");
    let arguments = ["--url", &example.url, "--artefacts", &artefacts];
    node::run(
        &script,
        &[
            &arguments[..],
            &["--transports", transports, "--driver", driver],
        ]
        .concat(),
    );
}

#[test]
fn two_tabs_chat_over_two_transports() {
    play("chat-two-tabs", "chat", "websocket,xhr-polling");
}

#[test]
fn two_tabs_chat_on_async_std() {
    let start = || Example::start_with("chat", &["--driver", "async-std"]);
    play_on("async-std", "chat-two-tabs", start, "websocket,xhr-polling");
}

#[test]
fn two_tabs_chat_on_smol() {
    let start = || Example::start_with("chat", &["--driver", "smol"]);
    play_on("smol", "chat-two-tabs", start, "xhr-polling,websocket");
}

#[test]
fn two_people_log_in_to_an_application_on_axum() {
    play("axum-chat", "axum_chat", "websocket,xhr-polling");
}

#[test]
fn the_cpu_graph_moves() {
    play("cpu-graph", "cpu_graph", "websocket,xhr-polling");
}

#[test]
fn pages_of_other_origins_are_let_in_or_refused() {
    play(
        "cross-origin",
        "cross_origin",
        "websocket,xhr-polling,jsonp-polling",
    );
}

#[test]
fn the_feed_brings_what_was_subscribed_to() {
    play("feed", "feed", "websocket,xhr-polling");
}

#[test]
fn every_feature_works_over_websocket() {
    play("features", "features", "websocket");
}

#[test]
fn every_feature_works_over_xhr_polling() {
    play("features", "features", "xhr-polling");
}

#[test]
fn every_feature_works_over_jsonp_polling() {
    play("features", "features", "jsonp-polling");
}
