//! The service by itself, on connections of hyper's.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Version, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use socketio_conformance::client::{Polling, WebSocket, handshake, upgrade_request};
use socketio_conformance::http_client::{HttpClient, text};
use socketio_conformance::tests;
use socketio_conformance::waiting::{eventually, in_background};
use socketio_driver_tokio::runtime::Runtime;
use socketio_driver_tokio::tower::SocketIoService;
use socketio_driver_tokio::{Driver, Server, ServerBuilder, ServerHandle};
use socketio_tests::one_runtime::wait_for;
use tokio::net::TcpListener;
use tower::ServiceExt;

tests![
    it_stands_by_itself,
    it_can_be_made_outside_of_its_runtime,
    its_fallback_answers_what_is_elsewhere,
    a_connection_that_is_never_upgraded_costs_nothing,
    who_cannot_be_upgraded_is_told_so_and_keeps_the_session,
    http_2_is_understood,
    a_response_that_nobody_takes_is_answered_again,
];

fn service(builder: ServerBuilder) -> (SocketIoService, ServerHandle) {
    wait_for(async { builder.tower_service() }).expect("a service")
}

/// Whether connections can be upgraded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Upgrades {
    Possible,
    Forgotten,
    Impossible,
}

fn serve(service: SocketIoService, upgrades: Upgrades) -> SocketAddr {
    let listener = wait_for(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    in_background(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            let service = service_fn(move |mut request: Request<Incoming>| {
                if upgrades == Upgrades::Impossible {
                    request.extensions_mut().remove::<OnUpgrade>();
                }
                service.call(request)
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            if upgrades == Upgrades::Possible {
                tokio::spawn(connection.with_upgrades());
            } else {
                tokio::spawn(connection);
            }
        }
    });
    address
}

fn it_stands_by_itself() {
    let (service, _handle) = service(Server::builder());
    let address = serve(service, Upgrades::Possible);
    let sid = handshake(address, "");
    let mut websocket = WebSocket::open(address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    let elsewhere = HttpClient::open(address).get("/elsewhere");
    assert_eq!((elsewhere.status, text(&elsewhere)), (404, "not found"));
}

fn it_can_be_made_outside_of_its_runtime() {
    let runtime = wait_for(async { Driver::current() });
    let built = Server::builder().tower_service_on(runtime);
    let address = serve(built.expect("a service").0, Upgrades::Possible);
    let sid = handshake(address, "");
    let mut websocket = WebSocket::open(address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
}

fn its_fallback_answers_what_is_elsewhere() {
    let builder = Server::builder().fallback(|request| {
        let asked = format!("you asked for {}", request.uri());
        http::Response::new(asked.into())
    });
    let address = serve(service(builder).0, Upgrades::Possible);
    let answer = HttpClient::open(address).get("/page?a=b");
    assert_eq!(text(&answer), "you asked for /page?a=b");
}

fn a_connection_that_is_never_upgraded_costs_nothing() {
    let (service, handle) = service(Server::builder());
    let address = serve(service, Upgrades::Forgotten);
    let sid = handshake(address, "");
    let mut http = HttpClient::open(address);
    http.send(&upgrade_request(address, &sid, ""));
    assert_eq!(http.answer("GET").status, 101);
    drop(http);
    eventually("it is given up", || handle.connection_count() == 0);
    // The client comes back on another transport.
    let mut polling = Polling::open(address, &sid);
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["1::"]);
}

fn who_cannot_be_upgraded_is_told_so_and_keeps_the_session() {
    let (service, _handle) = service(Server::builder());
    let address = serve(service, Upgrades::Impossible);
    let sid = handshake(address, "");
    let mut polling = Polling::open(address, &sid);
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["1::"]);
    polling.begin_poll();
    let mut http = HttpClient::open(address);
    http.send(&upgrade_request(address, &sid, ""));
    let answer = http.answer("GET");
    let expected = (426, "this connection cannot be upgraded");
    assert_eq!((answer.status, text(&answer)), expected);
    http.expect_end();
    polling.polls.connection.look();
    assert!(polling.polls.connection.unread().is_empty());
}

fn http_2_is_understood() {
    let (service, _handle) = service(Server::builder());
    let ask = |target: &str, origin: &str| {
        let request = Request::get(format!("https://chat.example{target}"))
            .version(Version::HTTP_2)
            .header(header::ORIGIN, origin)
            .body(Empty::<Bytes>::new())
            .expect("a request");
        let response = wait_for(service.clone().oneshot(request)).expect("an answer");
        let (head, body) = response.into_parts();
        let body = wait_for(body.collect()).expect("a body").to_bytes();
        (head, String::from_utf8(body.to_vec()).expect("a text"))
    };
    let (refused, _) = ask("/socket.io/1/", "https://elsewhere.example");
    assert_eq!(refused.status, 403);
    let (opened, line) = ask("/socket.io/1/", "https://chat.example");
    assert_eq!(opened.status, 200);
    let (sid, _) = line.split_once(':').expect("a handshake");
    let target = format!("/socket.io/1/xhr-polling/{sid}");
    let (polled, packets) = ask(&target, "https://chat.example");
    assert_eq!(packets, "1::");
    // Since HTTP/2, this header is a fault.
    assert!(!polled.headers.contains_key(header::CONNECTION));
    let target = format!("/socket.io/1/websocket/{sid}");
    let (refused, _) = ask(&target, "https://chat.example");
    assert_eq!(refused.status, 426);
}

fn a_response_that_nobody_takes_is_answered_again() {
    let (service, handle) = service(Server::builder());
    let ask = |target: &str| {
        let request = Request::get(target).body(Empty::<Bytes>::new());
        let request = request.expect("a request");
        wait_for(service.clone().oneshot(request)).expect("an answer")
    };
    let read = |response: http::Response<_>| {
        let body = wait_for(BodyExt::collect(response.into_body())).expect("a body");
        String::from_utf8(body.to_bytes().to_vec()).expect("a text")
    };
    let line = read(ask("/socket.io/1/"));
    let (sid, _) = line.split_once(':').expect("a handshake");
    let target = format!("/socket.io/1/xhr-polling/{sid}");
    assert_eq!(read(ask(&target)), "1::");
    let global = handle.of("").expect("the global namespace");
    assert_eq!(global.send("once").queued, 1);
    let untaken = ask(&target);
    assert_eq!(handle.connection_count(), 1);
    drop(untaken);
    assert_eq!(handle.connection_count(), 0);
    assert_eq!(read(ask(&target)), "3:::once");
    assert_eq!(global.send("another").queued, 1);
    assert_eq!(read(ask(&target)), "3:::another");
}
