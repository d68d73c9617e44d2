//! Responses that do not end: what is said goes out at once, and a client that goes is missed.

use std::time::{Duration, Instant};

use socketio_conformance::replay::raw_http::read_chunk;
use socketio_driver_tokio::{Server, TransportName};

use crate::http_client::{HttpClient, handshake, post};
use crate::in_process::{InProcessServer, echoing, prompt_limits};
use crate::proxy::{PATIENCE, Proxy, behind_each_proxy};

/// The transports whose responses do not end.
const ENDLESS: [TransportName; 2] = [TransportName::HtmlFile, TransportName::XhrMultipart];

fn start() -> InProcessServer {
    let builder = Server::builder()
        .namespace(echoing())
        .transports(ENDLESS)
        .heartbeat_interval(None)
        .close_timeout(Duration::from_secs(600))
        .limits(prompt_limits());
    InProcessServer::start(builder)
}

/// A stream that was greeted, and the path of its session.
fn open(proxy: &Proxy, transport: TransportName) -> (HttpClient, String) {
    let target = format!("/socket.io/1/{transport}/{}", handshake(proxy.address));
    let mut stream = HttpClient::open(proxy.address);
    stream.begin("GET", &target, "", "");
    assert_eq!(stream.head().status, 200);
    read_until(&mut stream, "1::");
    (stream, target)
}

/// Reads on until this text has come, however it was cut.
#[track_caller]
fn read_until(stream: &mut HttpClient, wanted: &str) {
    let mut arrived = String::new();
    while !arrived.contains(wanted) {
        let chunk = read_chunk(&mut stream.connection, Instant::now() + PATIENCE);
        let chunk = chunk.unwrap_or_else(|error| panic!("no {wanted:?}: {error}"));
        arrived += &String::from_utf8_lossy(&chunk.expect("no end"));
    }
}

#[test]
fn each_packet_goes_out_at_once() {
    behind_each_proxy(|kind| {
        let server = start();
        let proxy = Proxy::start(kind, server.twice());
        for transport in ENDLESS {
            let (mut stream, target) = open(&proxy, transport);
            for packet in ["3:::first", "3:::second", "3:::third"] {
                assert_eq!(post(proxy.address, &target, packet), "1");
                read_until(&mut stream, packet);
            }
        }
    });
}

#[test]
fn a_client_that_vanishes_is_noticed() {
    behind_each_proxy(|kind| {
        for transport in ENDLESS {
            let server = start();
            let proxy = Proxy::start(kind, server.twice());
            let (stream, _) = open(&proxy, transport);
            // What is not used is closed; the stream is not.
            server.wait_for_connections(1);
            drop(stream);
            server.wait_for_connections(0);
        }
    });
}
