//! The real client comes back when the server was gone for a while.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;

use crate::application::RunningServer;
use crate::browser;
use crate::node;

fn reconnects(script: &str, transport: &str, start: fn(SocketAddr, bool) -> RunningServer) {
    let server = start(([127, 0, 0, 1], 0).into(), false);
    let (address, url) = (server.address, server.url());
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
    let _again = start(address, false);

    let rest: Vec<String> = output.map_while(Result::ok).collect();
    let status = client.wait().expect("it ends");
    assert!(status.success(), "{}", rest.join("\n"));
}

#[test]
fn over_websocket() {
    reconnects("run-scenario.js", "websocket", RunningServer::start_on);
}

#[test]
fn over_xhr_polling() {
    reconnects("run-scenario.js", "xhr-polling", RunningServer::start_on);
}

fn in_a_page(transport: &str) {
    let _turn = browser::turn();
    let script = "browser/scenarios-in-page.js";
    reconnects(script, transport, RunningServer::start_for_pages);
}

#[test]
fn in_a_page_over_jsonp_polling() {
    in_a_page("jsonp-polling");
}

#[test]
fn in_a_page_over_htmlfile() {
    in_a_page("htmlfile");
}
