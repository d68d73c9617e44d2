//! Polls that are scripts, posts that are forms, and who may have them.

use socketio_server::{Namespace, Origins, ServerBuilder, Socket, Text};

use crate::client::{Client, Polling, Transport, form, handshake, script_argument};
use crate::http_client::{HttpClient, text};
use crate::replay::raw_http::ReceivedResponse;
use crate::server::TestServer;

tests![
    a_handshake_can_be_a_script,
    an_index_that_is_none_gets_a_plain_answer,
    refusals_are_error_objects,
    whatever_is_said_arrives_both_ways,
    scripts_hold_nothing_that_ends_them,
    forms_that_say_nothing_are_answered_and_ignored,
    unknown_sessions_are_told_so_in_a_script,
    a_session_may_go_from_one_kind_of_poll_to_the_other,
    pages_of_other_sites_get_no_script_by_default,
    a_page_that_hides_gets_no_script_either,
    pages_that_are_listed_get_theirs,
    other_methods_have_no_meaning,
];

fn echoing() -> Namespace {
    Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
}

/// As a page of the server's own.
fn get(server: &TestServer, target: &str) -> ReceivedResponse {
    let mut http = HttpClient::open(server.address);
    let headers = http.referer();
    http.request("GET", target, &headers, "")
}

fn a_handshake_can_be_a_script() {
    let server = TestServer::of([]);
    let answer = get(&server, "/socket.io/1/?t=1&jsonp=12");
    assert_eq!(answer.status, 200);
    let line = script_argument(text(&answer), 12);
    let (sid, rest) = line.split_once(':').expect("a handshake");
    assert!(rest.starts_with("60:60:"), "{line}");
    for (name, value) in [
        ("Content-Type", Some("application/javascript")),
        ("X-Content-Type-Options", Some("nosniff")),
        ("Cache-Control", Some("no-store")),
        ("Access-Control-Allow-Origin", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let mut client = Client::resume(&server, Transport::Jsonp, sid.to_owned());
    client.send("2::");
}

fn an_index_that_is_none_gets_a_plain_answer() {
    let server = TestServer::of([]);
    for index in [
        "",
        "x",
        "1]%3Balert(1)//",
        "-1",
        "0x1",
        "99999999999999999999",
    ] {
        let answer = get(&server, &format!("/socket.io/1/?jsonp={index}"));
        assert_eq!(answer.header("Content-Type"), Some("text/plain"), "{index}");
        assert!(!text(&answer).contains("io.j"), "{index}");
    }
}

fn refusals_are_error_objects() {
    let builder = ServerBuilder::new().authorize(async |_| Ok(false));
    let server = TestServer::start(builder);
    let answer = get(&server, "/socket.io/1/?jsonp=4");
    let script = r#"io.j[4](new Error("handshake unauthorized"));"#;
    assert_eq!((answer.status, text(&answer)), (200, script));
}

fn whatever_is_said_arrives_both_ways() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Jsonp);
    for message in [
        "it's \"quoted\" \\ \\n \n\r\n\t\u{0}",
        "</script><!--<script>",
        "\u{2028}\u{2029}\u{FFFD}5\u{FFFD}\u{1F600}é",
        "a+b&c=d%41%zz",
    ] {
        let packet = format!("3:::{message}");
        client.send_together(&[&packet, &packet]);
        client.expect(&packet);
        client.expect(&packet);
    }
}

fn scripts_hold_nothing_that_ends_them() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Jsonp);
    client.send("3:::</script>\u{2028}");
    let target = format!("/socket.io/1/jsonp-polling/{}?i=0", client.sid);
    let answer = get(&server, &target);
    assert_eq!(text(&answer), r#"io.j[0]("3:::\u003c/script>\u2028");"#);
    for (name, value) in [
        ("Content-Type", Some("text/javascript; charset=UTF-8")),
        ("X-XSS-Protection", Some("0")),
        ("X-Content-Type-Options", Some("nosniff")),
        ("Cache-Control", Some("no-store")),
        ("Access-Control-Allow-Origin", None),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
}

fn forms_that_say_nothing_are_answered_and_ignored() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Jsonp);
    let target = format!("/socket.io/1/jsonp-polling/{}", client.sid);
    for body in [
        "",
        "d",
        "d=",
        "d=null",
        "d=5",
        "d=[]",
        "d=3:::raw",
        "e=%22x%22",
        "d=%22x",
        "%",
        "&&=&",
    ] {
        let answer = HttpClient::open(server.address).request("POST", &target, "", body);
        assert_eq!((answer.status, text(&answer)), (200, "1"), "{body}");
    }
    client.send("3:::still there");
    client.expect("3:::still there");
}

