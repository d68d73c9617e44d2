//! What a server may listen on, besides one TCP address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use socketio_server::{BuildError, Listen, LocalAddr, Namespace, ServerBuilder};

use crate::client::{Client, Transport};
use crate::http_client::HttpClient;
use crate::server::{TestServer, bind, build};
use crate::waiting::{PATIENCE, eventually, wait_for};

tests![
    several_addresses_lead_to_the_same_sessions,
    one_limit_holds_for_the_connections_of_all_listeners,
    two_servers_may_share_a_port,
    without_consent_a_port_is_not_shared,
    a_listener_that_exists_already_is_taken_over,
    an_address_may_be_said_in_many_ways,
    of_several_addresses_the_first_that_can_be_had_is_taken,
    names_that_stand_for_nothing_are_errors_that_say_so,
    options_that_do_not_go_with_the_listener_are_refused,
    shutdown_ends_all_listeners,
];

const ANY_PORT: ([u8; 4], u16) = ([127, 0, 0, 1], 0);
const ANY_PORT_OF_STD: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

/// The server, and all the TCP addresses it listens on.
fn start(builder: ServerBuilder) -> (TestServer, Vec<SocketAddr>) {
    let server = build(builder).expect("a server");
    let addresses = server.local_addrs().filter_map(LocalAddr::tcp).collect();
    (TestServer::run(server), addresses)
}

fn is_served(address: SocketAddr) -> bool {
    HttpClient::open(address).get("/socket.io/1/").status == 200
}

fn several_addresses_lead_to_the_same_sessions() {
    let echoing = Namespace::global().on_message(async |socket: socketio_server::Socket| {
        let _ = socket.send("hello");
    });
    let builder = ServerBuilder::new()
        .namespace(echoing)
        .listen(Listen::tcp(ANY_PORT))
        .listen(Listen::tcp("127.0.0.1:0").backlog(16));
    let (mut server, addresses) = start(builder);
    assert_eq!(addresses.len(), 2);
    assert_ne!(addresses[0], addresses[1]);
    let sid = Client::connect(&server, Transport::Polling).sid;
    server.address = addresses[1];
    let mut resumed = Client::resume(&server, Transport::WebSocket, sid);
    resumed.send("3:::hello");
    resumed.expect("3:::hello");
}

fn one_limit_holds_for_the_connections_of_all_listeners() {
    let mut limits = socketio_server::ServerLimits::default();
    limits.connections = 1;
    let builder = ServerBuilder::new()
        .limits(limits)
        .listen(Listen::tcp(ANY_PORT))
        .listen(Listen::tcp(ANY_PORT));
    let (server, addresses) = start(builder);
    let mut first = HttpClient::open(addresses[0]);
    assert_eq!(first.get("/nowhere").status, 404);
    let mut waiting: Vec<_> = addresses.iter().copied().map(HttpClient::open).collect();
    for client in &mut waiting {
        client.begin("GET", "/nowhere", "Connection: close\r\n", "");
    }
    // The one that is served still is, and is the only one.
    assert_eq!(first.get("/nowhere").status, 404);
    assert_eq!(server.handle.connection_count(), 1);
    drop(first);
    for mut client in waiting {
        assert_eq!(client.answer("GET").status, 404);
    }
}

fn two_servers_may_share_a_port() {
    let shared = |address| ServerBuilder::new().listen(Listen::tcp(address).reuse_port(true));
    let (one, addresses) = start(shared(ANY_PORT.into()));
    let (other, _) = start(shared(addresses[0]));
    // The kernel spreads connections by the ports that they come from.
    eventually("both have had a connection", || {
        is_served(one.address);
        [&one, &other]
            .iter()
            .all(|server| server.handle.session_count() > 0)
    });
    assert!(wait_for(one.handle.shutdown(PATIENCE)));
    eventually("the other goes on alone", || is_served(other.address));
}

