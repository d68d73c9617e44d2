//! Beside the routes of an application.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle as ActixHandle;
use actix_web::{App, HttpServer, web};
use socketio_conformance::client::{Client, Transport, handshake};
use socketio_conformance::http_client::{HttpClient, text};
use socketio_conformance::journal::journal;
use socketio_conformance::server::TestServer;
use socketio_conformance::waiting::{PATIENCE, eventually, in_background};
use socketio_conformance::{Served, tests};
use socketio_driver_tokio::tower::SocketIoService;
use socketio_driver_tokio::{Handshake, Namespace, Server, ServerBuilder, Socket, Text};
use socketio_tests::one_runtime::wait_for;

tests![
    routes_keep_their_requests,
    the_path_is_that_of_the_server,
    handshakes_tell_where_they_come_from,
    everybody_takes_its_goodbye_before_the_application_stops,
    nothing_is_lost_with_a_client_that_vanishes_while_it_polls,
    large_messages_pass_in_both_directions,
    a_post_that_asks_for_a_websocket_is_not_half_read,
];

/// An application with a page and an upload, and the means to stop it.
fn serve(path: &'static str, service: SocketIoService) -> (SocketAddr, ActixHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let application = move || {
        App::new()
            .service(socketio_actix::scope(path, service.clone()))
            .route("/", web::get().to(async || "home"))
            .route(
                "/length",
                web::post().to(async |body: String| body.len().to_string()),
            )
    };
    let stop = wait_for(async {
        let server = HttpServer::new(application)
            .workers(1)
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(listener)
            .expect("a listener")
            .run();
        let stop = server.handle();
        tokio::spawn(server);
        stop
    });
    (address, stop)
}

fn start(path: &'static str, builder: ServerBuilder) -> (TestServer, ActixHandle) {
    let built = wait_for(async { builder.tower_service() });
    let (service, handle) = built.expect("a service");
    let (address, stop) = serve(path, service);
    (TestServer::from(Served { address, handle }), stop)
}

fn routes_keep_their_requests() {
    let (server, _stop) = start("/socket.io", Server::builder());
    let mut http = HttpClient::open(server.address);
    assert_eq!(text(&http.get("/")), "home");
    let body = "x".repeat(100_000);
    assert_eq!(text(&http.request("POST", "/length", "", &body)), "100000");
    assert_eq!(http.get("/socket.iox/1/").status, 404);
    Client::connect(&server, Transport::WebSocket);
    Client::connect(&server, Transport::Polling);
}

fn the_path_is_that_of_the_server() {
    let builder = Server::builder().resource("deep/below");
    let (server, _stop) = start("/deep/below", builder);
    let mut http = HttpClient::open(server.address);
    assert_eq!(http.get("/deep/below/1/").status, 200);
    assert_eq!(http.get("/socket.io/1/").status, 404);
}

fn handshakes_tell_where_they_come_from() {
    let (journal, pen) = journal();
    let builder = Server::builder().authorize(move |handshake: Arc<Handshake>| {
        pen.note(format_args!("{:?}", handshake.peer()));
        async { Ok(true) }
    });
    let (server, _stop) = start("/socket.io", builder);
    handshake(server.address, "");
    let noted = journal.next();
    assert!(noted.starts_with("Some(127.0.0.1:"), "{noted}");
}

fn everybody_takes_its_goodbye_before_the_application_stops() {
    let (server, stop) = start("/socket.io", Server::builder());
    let mut talking = Client::connect(&server, Transport::WebSocket);
    let mut held = Client::connect_and_poll(&server);
    let mut between = Client::connect(&server, Transport::Polling);
    let handle = server.handle.clone();
    let ended = in_background(async move {
        let complete = handle.shutdown(PATIENCE).await;
        stop.stop(true).await;
        complete
    });
    talking.expect("0::");
    talking.websocket().expect_close(1000);
    assert_eq!(held.polling().end_poll(), ["0::"]);
    let refused = HttpClient::open(server.address).get("/socket.io/1/");
    assert_eq!((refused.status, text(&refused)), (503, "shutting down"));
    between.expect("0::");
    assert!(wait_for(ended).expect("a shutdown"));
}

fn nothing_is_lost_with_a_client_that_vanishes_while_it_polls() {
    let (server, _stop) = start("/socket.io", Server::builder());
    let mut client = Client::connect_and_poll(&server);
    eventually("only one is held", || server.handle.connection_count() == 1);
    client.polling().polls = HttpClient::open(server.address);
    eventually("it is noticed", || server.handle.connection_count() == 0);
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("kept").queued, 1);
    client.expect("3:::kept");
}

fn a_post_that_asks_for_a_websocket_is_not_half_read() {
    let (server, _stop) = start("/socket.io", Server::builder());
    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    let target = format!("/socket.io/1/xhr-polling/{sid}");
    let asking = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let refused = http.request("POST", &target, asking, "3:::lost");
    assert_eq!(refused.status, 400);
    http.expect_end();
}

fn large_messages_pass_in_both_directions() {
    let echoing = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    let (server, _stop) = start("/socket.io", Server::builder().namespace(echoing));
    let mut client = Client::connect(&server, Transport::WebSocket);
    for size in [10_000, 100_000, 150_000, 400_000] {
        let message = format!("3:::{}", "x".repeat(size));
        for _ in 0..20 {
            client.send(&message);
            client.expect(&message);
        }
    }
}
