//! Where a request comes from, if proxies are trusted to say so.

use socketio_server::{BuildError, PeerShare, ServerBuilder, ServerLimits};

use crate::client::handshake;
use crate::http_client::HttpClient;
use crate::journal::{Journal, journal};
use crate::server::{TestServer, bind};

tests![
    nobody_is_believed_by_default,
    the_last_address_that_no_trusted_proxy_has_is_the_clients,
    what_is_malformed_is_not_guessed_at,
    several_lines_count_as_one,
    connections_of_trusted_proxies_are_not_counted_as_one_peers,
    only_addresses_networks_and_unix_can_be_trusted,
];

/// A server that notes whom it takes its clients for.
fn noting(builder: ServerBuilder) -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let builder = builder.authorize(move |handshake| {
        match handshake.peer() {
            Some(peer) if peer.ip().is_loopback() => pen.note(peer.ip()),
            Some(peer) => pen.note(peer),
            None => pen.note("nobody"),
        }
        async { Ok(true) }
    });
    (TestServer::start(builder), journal)
}

/// Whom the server takes somebody for who sends these lines.
fn taken_for(server: &TestServer, journal: &Journal, lines: &[&str]) -> String {
    let headers: String = lines
        .iter()
        .map(|line| format!("X-Forwarded-For: {line}\r\n"))
        .collect();
    let answer = HttpClient::open(server.address).request("GET", "/socket.io/1/", &headers, "");
    assert_eq!(answer.status, 200);
    journal.next()
}

fn nobody_is_believed_by_default() {
    let (server, journal) = noting(ServerBuilder::new());
    let taken_for = taken_for(&server, &journal, &["192.0.2.1"]);
    assert_eq!(taken_for, "127.0.0.1");
    let (server, journal) = noting(ServerBuilder::new().trusted_proxies(["10.0.0.0/8", "unix"]));
    let taken_for = self::taken_for(&server, &journal, &["192.0.2.1"]);
    assert_eq!(taken_for, "127.0.0.1");
}

fn the_last_address_that_no_trusted_proxy_has_is_the_clients() {
    let trusted = ["127.0.0.0/8", "10.1.0.0/16", "2001:db8:ffff::/48"];
    let (server, journal) = noting(ServerBuilder::new().trusted_proxies(trusted));
    for (line, client) in [
        ("192.0.2.1", "192.0.2.1:0"),
        ("192.0.2.1, 10.1.2.3", "192.0.2.1:0"),
        ("192.0.2.9, 192.0.2.1,10.1.2.3 , 10.1.2.4", "192.0.2.1:0"),
        ("192.0.2.1, 10.2.0.1", "10.2.0.1:0"),
        ("10.1.2.3, 10.1.2.4", "10.1.2.3:0"),
        ("192.0.2.1:4711", "192.0.2.1:4711"),
        ("2001:db8::1, 2001:db8:ffff:1::2", "[2001:db8::1]:0"),
        ("[2001:db8::1]", "[2001:db8::1]:0"),
        ("[2001:db8::1]:4711", "[2001:db8::1]:4711"),
        ("::ffff:192.0.2.1, ::ffff:10.1.2.3", "192.0.2.1:0"),
    ] {
        assert_eq!(taken_for(&server, &journal, &[line]), client, "{line}");
    }
    handshake(server.address, "");
    journal.expect("127.0.0.1");
}

fn what_is_malformed_is_not_guessed_at() {
    let trusted = ["127.0.0.1", "10.0.0.1"];
    let (server, journal) = noting(ServerBuilder::new().trusted_proxies(trusted));
    for (line, client) in [
        ("", "127.0.0.1"),
        ("192.0.2.1,", "127.0.0.1"),
        ("192.0.2.1, unknown", "127.0.0.1"),
        ("192.0.2.1, _hidden, 10.0.0.1", "10.0.0.1:0"),
        ("192.0.2.1 10.0.0.1", "127.0.0.1"),
        ("192.0.2.256", "127.0.0.1"),
        ("192.0.2.1:70000", "127.0.0.1"),
        ("192.0.2.1/24", "127.0.0.1"),
        ("\u{661}92.0.2.1", "127.0.0.1"),
        ("fe80::1%eth0", "127.0.0.1"),
    ] {
        assert_eq!(taken_for(&server, &journal, &[line]), client, "{line}");
    }
}

fn several_lines_count_as_one() {
    let (server, journal) = noting(ServerBuilder::new().trusted_proxies(["127.0.0.1"]));
    for (lines, client) in [
        (["192.0.2.1", "192.0.2.2"], "192.0.2.2:0"),
        (["192.0.2.1, 192.0.2.2", "127.0.0.1"], "192.0.2.2:0"),
    ] {
        assert_eq!(taken_for(&server, &journal, &lines), client, "{lines:?}");
    }
}

fn connections_of_trusted_proxies_are_not_counted_as_one_peers() {
    let limits = ServerLimits::default().connections_per_peer(PeerShare::AtMost(1));
    let builder = ServerBuilder::new().limits(limits);
    let server = TestServer::listening(builder.trusted_proxies(["127.0.0.1"]));
    let mut connections: Vec<_> = (0..3).map(|_| HttpClient::open(server.address)).collect();
    for http in &mut connections {
        assert_eq!(http.get("/socket.io/1/").status, 200);
    }
}

fn only_addresses_networks_and_unix_can_be_trusted() {
    for proxy in [
        "",
        "localhost",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/",
        "/8",
        "10.0.0.0/-1",
        "Unix",
        "10.0.0.1:80",
    ] {
        let builder = ServerBuilder::new().trusted_proxies(["10.0.0.0/0", "::/128", proxy]);
        let error = bind(builder, "127.0.0.1:0").expect_err("nothing to trust");
        assert!(
            matches!(&error, BuildError::TrustedProxy(named) if named == proxy),
            "{error}"
        );
    }
}
