//! The real client comes back when the server was gone for a while.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};

use socketio_driver_tokio::Listen;

use crate::application::RunningServer;
use crate::browser;
use crate::node;

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

/// The client comes back to what `start` starts again at the same address, once it was dropped.
pub(crate) fn reconnects<S>(
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

#[test]
fn over_websocket() {
    on_node("websocket");
}

#[test]
fn over_xhr_polling() {
    on_node("xhr-polling");
}

fn on_node(transport: &str) {
    let start = |address| RunningServer::start_on(address, false);
    reconnects("run-scenario.js", transport, start, RunningServer::url);
}

fn in_a_page(transport: &str, start: impl Fn(SocketAddr) -> RunningServer) {
    let _turn = browser::turn();
    let script = "browser/scenarios-in-page.js";
    reconnects(script, transport, start, RunningServer::url);
}

/// The client does not notice when it could not load the script of a handshake, and waits for it
/// for ever: it comes back only to a server that somebody keeps the port open for.
#[test]
fn in_a_page_over_jsonp_polling() {
    let kept = TcpListener::bind(SocketAddr::from(ANY_PORT)).expect("a port");
    in_a_page("jsonp-polling", |_| {
        let listener = kept.try_clone().expect("the same listener");
        RunningServer::start_for_pages(Listen::from_std(listener), false)
    });
}

#[test]
fn in_a_page_over_htmlfile() {
    in_a_page("htmlfile", |address| {
        RunningServer::start_for_pages(Listen::tcp(address), false)
    });
}
