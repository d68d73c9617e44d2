//! The example that is made of the pure crates alone, with an event loop of its own.

#[cfg(unix)]
mod accepting;
mod flood;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use socketio_conformance::clients::{PLAYED, reconnects};
use socketio_conformance::http_client::{HttpClient, text};
use socketio_conformance::waiting::eventually;

use crate::browser::{self, Example};
use crate::node;

const PACKAGE: &str = "socketio-own-loop";

fn start(options: &[&str]) -> Example {
    Example::run(&["-p", PACKAGE], options)
}

/// One process for all, so that what one leaves behind would be in the way of the next.
fn plays_every_scenario(transport: &str) {
    let (open, authorized) = (start(&[]), start(&["--token", "sesame"]));
    for scenario in PLAYED {
        let server = match *scenario {
            "handshake-authorization" => &authorized,
            _ => &open,
        };
        let arguments = [scenario, "--url", &server.url, "--transport", transport];
        node::run("run-scenario.js", &arguments);
    }
}

#[test]
fn every_scenario_over_websocket() {
    plays_every_scenario("websocket");
}

#[test]
fn every_scenario_over_xhr_polling() {
    plays_every_scenario("xhr-polling");
}

/// The process is killed, and another one started on its port.
fn comes_back(transport: &str) {
    let start = |address: SocketAddr| start(&["--port", &address.port().to_string()]);
    let url_of = |example: &Example| example.url.clone();
    reconnects("run-scenario.js", transport, start, url_of);
}

#[test]
fn the_client_comes_back_over_websocket() {
    comes_back("websocket");
}

#[test]
fn the_client_comes_back_over_xhr_polling() {
    comes_back("xhr-polling");
}

#[test]
fn two_tabs_shout_over_two_transports() {
    let transports = "websocket,xhr-polling";
    browser::play_on("own-loop", "shout", || start(&[]), transports);
}

/// What it is an example of: nothing but sockets below the pure crates.
#[test]
fn no_runtime_stands_in_its_tree() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", PACKAGE, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--target", "all"])
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).expect("names");
    let packages: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(packages.contains(&"socketio-session"), "{packages:?}");
    let server = ["socketio-server", "tokio", "async-std", "smol", "hyper"];
    let families = ["async-", "futures-", "tokio-", "hyper-", "socketio-driver-"];
    let strangers: Vec<&&str> = packages
        .iter()
        .filter(|name| {
            server.contains(name) || families.iter().any(|family| name.starts_with(family))
        })
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

fn address(example: &Example) -> SocketAddr {
    let host = example.url.strip_prefix("http://").expect("an address");
    host.parse().expect("an address")
}

/// More than anything here takes.
const GENEROUS: Duration = Duration::from_secs(60);

/// A connection on which a request was sent, with more headers and a body behind its first line.
fn ask(example: &Example, line: &str, rest: &str) -> TcpStream {
    let host = address(example);
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(GENEROUS)).expect("a time");
    let request = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{rest}");
    // A server that has seen enough may refuse before it has taken all.
    let _ = stream.write_all(request.as_bytes());
    stream
}

/// The status and the body of the answer to that.
fn answer(example: &Example, line: &str, rest: &str) -> (u16, String) {
    whole_answer(ask(example, line, rest))
}

fn whole_answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}

const NO_MORE: &str = "\r\n";

fn shakes_hands(example: &Example) -> String {
    let (status, line) = answer(example, "GET /socket.io/1/", NO_MORE);
    assert_eq!(status, 200);
    assert!(line.ends_with(":60:60:websocket,xhr-polling"), "{line}");
    line.split(':').next().expect("an id").to_owned()
}

#[test]
fn pages_of_other_origins_are_refused() {
    let example = start(&[]);
    let poll = format!("GET /socket.io/1/xhr-polling/{}", shakes_hands(&example));
    let own = format!("Origin: {}\r\n\r\n", example.url);
    for other in [
        "Origin: http://elsewhere.example\r\n\r\n",
        "Origin: null\r\n\r\n",
        "Referer: http://elsewhere.example/127.0.0.1\r\n\r\n",
        "Host: elsewhere.example\r\nOrigin: http://elsewhere.example\r\n\r\n",
    ] {
        for line in ["GET /socket.io/1/", &poll] {
            let (status, text) = answer(&example, line, other);
            assert_eq!((status, text.as_str()), (403, "bad origin"), "{other}");
        }
    }
    assert_eq!(answer(&example, "GET /socket.io/1/", &own).0, 200);
    assert_eq!(answer(&example, &poll, &own), (200, String::from("1::")));
}

