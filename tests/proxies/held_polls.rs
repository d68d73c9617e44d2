//! A poll is held through the proxy, until there is news or the client is gone.

use std::time::Duration;

use socketio_driver_tokio::{Namespace, Server, ServerLimits, Socket, Text};

use crate::http_client::{handshake, held_poll, post, text};
use crate::in_process::{InProcessServer, eventually};
use crate::proxy::{Proxy, behind_each_proxy};

/// A server that holds polls for longer than any test takes, and soon closes connections that
/// are not used.
fn patient_server() -> InProcessServer {
    let echoing = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    let mut limits = ServerLimits::default();
    limits.request_head_timeout = Duration::from_secs(1);
    let builder = Server::builder()
        .namespace(echoing)
        .polling_duration(Duration::from_secs(600))
        .close_timeout(Duration::from_secs(601))
        .limits(limits);
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
        let connections = |count| {
            let what = format!("{kind:?} keeps {count} connections");
            eventually(&what, || server.handle.connection_count() == count);
        };
        // What is not used is closed; the poll is not.
        connections(1);
        drop(held);
        connections(0);
    });
}
