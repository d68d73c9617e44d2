//! What the real client makes of handshakes that are refused because there are too many.

use std::time::Duration;

use socketio_server::{RateLimit, ServerLimits};

use super::application::application;
use crate::node;
use crate::server::TestServer;

tests![over_websocket, over_xhr_polling];

fn over_websocket() {
    on_node("websocket");
}

fn over_xhr_polling() {
    on_node("xhr-polling");
}

fn on_node(transport: &str) {
    let rate = RateLimit::new(1, Duration::from_secs(3));
    let limits = ServerLimits::default().handshakes_per_peer(Some(rate));
    let server = TestServer::start(application(false).limits(limits));
    server.clock.run();
    let url = format!("http://{}", server.address);
    let arguments = [
        "too-many-handshakes",
        "--folder",
        "limits",
        "--url",
        &url,
        "--transport",
        transport,
    ];
    node::run("run-scenario.js", &arguments);
}