#[test]
fn unknown_sessions_are_told_to_begin_anew() {
    let example = start(&[]);
    for id in ["00000000000000000000AAAA", "constructor"] {
        let path = format!("/socket.io/1/xhr-polling/{id}");
        let poll = answer(&example, &format!("GET {path}"), NO_MORE);
        assert_eq!(poll, (200, String::from("7:::1+0")));
        let post = answer(
            &example,
            &format!("POST {path}"),
            "Content-Length: 4\r\n\r\n3::x",
        );
        assert_eq!(post, (200, String::from("1")));
        let end = answer(&example, &format!("GET {path}?disconnect=1"), NO_MORE);
        assert_eq!(end, (200, String::new()));
    }
}

#[test]
fn what_is_no_good_is_refused() {
    let example = start(&[]);
    let post = format!("POST /socket.io/1/xhr-polling/{}", shakes_hands(&example));
    let padding = format!("X-Padding: {}\r\n\r\n", "x".repeat(20_000));
    for (line, rest, expected) in [
        (
            post.as_str(),
            "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (&post, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (&post.replace("POST", "PUT"), NO_MORE, 405),
        ("GET /", &padding, 431),
        ("G@T /", NO_MORE, 400),
        ("GET /elsewhere", NO_MORE, 404),
        ("GET /socket.io/2/", NO_MORE, 500),
        ("GET /socket.io/1/jsonp-polling/x", NO_MORE, 404),
        ("GET /socket.io/1/websocket/x", NO_MORE, 426),
    ] {
        assert_eq!(
            answer(&example, line, rest).0,
            expected,
            "{line} {rest:.60}"
        );
    }
    // The session has not suffered.
    let post = answer(&example, &post, "Content-Length: 4\r\n\r\n3::x");
    assert_eq!(post, (200, String::from("1")));
}

#[test]
fn a_body_that_is_too_large_ends_the_session() {
    let example = start(&[]);
    let path = format!("/socket.io/1/xhr-polling/{}", shakes_hands(&example));
    let poll = format!("GET {path}");
    assert_eq!(answer(&example, &poll, NO_MORE).1, "1::");
    let post = format!("POST {path}");
    let length = "Content-Length: 2000000\r\n\r\n";
    assert_eq!(answer(&example, &post, length).0, 413);
    assert_eq!(answer(&example, &poll, NO_MORE).1, "7:::1+0");
}

#[cfg(unix)]
#[test]
fn an_interrupt_says_goodbye() {
    let mut example = start(&[]);
    let poll = format!("GET /socket.io/1/xhr-polling/{}", shakes_hands(&example));
    assert_eq!(answer(&example, &poll, NO_MORE).1, "1::");
    let held = ask(&example, &poll, NO_MORE);
    // Another request on the way shows that the one before has been taken.
    assert_eq!(answer(&example, "GET /", NO_MORE).0, 200);
    assert!(example.is_content_when_interrupted());
    assert_eq!(whole_answer(held), (200, String::from("0::")));
}

#[cfg(unix)]
#[test]
fn nobody_gets_a_session_of_a_server_that_is_ending() {
    let mut example = start(&[]);
    let server = address(&example);
    let poll = format!("/socket.io/1/xhr-polling/{}", shakes_hands(&example));
    let (mut known, mut late) = (HttpClient::open(server), HttpClient::open(server));
    assert_eq!(text(&known.get(&poll)), "1::");
    assert_eq!(late.get("/").status, 200);
    let ending = std::thread::spawn(move || example.is_content_when_interrupted());
    eventually("nobody is accepted", || TcpStream::connect(server).is_err());
    let answer = late.get("/socket.io/1/");
    assert_eq!((answer.status, text(&answer)), (503, "shutting down"));
    // As long as its goodbye was not fetched, the server has waited.
    assert_eq!(text(&known.get(&poll)), "0::");
    drop((known, late));
    assert!(ending.join().expect("an answer"));
}
