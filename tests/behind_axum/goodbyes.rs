//! A shutdown through axum: the framework accepts until everybody has taken its goodbye.

use std::time::Duration;

use axum::Router;
use socketio_conformance::client::{Client, Transport};
use socketio_conformance::http_client::{HttpClient, text};
use socketio_conformance::server::TestServer;
use socketio_conformance::waiting::{PATIENCE, eventually, in_background};
use socketio_conformance::{Served, tests};
use socketio_driver_tokio::Server;
use socketio_tests::one_runtime::wait_for;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

tests![
    everybody_takes_its_goodbye_and_then_axum_ends,
    who_does_not_come_is_waited_for_no_longer_than_allowed,
    a_poll_counts_until_it_is_answered_or_given_up,
];

fn everybody_takes_its_goodbye_and_then_axum_ends() {
    let (layer, handle) = wait_for(async { Server::builder().tower_layer() }).expect("a layer");
    let listener = wait_for(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let (end, ending) = oneshot::channel::<()>();
    let ended = {
        let handle = handle.clone();
        async move {
            let _ = ending.await;
            assert!(handle.shutdown(PATIENCE).await);
        }
    };
    let serving = axum::serve(listener, Router::new().layer(layer)).with_graceful_shutdown(ended);
    let serving = in_background(async move { serving.await });
    let server = TestServer::from(Served { address, handle });
    let mut talking = Client::connect(&server, Transport::WebSocket);
    let mut held = Client::connect_and_poll(&server);
    let mut between = Client::connect(&server, Transport::Polling);
    end.send(()).expect("axum is waiting");
    talking.expect("0::");
    talking.websocket().expect_close(1000);
    assert_eq!(held.polling().end_poll(), ["0::"]);
    // Nobody is let in, but who is in is let say goodbye, on a new connection, too.
    let refused = HttpClient::open(address).get("/socket.io/1/");
    assert_eq!((refused.status, text(&refused)), (503, "shutting down"));
    assert_eq!(server.handle.session_count(), 1);
    between.expect("0::");
    wait_for(serving).expect("no panic").expect("the end");
    assert_eq!(server.handle.session_count(), 0);
    assert_eq!(server.handle.connection_count(), 0);
}

fn who_does_not_come_is_waited_for_no_longer_than_allowed() {
    let server = TestServer::of([]);
    let _absent = Client::connect(&server, Transport::Polling);
    server.clock.run();
    assert!(!wait_for(server.handle.shutdown(Duration::from_millis(50))));
    assert_eq!(server.handle.session_count(), 0);
}

fn a_poll_counts_until_it_is_answered_or_given_up() {
    let server = TestServer::of([]);
    let mut client = Client::connect_and_poll(&server);
    eventually("only one is held", || server.handle.connection_count() == 1);
    // A client that vanishes while it polls loses nothing.
    client.polling().polls = HttpClient::open(server.address);
    eventually("it is noticed", || server.handle.connection_count() == 0);
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("kept").queued, 1);
    client.expect("3:::kept");
    eventually("all is sent", || server.handle.connection_count() == 0);
}
