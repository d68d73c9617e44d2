//! Whose pages may talk to the server: the same on every request of every transport.

use socketio_server::{Origins, ServerBuilder};

use crate::client::{handshake, upgrade_request};
use crate::http_client::{HttpClient, text};
use crate::server::TestServer;

tests![
    by_default_only_pages_of_the_server_and_what_is_no_browser_are_let_in,
    with_two_hosts_no_page_is_the_servers_own,
    an_old_websocket_client_names_its_origin_in_another_header,
    a_list_lets_in_what_it_names,
    an_origin_without_a_name_matches_no_pattern_for_hosts,
    every_page_is_let_in_on_request,
    an_allowed_origin_is_told_to_the_browser_with_credentials,
    a_preflight_changes_nothing,
    a_farewell_from_elsewhere_ends_nothing,
];

fn server(origins: Origins) -> TestServer {
    TestServer::start(ServerBuilder::new().origins(origins))
}

/// The status of a handshake, a poll, a farewell, a post and an upgrade from this origin. The poll
/// and the farewell are for a session of nobody: one is not held, the other ends nothing.
fn statuses(server: &TestServer, sid: &str, headers: &str) -> [u16; 5] {
    let request = |method, target: &str, body| {
        let mut http = HttpClient::open(server.address);
        let answer = http.request(method, target, headers, body);
        if answer.status == 403 {
            assert_eq!(answer.header("Access-Control-Allow-Origin"), None);
        }
        answer.status
    };
    let mut websocket = HttpClient::open(server.address);
    websocket.send(&upgrade_request(server.address, sid, headers));
    [
        request("GET", "/socket.io/1/", ""),
        request("GET", "/socket.io/1/xhr-polling/nobody", ""),
        request("GET", "/socket.io/1//nobody/?disconnect=1", ""),
        request("POST", &format!("/socket.io/1/xhr-polling/{sid}"), "2::"),
        websocket.answer("GET").status,
    ]
}

const WELCOME: [u16; 5] = [200, 200, 200, 200, 101];
const REFUSED: [u16; 5] = [403; 5];

fn by_default_only_pages_of_the_server_and_what_is_no_browser_are_let_in() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    let own = format!("Origin: http://{}\r\n", server.address);
    let port = server.address.port();
    assert_eq!(statuses(&server, &sid, ""), WELCOME);
    assert_eq!(statuses(&server, &sid, &own), WELCOME);
    for origin in [
        "http://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        format!("http://127.0.0.1:{}", port ^ 1),
        "http://127.0.0.1".to_owned(),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil@{}", server.address),
        "null".to_owned(),
        "garbage in".to_owned(),
    ] {
        let headers = format!("Origin: {origin}\r\n");
        assert_eq!(statuses(&server, &sid, &headers), REFUSED, "{origin}");
    }
}

fn with_two_hosts_no_page_is_the_servers_own() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    for origin in ["evil.example".to_owned(), server.address.to_string()] {
        let headers = format!("Host: evil.example\r\nOrigin: http://{origin}\r\n");
        assert_eq!(statuses(&server, &sid, &headers), REFUSED, "{origin}");
    }
}

fn an_old_websocket_client_names_its_origin_in_another_header() {
    let server = server(Origins::same_only());
    let sid = handshake(server.address, "");
    let mut websocket = HttpClient::open(server.address);
    let headers = "Sec-WebSocket-Origin: http://evil.example\r\n";
    websocket.send(&upgrade_request(server.address, &sid, headers));
    assert_eq!(websocket.answer("GET").status, 403);
}

