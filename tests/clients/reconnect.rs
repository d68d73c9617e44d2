//! The real client comes back when the server was gone for a while.

use std::io::{BufRead, BufReader};

use crate::application::RunningServer;
use crate::node;

fn reconnects(transport: &str) {
    let server = RunningServer::start(false);
    let (address, url) = (server.address, server.url());
    let arguments = [
        "reconnect-after-restart",
        "--url",
        &url,
        "--transport",
        transport,
    ];
    let mut client = node::start("run-scenario.js", &arguments);
    let mut output = BufReader::new(client.stdout.take().expect("it is piped")).lines();

    let ready = output
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line == "READY_FOR_RESTART");
    assert!(ready, "the client ended before the restart");
    drop(server);
    let _again = RunningServer::start_on(address, false);

    let rest: Vec<String> = output.map_while(Result::ok).collect();
    let status = client.wait().expect("it ends");
    assert!(status.success(), "{}", rest.join("\n"));
}

#[test]
fn over_websocket() {
    reconnects("websocket");
}

#[test]
fn over_xhr_polling() {
    reconnects("xhr-polling");
}
