//! The real client on Node with the examples inside of web frameworks.

use crate::browser::Example;
use crate::node;

fn play(scenario: &str, example: &str, transport: &str) {
    let example = Example::start(example);
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