fn a_list_lets_in_what_it_names() {
    let server = server(Origins::list([
        "good.example:80",
        "https://safe.example",
        "*:8080",
    ]));
    let allowed = "Origin: http://good.example\r\n";
    let answer = HttpClient::open(server.address).request("GET", "/socket.io/1/", allowed, "");
    let (sid, _) = text(&answer).split_once(':').expect("a handshake");
    for (headers, expected) in [
        (allowed, WELCOME),
        ("Origin: http://GOOD.example:80\r\n", WELCOME),
        ("Origin: https://safe.example\r\n", WELCOME),
        ("Origin: http://any.example:8080\r\n", WELCOME),
        ("Referer: http://good.example/page?x\r\n", WELCOME),
        ("Origin: https://good.example\r\n", REFUSED),
        ("Origin: http://safe.example\r\n", REFUSED),
        ("Origin: http://sub.good.example\r\n", REFUSED),
        (
            "Origin: http://evil.example\r\nReferer: http://good.example/\r\n",
            REFUSED,
        ),
        ("Origin: null\r\n", REFUSED),
        ("", REFUSED),
    ] {
        assert_eq!(statuses(&server, sid, headers), expected, "{headers}");
    }
}

fn an_origin_without_a_name_matches_no_pattern_for_hosts() {
    let server = server(Origins::list(["*:80"]));
    let http =
        |headers| HttpClient::open(server.address).request("GET", "/socket.io/1/", headers, "");
    assert_eq!(http("Origin: http://any.example\r\n").status, 200);
    assert_eq!(http("Origin: null\r\n").status, 403);
}

fn every_page_is_let_in_on_request() {
    for origins in [Origins::any(), Origins::list(["*:*"])] {
        let server = server(origins);
        let sid = handshake(server.address, "");
        for headers in ["", "Origin: http://evil.example\r\n", "Origin: null\r\n"] {
            assert_eq!(statuses(&server, &sid, headers), WELCOME, "{headers}");
        }
    }
}

fn an_allowed_origin_is_told_to_the_browser_with_credentials() {
    let server = server(Origins::any());
    let sid = handshake(server.address, "");
    let poll = format!("/socket.io/1/xhr-polling/{sid}");
    for (method, target, body) in [
        ("GET", "/socket.io/1/", ""),
        ("GET", poll.as_str(), ""),
        ("POST", poll.as_str(), "2::"),
        ("OPTIONS", poll.as_str(), ""),
        ("OPTIONS", "/socket.io/1/", ""),
        ("OPTIONS", "/socket.io/1//nobody/?disconnect=1", ""),
    ] {
        let headers = "Origin: http://page.example\r\n";
        let answer = HttpClient::open(server.address).request(method, target, headers, body);
        let header = |name| answer.header(name);
        assert_eq!(answer.status, 200);
        assert_eq!(
            header("Access-Control-Allow-Origin"),
            Some("http://page.example")
        );
        assert_eq!(header("Access-Control-Allow-Credentials"), Some("true"));
        assert_eq!(header("Vary"), Some("Origin"));
    }
    let answer = HttpClient::open(server.address).get("/socket.io/1/");
    assert_eq!(answer.header("Access-Control-Allow-Origin"), None);
}

fn a_preflight_changes_nothing() {
    let server = server(Origins::any());
    let headers = "Origin: http://page.example\r\nAccess-Control-Request-Method: POST\r\n";
    let mut http = HttpClient::open(server.address);
    let answer = http.request("OPTIONS", "/socket.io/1/", headers, "");
    assert_eq!(
        answer.header("Access-Control-Allow-Methods"),
        Some("GET, POST, OPTIONS")
    );
    assert_eq!(server.handle.session_count(), 0);

    let sid = handshake(server.address, "");
    let mut http = HttpClient::open(server.address);
    let farewell = format!("/socket.io/1//{sid}/?disconnect=1");
    http.request("OPTIONS", &farewell, headers, "");
    assert_eq!(server.handle.session_count(), 1);
}

fn a_farewell_from_elsewhere_ends_nothing() {
    let server = server(Origins::same_only());
    let sid = handshake(server.address, "");
    let farewell = format!("/socket.io/1//{sid}/?disconnect=1");
    let mut http = HttpClient::open(server.address);
    let refused = http.request("GET", &farewell, "Origin: http://evil.example\r\n", "");
    assert_eq!((refused.status, text(&refused)), (403, "bad origin"));
    assert_eq!(server.handle.session_count(), 1);
    let mut http = HttpClient::open(server.address);
    assert_eq!(http.get(&farewell).status, 200);
    assert_eq!(server.handle.session_count(), 0);
}
