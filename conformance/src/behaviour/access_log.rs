//! What is told of requests and websockets to who subscribes to it.

use std::time::Duration;

use socketio_server::{ACCESS_LOG, ServerBuilder};
use tracing::level_filters::LevelFilter;

use crate::client::{Client, Polling, Transport, handshake};
use crate::http_client::HttpClient;
use crate::log_lines::{self, Lines, field};
use crate::server::TestServer;

tests![
    each_request_is_a_line,
    session_ids_are_not_given_away,
    a_websocket_is_a_line_at_each_end,
    a_poll_that_nobody_waits_for_any_more_has_no_status,
    it_is_off_unless_asked_for,
    who_is_behind_a_trusted_proxy_is_named,
];

fn start(builder: ServerBuilder, filter: LevelFilter) -> (TestServer, Lines) {
    log_lines::start(builder, ACCESS_LOG, filter)
}

fn each_request_is_a_line() {
    let builder = ServerBuilder::new().client_script("var io;");
    let (server, lines) = start(builder, LevelFilter::DEBUG);
    let mut http = HttpClient::open(server.address);
    let peer = http.connection.local_addr().to_string();
    let length = http.get("/socket.io/1/?token=secret&t=1").body.len();
    http.get("/socket.io/socket.io.js");
    http.request("POST", "/elsewhere/very/far/away?token=secret", "", "x");
    let lines = lines.first(3);
    assert_eq!(lines.len(), 3);
    let length = length.to_string();
    for (line, method, path, status, bytes) in [
        (&lines[0], "GET", "/socket.io/1/", "200", &*length),
        (&lines[1], "GET", "/socket.io/socket.io.js", "200", "7"),
        (&lines[2], "POST", "/elsewhere/very/far/away", "404", "9"),
    ] {
        assert_eq!(field(line, "message"), Some("request"));
        assert_eq!(field(line, "level"), Some("DEBUG"));
        assert_eq!(field(line, "method"), Some(method));
        assert_eq!(field(line, "path"), Some(path));
        assert_eq!(field(line, "status"), Some(status));
        assert_eq!(field(line, "bytes"), Some(bytes));
        assert_eq!(field(line, "peer"), Some(&*peer));
        assert!(field(line, "duration").is_some());
    }
    assert!(!format!("{lines:?}").contains("secret"));
}

fn session_ids_are_not_given_away() {
    let builder = ServerBuilder::new().polling_duration(Duration::from_millis(10));
    let (server, lines) = start(builder, LevelFilter::DEBUG);
    let client = Client::connect(&server, Transport::Polling);
    server.clock.run();
    let sid = client.sid.clone();
    let mut http = HttpClient::open(server.address);
    for target in [
        format!("/socket.io/1/xhr-polling/{sid}/"),
        format!("/socket.io/1/xhr-polling/{sid}/too/far"),
        format!("/socket.io/1/xhr-polling//{sid}"),
        format!("/socket.io/2/xhr-polling/{sid}"),
        format!("/socket.io/1/made-up-{sid}/{sid}"),
        format!("/socket.io/1/{sid}/xhr-polling"),
        format!("/socket.io/{sid}"),
        format!("/socket.io/1//{sid}/?disconnect=1"),
        format!("//socket.io/1/xhr-polling/{sid}"),
    ] {
        let answer = http.get(&target);
        if answer.header("Connection") == Some("close") {
            http = HttpClient::open(server.address);
        }
    }
    drop(client);
    let shown = format!("/socket.io/1/xhr-polling/{}\u{2026}", &sid[..6]);
    let lines = lines.first(11);
    assert!(lines.iter().any(|line| line["path"] == shown), "{lines:#?}");
    let told = lines.iter().filter(|line| line["path"].contains(&sid));
    assert_eq!(told.count(), 0, "{lines:#?}");
}

fn a_websocket_is_a_line_at_each_end() {
    let (server, lines) = start(ServerBuilder::new(), LevelFilter::DEBUG);
    let client = Client::connect(&server, Transport::WebSocket);
    let opened = lines.expect("websocket opened");
    assert_eq!(field(&opened, "status"), Some("101"));
    assert!(
        lines
            .all()
            .iter()
            .all(|line| line["message"] != "websocket closed")
    );
    drop(client);
    let closed = lines.expect("websocket closed");
    for name in ["method", "path", "status", "peer"] {
        assert_eq!(field(&opened, name), field(&closed, name));
    }
    assert!(field(&closed, "duration").is_some());
}

fn a_poll_that_nobody_waits_for_any_more_has_no_status() {
    let (server, lines) = start(ServerBuilder::new(), LevelFilter::DEBUG);
    let sid = handshake(server.address, "");
    let mut polling = Polling::open(server.address, &sid);
    polling.begin_poll();
    polling.end_poll();
    polling.begin_poll();
    drop(polling);
    let lines = lines.first(3);
    assert_eq!(field(&lines[2], "message"), Some("request"));
    assert_eq!(field(&lines[2], "status"), None);
    assert_eq!(field(&lines[2], "bytes"), None);
}

fn it_is_off_unless_asked_for() {
    let (server, lines) = start(ServerBuilder::new(), LevelFilter::INFO);
    drop(Client::connect(&server, Transport::WebSocket));
    server.wait_until_deserted();
    assert!(lines.all().is_empty());
}

fn who_is_behind_a_trusted_proxy_is_named() {
    let builder = ServerBuilder::new().trusted_proxies(["127.0.0.1"]);
    let (server, lines) = start(builder, LevelFilter::DEBUG);
    let mut http = HttpClient::open(server.address);
    http.request("GET", "/socket.io/", "X-Forwarded-For: 192.0.2.7\r\n", "");
    let lines = lines.first(1);
    assert_eq!(field(&lines[0], "peer"), Some("192.0.2.7:0"));
}