fn without_consent_a_port_is_not_shared() {
    let (server, addresses) = start(ServerBuilder::new().listen(Listen::tcp(ANY_PORT)));
    let again = ServerBuilder::new().listen(Listen::tcp(addresses[0]).reuse_port(true));
    let error = build(again).expect_err("a taken port");
    let text = error.to_string();
    assert!(text.contains(&server.address.to_string()), "{text}");
}

fn a_listener_that_exists_already_is_taken_over() {
    let listener = TcpListener::bind(ANY_PORT_OF_STD).expect("a port");
    let expected = listener.local_addr().expect("an address");
    let (_server, addresses) = start(ServerBuilder::new().listen(Listen::from_std(listener)));
    assert_eq!(addresses, [expected]);
    assert!(is_served(expected));
}

fn an_address_may_be_said_in_many_ways() {
    let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let text = String::from("127.0.0.1:0");
    let listens = [
        Listen::tcp("localhost:0"),
        Listen::tcp(&text),
        Listen::tcp(text),
        Listen::tcp(("localhost", 0)),
        Listen::tcp((String::from("127.0.0.1"), 0)),
        Listen::tcp((host, 0)),
        Listen::tcp(ANY_PORT),
        Listen::tcp(SocketAddr::new(host, 0)),
    ];
    let builder = listens
        .into_iter()
        .fold(ServerBuilder::new(), ServerBuilder::listen);
    let (_server, addresses) = start(builder);
    assert!(addresses.iter().copied().all(is_served), "{addresses:?}");
}

fn of_several_addresses_the_first_that_can_be_had_is_taken() {
    let taken = TcpListener::bind(ANY_PORT_OF_STD).expect("a port");
    let taken = taken.local_addr().map(|address| (taken, address));
    let (_kept, taken) = taken.expect("an address");
    let candidates = [taken, ANY_PORT.into(), ANY_PORT.into()];
    let (_server, addresses) = start(ServerBuilder::new().listen(Listen::tcp(&candidates[..])));
    assert_eq!(addresses.len(), 1);
    assert!(is_served(addresses[0]));
}

fn names_that_stand_for_nothing_are_errors_that_say_so() {
    for address in ["nowhere.invalid:1", "no port", ""] {
        let error = bind(ServerBuilder::new(), address).expect_err("no address");
        let BuildError::Listen { on, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(on, address);
    }
    let error = build(ServerBuilder::new()).expect_err("nothing to listen on");
    assert!(matches!(error, BuildError::NothingToListenOn), "{error}");
}

fn options_that_do_not_go_with_the_listener_are_refused() {
    let existing = || Listen::from_std(TcpListener::bind(ANY_PORT_OF_STD).expect("a port"));
    for (listen, misfit) in [
        (existing().backlog(1), "backlog"),
        (existing().reuse_port(true), "reuse_port"),
        (existing().v6_only(true), "v6_only"),
        #[cfg(unix)]
        (existing().mode(0o600), "mode"),
        #[cfg(unix)]
        (Listen::tcp(ANY_PORT).mode(0o600), "mode"),
        #[cfg(unix)]
        (
            Listen::unix("/nowhere/socket").reuse_port(false),
            "reuse_port",
        ),
        #[cfg(unix)]
        (Listen::unix("/nowhere/socket").keepalive(None), "keepalive"),
    ] {
        let error = build(ServerBuilder::new().listen(listen)).expect_err("a misfit");
        let BuildError::ListenOption { option, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*option, misfit);
    }
}

fn shutdown_ends_all_listeners() {
    let builder = ServerBuilder::new()
        .listen(Listen::tcp(ANY_PORT))
        .listen(Listen::tcp(ANY_PORT));
    let (server, addresses) = start(builder);
    assert!(addresses.iter().copied().all(is_served));
    assert!(wait_for(server.handle.shutdown(PATIENCE)));
    for address in addresses {
        // The port itself may have become some client's end of a connection.
        assert!(TcpStream::connect(address).is_err(), "{address} is served");
    }
}
