//! The real client in pages of a headless browser, over the transports that it cannot do on Node.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};

use socketio_server::Listen;

use super::application::RunningServer;
use super::reconnect::{ANY_PORT, reconnects};
use super::scenarios::PLAYED;
use crate::node;

tests![
    all_scenarios_over_jsonp_polling,
    all_scenarios_over_htmlfile,
    comes_back_over_jsonp_polling,
    comes_back_over_htmlfile,
];

/// Browsers take turns: together they would be too slow for their own deadlines.
fn turn() -> MutexGuard<'static, ()> {
    static BROWSER: Mutex<()> = Mutex::new(());
    BROWSER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection that is lost while a form is under way: when the form's answer is there, this client
/// sends what it has kept, to whatever connection it has then.
const UNFAIR_TO_FORMS: &str = "said-while-away";

/// All of them in pages of one browser.
fn play_in_pages(transport: &str) {
    let _turn = turn();
    let is_fair = |name: &&&str| transport != "jsonp-polling" || **name != UNFAIR_TO_FORMS;
    let (authorized, open): (Vec<&str>, Vec<&str>) = PLAYED
        .iter()
        .filter(is_fair)
        .partition(|name| **name == "handshake-authorization");
    for (names, authorization) in [(authorized, true), (open, false)] {
        let server = RunningServer::start_for_pages(Listen::tcp(ANY_PORT), authorization);
        let (names, url) = (names.join(","), server.url());
        let arguments = [&names, "--url", &url, "--transport", transport];
        node::run("browser/scenarios-in-page.js", &arguments);
    }
}

fn all_scenarios_over_jsonp_polling() {
    play_in_pages("jsonp-polling");
}

fn all_scenarios_over_htmlfile() {
    play_in_pages("htmlfile");
}

fn in_a_page(transport: &str, start: impl Fn(SocketAddr) -> RunningServer) {
    let _turn = turn();
    let script = "browser/scenarios-in-page.js";
    reconnects(script, transport, start, RunningServer::url);
}

/// The client does not notice when it could not load the script of a handshake, and waits for it
/// for ever: it comes back only to a server that somebody keeps the port open for.
fn comes_back_over_jsonp_polling() {
    let kept = TcpListener::bind(SocketAddr::from(ANY_PORT)).expect("a port");
    in_a_page("jsonp-polling", |_| {
        let listener = kept.try_clone().expect("the same listener");
        RunningServer::start_for_pages(Listen::from_std(listener), false)
    });
}

fn comes_back_over_htmlfile() {
    in_a_page("htmlfile", |address| {
        RunningServer::start_for_pages(Listen::tcp(address), false)
    });
}
