//! The example that is made of the pure crates alone, with an event loop of its own.

use std::net::SocketAddr;
use std::process::Command;

use crate::browser::{self, Example};
use crate::node;
use crate::reconnect::reconnects;
use crate::scenarios::PLAYED;

const PACKAGE: &str = "socketio-own-loop";

fn start(options: &[&str]) -> Example {
    Example::run(&["-p", PACKAGE], options)
}

/// One process for all, so that what one leaves behind would be in the way of the next.
fn plays_every_scenario(transport: &str) {
    let (open, authorized) = (start(&[]), start(&["--token", "sesame"]));
    for scenario in PLAYED {
        let server = match *scenario {
            "handshake-authorization" => &authorized,
            _ => &open,
        };
        let arguments = [scenario, "--url", &server.url, "--transport", transport];
        node::run("run-scenario.js", &arguments);
    }
}

#[test]
fn every_scenario_over_websocket() {
    plays_every_scenario("websocket");
}

#[test]
fn every_scenario_over_xhr_polling() {
    plays_every_scenario("xhr-polling");
}

/// The process is killed, and another one started on its port.
fn comes_back(transport: &str) {
    let start = |address: SocketAddr| start(&["--port", &address.port().to_string()]);
    let url_of = |example: &Example| example.url.clone();
    reconnects("run-scenario.js", transport, start, url_of);
}

#[test]
fn the_client_comes_back_over_websocket() {
    comes_back("websocket");
}

#[test]
fn the_client_comes_back_over_xhr_polling() {
    comes_back("xhr-polling");
}

#[test]
fn two_tabs_shout_over_two_transports() {
    browser::play_on("shout", || start(&[]), "websocket,xhr-polling");
}

/// What it is an example of: nothing but sockets below the pure crates.
#[test]
fn no_runtime_stands_in_its_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", PACKAGE, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--target", "all"])
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).expect("names");
    let packages: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(packages.contains(&"socketio-session"), "{packages:?}");
    let server = ["socketio-server", "tokio", "async-std", "smol", "hyper"];
    let families = ["async-", "futures-", "tokio-", "hyper-", "socketio-driver-"];
    let strangers: Vec<&&str> = packages
        .iter()
        .filter(|name| {
            server.contains(name) || families.iter().any(|family| name.starts_with(family))
        })
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}
