//! Each scenario of the real client: on Node over each transport that it can do there, in pages over
//! the others.

use socketio_driver_tokio::Listen;

use crate::application::RunningServer;
use crate::browser;
use crate::node;

fn play(start: impl Fn(bool) -> RunningServer, scenario: &str, transport: &str) {
    let server = start(scenario == "handshake-authorization");
    let arguments = [scenario, "--url", &server.url(), "--transport", transport];
    node::run("run-scenario.js", &arguments);
}

/// A goodbye that is said while a form is under way waits for its answer, which takes a browser a
/// while. This client forgets it then, or says it to the next session.
const UNFAIR_TO_FORMS: [&str; 2] = ["client-disconnects", "said-while-away"];

/// All of them in pages of one browser.
fn play_in_pages(transport: &str) {
    let _turn = browser::turn();
    let is_fair = |name: &&&str| transport != "jsonp-polling" || !UNFAIR_TO_FORMS.contains(name);
    let (authorized, open): (Vec<&str>, Vec<&str>) = PLAYED
        .iter()
        .filter(is_fair)
        .partition(|name| **name == "handshake-authorization");
    for (names, authorization) in [(authorized, true), (open, false)] {
        let any_port = Listen::tcp(([127, 0, 0, 1], 0));
        let server = RunningServer::start_for_pages(any_port, authorization);
        let (names, url) = (names.join(","), server.url());
        let arguments = [&names, "--url", &url, "--transport", transport];
        node::run("browser/scenarios-in-page.js", &arguments);
    }
}

#[test]
fn all_in_pages_over_jsonp_polling() {
    play_in_pages("jsonp-polling");
}

#[test]
fn all_in_pages_over_htmlfile() {
    play_in_pages("htmlfile");
}

macro_rules! scenarios {
    ($($test:ident = $name:literal),+ $(,)?) => {
        scenarios!(websocket, RunningServer::start, "websocket", $($test = $name),+);
        scenarios!(xhr_polling, RunningServer::start, "xhr-polling", $($test = $name),+);
        scenarios!(
            websocket_behind_axum, RunningServer::start_behind_axum, "websocket",
            $($test = $name),+
        );
        scenarios!(
            websocket_behind_actix, RunningServer::start_behind_actix, "websocket",
            $($test = $name),+
        );
        scenarios!(
            xhr_polling_behind_actix, RunningServer::start_behind_actix, "xhr-polling",
            $($test = $name),+
        );
        scenarios!(
            xhr_polling_behind_axum, RunningServer::start_behind_axum, "xhr-polling",
            $($test = $name),+
        );

        /// Every scenario that there is.
        pub(crate) const PLAYED: &[&str] = &[$($name),+];
    };
    ($over:ident, $start:path, $transport:literal, $($test:ident = $name:literal),+) => {
        mod $over {
            use super::*;

            $(#[test] fn $test() { play($start, $name, $transport); })+
        }
    };
}

scenarios!(
    acks_from_client = "acks-from-client",
    acks_from_server = "acks-from-server",
    broadcast = "broadcast",
    client_disconnects = "client-disconnects",
    client_leaves_namespace = "client-leaves-namespace",
    connect = "connect",
    event_arguments = "event-arguments",
    event_burst = "event-burst",
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
);

/// A scenario that nobody plays would be a promise that nobody keeps.
#[test]
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
