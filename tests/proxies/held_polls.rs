//! A poll is held through the proxy, until there is news or the client is gone.

use std::time::Duration;

use socketio_driver_tokio::Server;

use crate::http_client::{handshake, held_poll, post, text};
use crate::in_process::{InProcessServer, echoing, prompt_limits};
use crate::proxy::{Proxy, behind_each_proxy};

/// A server that holds polls for longer than any test takes.
fn patient_server() -> InProcessServer {
    let builder = Server::builder()
        .namespace(echoing())
        .polling_duration(Duration::from_secs(600))
        .close_timeout(Duration::from_secs(601))
        .limits(prompt_limits());
    InProcessServer::start(builder)
}

#[test]
fn news_are_delivered_at_once() {
    behind_each_proxy(|kind| {
        let server = patient_server();
        let proxy = Proxy::start(kind, server.twice());
        let sid = handshake(proxy.address);
        let mut held = held_poll(proxy.address, &sid);
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        assert_eq!(post(proxy.address, &target, "3:::hello"), "1");
        assert_eq!(text(&held.answer()), "3:::hello", "{kind:?}");
    });
}

#[test]
fn a_client_that_vanishes_while_it_polls_is_noticed() {
    behind_each_proxy(|kind| {
        let server = patient_server();
        let proxy = Proxy::start(kind, server.twice());
        let held = held_poll(proxy.address, &handshake(proxy.address));
        // What is not used is closed; the poll is not.
        server.wait_for_connections(1);
        drop(held);
        server.wait_for_connections(0);
    });
}
