//! Requests for websockets that are none of Socket.IO's.

use bytes::Bytes;
use http::Response;
use socketio_server::ServerBuilder;

use crate::http_client::{HttpClient, text};
use crate::server::TestServer;

tests![they_are_refused, the_application_may_answer_them_instead,];

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: WebSocket\r\n";

fn they_are_refused() {
    let page = |_: &_| Response::new(Bytes::from_static(b"page"));
    let server = TestServer::start(ServerBuilder::new().fallback(page));
    let mut http = HttpClient::open(server.address);
    assert_eq!(text(&http.get("/elsewhere")), "page");
    // Somebody who would like another HTTP can do without.
    let other = "Connection: Upgrade\r\nUpgrade: h2c\r\n";
    assert_eq!(text(&http.request("GET", "/elsewhere", other, "")), "page");
    let refused = http.request("GET", "/elsewhere", UPGRADE, "");
    assert_eq!(refused.status, 404);
    http.expect_end();
}

fn the_application_may_answer_them_instead() {
    let page = |_: &_| Response::new(Bytes::from_static(b"page"));
    let builder = ServerBuilder::new()
        .fallback(page)
        .refuse_other_upgrades(false);
    let server = TestServer::start(builder);
    let mut http = HttpClient::open(server.address);
    let answer = http.request("GET", "/elsewhere", UPGRADE, "");
    assert_eq!((answer.status, text(&answer)), (200, "page"));
}
