//! The real client comes back when the server was gone for a while.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;

use socketio_server::Listen;

use super::application::RunningServer;
use crate::node;

tests![over_websocket, over_xhr_polling,];

pub(super) const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// The client comes back to what `start` starts again at the same address, once it was dropped.
/// `script` plays the scenario over a transport.
///
/// # Panics
/// If the client does not come back.
pub fn reconnects<S>(
    script: &str,
    transport: &str,
    start: impl Fn(SocketAddr) -> S,
    url_of: impl Fn(&S) -> String,
) {
    let server = start(ANY_PORT.into());
    let url = url_of(&server);
    let address = url.strip_prefix("http://").expect("an address");
    let address = address.parse().expect("an address");
    let arguments = [
        "reconnect-after-restart",
        "--url",
        &url,
        "--transport",
        transport,
    ];
    let mut client = node::start(script, &arguments);
    let mut output = BufReader::new(client.stdout.take().expect("it is piped")).lines();

    let ready = output
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line == "READY_FOR_RESTART");
    assert!(ready, "the client ended before the restart");
    drop(server);
    let _again = start(address);

    let rest: Vec<String> = output.map_while(Result::ok).collect();
    let status = client.wait().expect("it ends");
    assert!(status.success(), "{}", rest.join("\n"));
}

fn over_websocket() {
    on_node("websocket");
}

fn over_xhr_polling() {
    on_node("xhr-polling");
}

fn on_node(transport: &str) {
    let start = |address| RunningServer::listen(Listen::tcp(address), false);
    reconnects("run-scenario.js", transport, start, RunningServer::url);
}
