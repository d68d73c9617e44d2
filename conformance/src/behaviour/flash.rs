//! Flash players: websockets under another name, and who may open them.

use std::time::Duration;

use socketio_server::{
    BuildError, FlashPolicy, FlashPorts, Listen, LocalAddr, Namespace, ServerBuilder, ServerLimits,
    Socket, Text, TransportName,
};

use crate::client::{WebSocket, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::replay::raw_websocket::TEXT;
use crate::server::{TestServer, bind, build};
use crate::waiting::{eventually, wait_for};

tests![
    a_flashsocket_is_a_websocket,
    who_asks_on_the_port_for_policies_is_answered,
    who_asks_for_something_else_there_is_not,
    who_asks_for_nothing_there_is_given_up,
    the_main_port_answers_as_well_and_goes_on_serving,
    who_says_nothing_on_the_main_port_is_given_up_there_too,
    nobody_is_waited_for_when_the_server_ends,
    without_a_policy_nobody_is_told_any,
    everybody_is_let_in_only_if_that_is_said,
];

fn policy() -> FlashPolicy {
    FlashPolicy::new().allow("page.example", [80, 443])
}

/// A server with a port for policies, and the address of that.
fn start(builder: ServerBuilder) -> (TestServer, std::net::SocketAddr) {
    let builder = builder
        .flash_policy(&policy())
        .flash_policy_listen(Listen::tcp(([127, 0, 0, 1], 0)))
        .listen(Listen::tcp(([127, 0, 0, 1], 0)));
    let server = build(builder).expect("a server");
    let policies = server.flash_policy_addrs().find_map(LocalAddr::tcp);
    (TestServer::run(server), policies.expect("a port"))
}

/// Everything that comes until the server ends the connection.
fn read_to_end(http: &mut HttpClient) -> String {
    let deadline = std::time::Instant::now() + crate::waiting::PATIENCE;
    loop {
        match http.connection.wait(deadline) {
            crate::replay::connection::Arrival::Bytes => {}
            crate::replay::connection::Arrival::End => break,
            crate::replay::connection::Arrival::Nothing => panic!("it never ended"),
        }
    }
    String::from_utf8(http.connection.unread().to_vec()).expect("UTF-8")
}

fn a_flashsocket_is_a_websocket() {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .transports([TransportName::FlashSocket]);
    let server = TestServer::start(builder);
    let sid = handshake(server.address, "");
    let mut socket = WebSocket::open_as("flashsocket", server.address, &sid);
    assert_eq!(socket.next_frame().payload, b"1::");
    socket.send(TEXT, b"3:::hello");
    assert_eq!(socket.next_frame().payload, b"3:::hello");
    let mut unknown = WebSocket::open_as("flashsocket", server.address, "nobody");
    assert_eq!(unknown.next_frame().payload, b"7:::1+0");
    unknown.expect_close(1000);
    // The other name is another transport, which was not asked for.
    let mut http = HttpClient::open(server.address);
    http.send(&upgrade_request(server.address, &sid, ""));
    assert_eq!(http.answer("GET").status, 404);
}

fn who_asks_on_the_port_for_policies_is_answered() {
    let (server, policies) = start(ServerBuilder::new());
    let mut player = HttpClient::open(policies);
    player.send("<policy-file-request/>\0");
    assert_eq!(read_to_end(&mut player), policy().document());
    // In pieces, too.
    let mut player = HttpClient::open(policies);
    for piece in ["<policy-", "file-request", "/>", "\0"] {
        player.send(piece);
    }
    assert_eq!(read_to_end(&mut player), policy().document());
    drop(player);
    server.wait_until_deserted();
}

fn who_asks_for_something_else_there_is_not() {
    let (server, policies) = start(ServerBuilder::new());
    for question in ["GET / HTTP/1.1\r\n\r\n", "<policy-file-request>\0", "\0"] {
        let mut player = HttpClient::open(policies);
        player.send(question);
        assert_eq!(read_to_end(&mut player), "", "{question}");
    }
    server.wait_until_deserted();
}

fn who_asks_for_nothing_there_is_given_up() {
    let limits = ServerLimits::default().flash_policy_timeout(Duration::from_millis(50));
    let (server, policies) = start(ServerBuilder::new().limits(limits));
    let mut silent = HttpClient::open(policies);
    let mut halting = HttpClient::open(policies);
    halting.send("<policy-file-req");
    server.clock.run();
    assert_eq!(read_to_end(&mut silent), "");
    assert_eq!(read_to_end(&mut halting), "");
    drop((silent, halting));
    server.wait_until_deserted();
}

fn the_main_port_answers_as_well_and_goes_on_serving() {
    let (server, _) = start(ServerBuilder::new());
    let mut player = HttpClient::open(server.address);
    player.send("<policy-file-request/>\0");
    assert_eq!(read_to_end(&mut player), policy().document());
    let mut http = HttpClient::open(server.address);
    for piece in ["G", "ET /socket.io/1/ HTTP/1.1\r\nHo", "st: x\r\n\r\n"] {
        http.send(piece);
    }
    assert_eq!(http.answer("GET").status, 200);
    assert_eq!(http.get("/elsewhere").status, 404);
    let sid = handshake(server.address, "");
    let mut websocket = WebSocket::open(server.address, &sid);
    assert_eq!(websocket.next_frame().payload, b"1::");
    let mut nonsense = HttpClient::open(server.address);
    nonsense.send("<policy-file-nonsense/>\r\n\r\n");
    assert_eq!(nonsense.answer("GET").status, 400);
}

fn who_says_nothing_on_the_main_port_is_given_up_there_too() {
    let limits = ServerLimits::default().request_head_timeout(Duration::from_millis(50));
    let (server, _) = start(ServerBuilder::new().limits(limits));
    let mut silent = HttpClient::open(server.address);
    let mut halting = HttpClient::open(server.address);
    halting.send("<policy-file");
    server.clock.run();
    silent.expect_end();
    halting.expect_end();
    drop(halting);
    server.wait_until_deserted();
}

fn nobody_is_waited_for_when_the_server_ends() {
    let (server, policies) = start(ServerBuilder::new());
    let mut silent = HttpClient::open(policies);
    let mut also_silent = HttpClient::open(server.address);
    eventually("both are served", || server.handle.connection_count() == 2);
    assert!(wait_for(server.handle.shutdown(crate::waiting::PATIENCE)));
    silent.expect_end();
    also_silent.expect_end();
    assert!(std::net::TcpStream::connect(policies).is_err());
}

fn without_a_policy_nobody_is_told_any() {
    let server = TestServer::of([]);
    let mut player = HttpClient::open(server.address);
    player.send("<policy-file-request/>\0");
    assert!(!read_to_end(&mut player).contains("cross-domain-policy"));
    let builder = ServerBuilder::new().flash_policy_listen(Listen::tcp("127.0.0.1:0"));
    let error = bind(builder, "127.0.0.1:0").expect_err("no policy");
    assert!(matches!(error, BuildError::NoFlashPolicy), "{error}");
}

fn everybody_is_let_in_only_if_that_is_said() {
    let document = FlashPolicy::new().document();
    assert!(!document.contains("allow-access-from"));
    let document = FlashPolicy::new().allow("*", FlashPorts::All).document();
    assert!(document.contains("domain=\"*\" to-ports=\"*\""));
}
