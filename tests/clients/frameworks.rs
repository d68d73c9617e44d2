//! The real client on Node with the examples inside of web frameworks.

use crate::browser::Example;
use crate::node;

fn play(scenario: &str, example: &str, transport: &str) {
    play_with(scenario, &Example::start(example), transport);
}

pub(crate) fn play_with(scenario: &str, example: &Example, transport: &str) {
    let arguments = [scenario, "--folder", "frameworks", "--url", &example.url];
    let arguments = [&arguments[..], &["--transport", transport]].concat();
    node::run("run-scenario.js", &arguments);
}

#[test]
fn a_login_on_axum_holds_for_websockets() {
    play("shared-login", "axum_chat", "websocket");
}

#[test]
fn a_login_on_axum_holds_for_polls() {
    play("shared-login", "axum_chat", "xhr-polling");
}

#[test]
fn websockets_go_beside_routes_on_actix() {
    play("beside-routes", "actix_chat", "websocket");
}

#[test]
fn polls_go_beside_routes_on_actix() {
    play("beside-routes", "actix_chat", "xhr-polling");
}

/// No tokio runs in its process.
fn beside_routes_on_hyper(driver: &str, transport: &str) {
    let example = Example::start_with("hyper_chat", &["--driver", driver]);
    play_with("beside-routes", &example, transport);
}

#[test]
fn websockets_go_beside_routes_on_hyper_and_smol() {
    beside_routes_on_hyper("smol", "websocket");
}

#[test]
fn polls_go_beside_routes_on_hyper_and_smol() {
    beside_routes_on_hyper("smol", "xhr-polling");
}

#[test]
fn websockets_go_beside_routes_on_hyper_and_async_std() {
    beside_routes_on_hyper("async-std", "websocket");
}

#[test]
fn polls_go_beside_routes_on_hyper_and_async_std() {
    beside_routes_on_hyper("async-std", "xhr-polling");
}
