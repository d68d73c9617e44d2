//! Each scenario of the real client, on Node over each transport that it can do there.

use super::application::RunningServer;
use crate::node;

tests![no_scenario_is_forgotten];

fn play(scenario: &str, transport: &str) {
    let server = RunningServer::start(scenario == "handshake-authorization");
    let arguments = [scenario, "--url", &server.url(), "--transport", transport];
    node::run("run-scenario.js", &arguments);
}

scenarios! {
    /// Every scenario that there is.
    pub const PLAYED;
    acks_from_client = "acks-from-client",
    acks_from_server = "acks-from-server",
    broadcast = "broadcast",
    client_disconnects = "client-disconnects",
    client_leaves_namespace = "client-leaves-namespace",
    connect = "connect",
    event_arguments = "event-arguments",
    event_burst = "event-burst",
    everything_at_once = "everything-at-once",
    half_a_character = "half-a-character",
    handshake_authorization = "handshake-authorization",
    json_messages = "json-messages",
    large_text = "large-text",
    line_separators_in_acks = "line-separators-in-acks",
    messages = "messages",
    namespaces = "namespaces",
    refused_namespace = "refused-namespace",
    said_while_away = "said-while-away",
    server_disconnects_namespace = "server-disconnects-namespace",
    server_disconnects = "server-disconnects",
    unknown_namespace = "unknown-namespace",
}

/// A scenario that nobody plays would be a promise that nobody keeps.
fn no_scenario_is_forgotten() {
    let files = std::fs::read_dir(node::folder().join("scenarios")).expect("the scenarios");
    for file in files {
        let path = file.expect("a scenario").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let elsewhere = name == "reconnect-after-restart";
        assert!(
            elsewhere || PLAYED.contains(&name.as_str()),
            "nobody plays {name}"
        );
    }
}