fn unknown_sessions_are_told_so_in_a_script() {
    let server = TestServer::of([]);
    let answer = get(&server, "/socket.io/1/jsonp-polling/nobody?i=7");
    assert_eq!(
        (answer.status, text(&answer)),
        (200, r#"io.j[7]("7:::1+0");"#)
    );
    let target = "/socket.io/1/jsonp-polling/nobody";
    let answer = HttpClient::open(server.address).request("POST", target, "", &form("3:::x"));
    assert_eq!((answer.status, text(&answer)), (200, "1"));
}

fn a_session_may_go_from_one_kind_of_poll_to_the_other() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect_and_poll(&server);
    let mut other = Polling::open_jsonp(server.address, &client.sid);
    other.begin_poll();
    assert_eq!(other.end_poll(), ["1::"]);
    assert_eq!(client.polling().end_poll(), ["8::"]);
    client.polling().post("3:::x");
    other.begin_poll();
    assert_eq!(other.end_poll(), ["3:::x"]);
}

/// The statuses of a handshake by script, of a poll for a session of nobody, and of a post.
fn statuses(server: &TestServer, headers: &str) -> [u16; 3] {
    let handshake = "/socket.io/1/?jsonp=0";
    let target = "/socket.io/1/jsonp-polling/nobody?i=0";
    [
        ("GET", handshake, String::new()),
        ("GET", target, String::new()),
        ("POST", target, form("2::")),
    ]
    .map(|(method, target, body)| {
        let answer = HttpClient::open(server.address).request(method, target, headers, &body);
        let refused = text(&answer) == r#"io.j[0](new Error("handshake bad origin"));"#;
        if refused { 403 } else { answer.status }
    })
}

fn pages_of_other_sites_get_no_script_by_default() {
    let server = TestServer::of([]);
    let own = format!("http://{}", server.address);
    for headers in [
        format!("Origin: {own}\r\n"),
        format!("Referer: {own}/some/page?x=http://evil.example/\r\n"),
    ] {
        assert_eq!(statuses(&server, &headers), [200; 3], "{headers}");
    }
    for headers in [
        "Origin: http://evil.example\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        "Referer: http://evil.example/page\r\n".to_owned(),
        format!("Referer: http://evil.example/{own}\r\n"),
        format!("Referer: http://evil.example?{own}\r\n"),
        format!("Origin: http://evil.example\r\nReferer: {own}/\r\n"),
    ] {
        assert_eq!(statuses(&server, &headers), [403; 3], "{headers}");
    }
    assert_eq!(server.handle.session_count(), 2);
}

fn a_page_that_hides_gets_no_script_either() {
    let server = TestServer::of([]);
    // Whoever posts without an origin is no browser, or one that is too old to name it.
    assert_eq!(statuses(&server, ""), [403, 403, 200]);
    for (site, expected) in [
        ("cross-site", [403, 403, 200]),
        ("same-site", [403, 403, 200]),
        ("none", [403, 403, 200]),
        ("same-origin", [200; 3]),
    ] {
        let headers = format!("Sec-Fetch-Site: {site}\r\n");
        assert_eq!(statuses(&server, &headers), expected, "{site}");
    }
}

fn pages_that_are_listed_get_theirs() {
    let origins = Origins::list(["http://good.example"]);
    let server = TestServer::start(ServerBuilder::new().origins(origins));
    for (headers, expected) in [
        ("Referer: http://good.example/page\r\n", [200; 3]),
        ("Origin: http://good.example\r\n", [200; 3]),
        ("Referer: http://evil.example/page\r\n", [403; 3]),
        ("", [403; 3]),
    ] {
        assert_eq!(statuses(&server, headers), expected, "{headers}");
    }
    let server = TestServer::start(ServerBuilder::new().origins(Origins::any()));
    assert_eq!(statuses(&server, ""), [200; 3]);
}

fn other_methods_have_no_meaning() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    let target = format!("/socket.io/1/jsonp-polling/{sid}?i=0");
    for (method, status) in [("HEAD", 405), ("PUT", 405), ("OPTIONS", 200)] {
        let answer = HttpClient::open(server.address).request(method, &target, "", "");
        assert_eq!(answer.status, status, "{method}");
    }
    // None of them took the session up.
    Client::resume(&server, Transport::Jsonp, sid);
}
