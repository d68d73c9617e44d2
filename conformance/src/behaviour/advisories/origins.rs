//! Pages of other sites: what a browser sends along on their behalf counts for nothing.

use socketio_server::{Origins, ServerBuilder, TransportName};

use super::{HTTP_TRANSPORTS, WEBSOCKETS};
use crate::client::{Client, Transport, handshake, upgrade_request};
use crate::http_client::HttpClient;
use crate::replay::raw_http::ReceivedResponse;
use crate::server::TestServer;

tests![
    cve_2020_28481_no_other_origin_is_let_in_by_default,
    cve_2019_13611_websockets_are_asked_for_their_origin,
    only_the_origin_that_was_checked_is_told_to_be_allowed,
    an_origin_with_line_ends_in_it_is_no_request,
];

fn server(origins: Option<Origins>) -> TestServer {
    let builder = ServerBuilder::new().transports(TransportName::ALL);
    TestServer::start(match origins {
        Some(origins) => builder.origins(origins),
        None => builder,
    })
}

fn ask(server: &TestServer, method: &str, target: &str, headers: &str) -> ReceivedResponse {
    HttpClient::open(server.address).request(method, target, headers, "")
}

/// Nothing that a browser would take for leave to show the answer to a page.
#[track_caller]
fn expect_refused(answer: &ReceivedResponse, what: &str) {
    assert_eq!(answer.status, 403, "{what}");
    let told = answer.headers.iter();
    let told = told.filter(|(name, _)| name.to_ascii_lowercase().starts_with("access-control"));
    assert_eq!(told.count(), 0, "{what}: {answer:?}");
}

/// As browsers name pages that are not the server's: also those that hide, and very old ones.
const STRANGERS: [&str; 5] = [
    "Origin: http://evil.example\r\n",
    "Origin: null\r\n",
    "Referer: http://evil.example/page\r\n",
    "Sec-WebSocket-Origin: http://evil.example\r\n",
    "Origin: http://evil.example\r\nReferer: http://own.example/\r\n",
];

fn cve_2020_28481_no_other_origin_is_let_in_by_default() {
    let server = server(None);
    let client = Client::connect(&server, Transport::Polling);
    let (sid, count) = (client.sid, server.handle.session_count());
    for stranger in STRANGERS {
        let credentials = format!("Cookie: login=1\r\n{stranger}");
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = ask(&server, method, "/socket.io/1/", &credentials);
            expect_refused(&answer, stranger);
            for transport in HTTP_TRANSPORTS {
                let target = format!("/socket.io/1/{transport}/{sid}");
                let answer = ask(&server, method, &target, &credentials);
                expect_refused(&answer, &format!("{method} {transport}, {stranger}"));
            }
        }
    }
    assert_eq!(server.handle.session_count(), count);
}

fn cve_2019_13611_websockets_are_asked_for_their_origin() {
    let server = server(None);
    let sid = handshake(server.address, "");
    for name in WEBSOCKETS {
        for stranger in STRANGERS {
            let request = upgrade_request(server.address, &sid, stranger);
            let request = request.replacen("/websocket/", &format!("/{name}/"), 1);
            let mut http = HttpClient::open(server.address);
            http.send(&request);
            expect_refused(&http.answer("GET"), &format!("{name}, {stranger}"));
        }
    }
    // Nobody has touched the session, which is still its owner's.
    let own = format!("Origin: http://{}\r\n", server.address);
    let mut http = HttpClient::open(server.address);
    http.send(&upgrade_request(server.address, &sid, &own));
    assert_eq!(http.answer("GET").status, 101);
}

fn only_the_origin_that_was_checked_is_told_to_be_allowed() {
    let server = server(Some(Origins::list(["http://good.example"])));
    let good = "Origin: http://good.example\r\n";
    let answer = ask(&server, "GET", "/socket.io/1/", good);
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("Access-Control-Allow-Origin", "http://good.example"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    // Which of two was meant, nobody knows.
    for pair in [
        ["http://good.example", "http://evil.example"],
        ["http://evil.example", "http://good.example"],
    ] {
        let headers = pair.map(|origin| format!("Origin: {origin}\r\n")).concat();
        let answer = ask(&server, "GET", "/socket.io/1/", &headers);
        expect_refused(&answer, &headers);
    }
    for headers in [
        "Origin: http://good.example.evil.example\r\n",
        "Origin: http://evil.example/http://good.example\r\n",
        "Origin: http://good.example@evil.example\r\n",
        "Origin: http://evil.example#http://good.example\r\n",
        "Origin: http://good.example:80@evil.example\r\n",
        "Referer: http://evil.example/?http://good.example/\r\n",
    ] {
        let answer = ask(&server, "GET", "/socket.io/1/", headers);
        expect_refused(&answer, headers);
    }
}

fn an_origin_with_line_ends_in_it_is_no_request() {
    let server = TestServer::listening(ServerBuilder::new().origins(Origins::any()));
    for end in ["\r", "\u{0}", "\r\n Set-Cookie: a=b"] {
        let headers = format!("Origin: http://page.example{end}x\r\n");
        let answer = ask(&server, "GET", "/socket.io/1/", &headers);
        assert_eq!(answer.status, 400, "{end:?}");
        assert!(!format!("{answer:?}").contains("page.example"), "{end:?}");
    }
    assert_eq!(server.handle.session_count(), 0);
}
