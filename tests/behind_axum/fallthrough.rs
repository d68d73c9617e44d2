//! What is none of Socket.IO's goes on to the application, untouched.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{get, post};
use socketio_conformance::client::{Polling, WebSocket, handshake};
use socketio_conformance::http_client::{HttpClient, text};
use socketio_conformance::replay::raw_http::{read_exactly, read_head};
use socketio_conformance::tests;
use socketio_conformance::waiting::PATIENCE;
use socketio_driver_tokio::tower::SocketIoLayer;
use socketio_driver_tokio::{BuildError, Listen, Namespace, Server, Socket, Text};
use socketio_tests::one_runtime::wait_for;
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::application;

tests![
    routes_keep_their_requests,
    whatever_no_route_wants_comes_to_the_applications_fallback,
    tunnels_are_the_applications,
    other_upgrades_are_the_applications,
    it_fits_among_other_layers,
    it_may_stand_below_a_path,
    it_may_be_a_route_of_its_own,
    settings_that_do_not_fit_are_no_layer,
];

fn layer() -> SocketIoLayer {
    let echoing = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    let built = wait_for(async { Server::builder().namespace(echoing).tower_layer() });
    built.expect("a layer").0
}

/// Says what it was asked, and gives the body back.
async fn mirror(request: Request) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    let mut response = Response::new(request.into_body());
    response
        .headers_mut()
        .insert("x-asked", asked.parse().expect("a header's value"));
    response
}

fn application() -> Router {
    Router::new()
        .route("/", get(async || "home"))
        .route("/length", post(async |body: Bytes| body.len().to_string()))
        .fallback(mirror)
}

/// A client comes in, over both kinds of transport.
#[track_caller]
fn expect_socketio(address: SocketAddr) {
    let sid = handshake(address, "");
    let mut websocket = WebSocket::open(address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    websocket.send(1, b"3:::over a websocket");
    assert_eq!(websocket.next_frame().payload, b"3:::over a websocket");
    let mut polling = Polling::open(address, &handshake(address, ""));
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["1::"]);
    polling.post("3:::posted");
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["3:::posted"]);
}

fn routes_keep_their_requests() {
    let address = application::serve(application().layer(layer()));
    let mut http = HttpClient::open(address);
    assert_eq!(text(&http.get("/")), "home");
    let body = "x".repeat(1 << 20);
    assert_eq!(text(&http.request("POST", "/length", "", &body)), "1048576");
    expect_socketio(address);
}

fn whatever_no_route_wants_comes_to_the_applications_fallback() {
    let address = application::serve(application().layer(layer()));
    let mut http = HttpClient::open(address);
    let asked = [
        ("POST", "/upload?a=b", "the body"),
        ("PUT", "/socket.iox/1/", "not below the resource"),
        ("DELETE", "/socket", ""),
        ("PROPFIND", "/a/socket.io/1/", "elsewhere"),
        ("OPTIONS", "/anything", ""),
    ];
    for (method, target, body) in asked {
        let answer = http.request(method, target, "", body);
        let line = format!("{method} {target}");
        assert_eq!(answer.header("x-asked"), Some(&*line));
        assert_eq!((answer.status, text(&answer)), (200, body));
    }
    let answer = http.request("OPTIONS", "*", "", "");
    assert_eq!(answer.header("x-asked"), Some("OPTIONS *"));
}

fn tunnels_are_the_applications() {
    let address = application::serve(application().layer(layer()));
    let mut http = HttpClient::open(address);
    let answer = http.request("CONNECT", "socket.io:1", "", "");
    assert_eq!(answer.header("x-asked"), Some("CONNECT socket.io:1"));
}

fn other_upgrades_are_the_applications() {
    async fn answer_in_another_protocol(mut request: Request) -> Response {
        let opening = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let stream = opening.await.expect("an upgrade");
            let mut stream = hyper_util::rt::TokioIo::new(stream);
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"hello").await;
        });
        Response::builder()
            .status(101)
            .header("connection", "upgrade")
            .header("upgrade", "greeting")
            .body(Body::empty())
            .expect("a response")
    }
    let application = Router::new().route("/greeting", get(answer_in_another_protocol));
    let address = application::serve(application.layer(layer()));
    let mut http = HttpClient::open(address);
    let headers = "Connection: upgrade\r\nUpgrade: greeting\r\n";
    http.begin("GET", "/greeting", headers, "");
    let deadline = Instant::now() + PATIENCE;
    let head = read_head(&mut http.connection, deadline).expect("a head");
    assert_eq!(head.status, 101);
    let greeting = read_exactly(&mut http.connection, 5, deadline).expect("a greeting");
    assert_eq!(greeting, b"hello");
}

fn it_fits_among_other_layers() {
    let stack = ServiceBuilder::new()
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::REQUEST_TIMEOUT,
            Duration::from_secs(60),
        ))
        .layer(layer())
        .layer(RequestBodyLimitLayer::new(1000));
    let address = application::serve(application().layer(stack));
    let mut http = HttpClient::open(address);
    assert_eq!(text(&http.get("/")), "home");
    let large = http.request("POST", "/length", "", &"x".repeat(1001));
    assert_eq!(large.status, 413);
    expect_socketio(address);
}

fn it_may_stand_below_a_path() {
    let nested = application().layer(layer());
    let address = application::serve(Router::new().nest("/below", nested));
    let mut http = HttpClient::open(address);
    assert_eq!(text(&http.get("/below/length?no=post")), "");
    let answer = http.get("/below/socket.io/1/");
    assert_eq!(answer.status, 200);
    assert!(text(&answer).ends_with("polling"), "{}", text(&answer));
    assert_eq!(http.get("/socket.io/1/").status, 404);
}

fn it_may_be_a_route_of_its_own() {
    let built = wait_for(async { Server::builder().tower_service() });
    let (service, _) = built.expect("a service");
    let application = Router::new()
        .route("/", get(async || "home"))
        .route_service("/socket.io/{*below}", service);
    let address = application::serve(application);
    assert_eq!(text(&HttpClient::open(address).get("/")), "home");
    let sid = handshake(address, "");
    let mut websocket = WebSocket::open(address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
}

fn settings_that_do_not_fit_are_no_layer() {
    let built = wait_for(async { Server::builder().transports([]).tower_layer() });
    assert!(matches!(built, Err(BuildError::NoTransports)), "{built:?}");
    let listening = Server::builder().listen(Listen::tcp("127.0.0.1:0"));
    let built = wait_for(async { listening.tower_layer() });
    assert!(
        matches!(built, Err(BuildError::CannotListen(_))),
        "{built:?}"
    );
}
