//! Requests for sessions that do not exist: the same whether they ever did.

use socketio_server::{Namespace, ServerBuilder, Socket};

use crate::client::{Client, Transport, WebSocket, handshake};
use crate::http_client::{HttpClient, comparable, text};
use crate::server::{SHORT, TestServer};

tests![
    a_poll_says_so_with_the_advice_to_reconnect,
    a_post_is_answered_like_any_other,
    a_websocket_opens_says_so_and_closes,
    a_forced_end_is_answered_the_same_whether_there_was_anything_to_end,
];

fn ids_of_nobody(server: &TestServer) -> Vec<String> {
    let expired = handshake(server.address, "");
    let mut ended = Client::connect(server, Transport::Polling);
    ended.send("0::");
    server.eventually("both sessions are gone", || {
        server.handle.session_count() == 0
    });
    let mut of_other_server = expired.clone();
    // Well-formed, but never given out.
    of_other_server.replace_range(0..1, if expired.starts_with('a') { "b" } else { "a" });
    vec![
        expired,
        ended.sid,
        of_other_server,
        "constructor".to_owned(),
        "__proto__".to_owned(),
        "%2e%2e".to_owned(),
        "x".repeat(500),
    ]
}

fn server() -> TestServer {
    TestServer::start(ServerBuilder::new().handshake_timeout(SHORT))
}

fn a_poll_says_so_with_the_advice_to_reconnect() {
    let server = server();
    let answers: Vec<_> = ids_of_nobody(&server)
        .iter()
        .map(|sid| HttpClient::open(server.address).get(&format!("/socket.io/1/xhr-polling/{sid}")))
        .map(comparable)
        .collect();
    assert_eq!((answers[0].status, text(&answers[0])), (200, "7:::1+0"));
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
}

fn a_post_is_answered_like_any_other() {
    let server = server();
    let mut known = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", known.sid);
    let answer = known.polling().posts.request("POST", &target, "", "2::");
    let known_answer = comparable(answer);
    assert_eq!((known_answer.status, text(&known_answer)), (200, "1"));
    known.send("0::");
    for sid in ids_of_nobody(&server) {
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        let mut http = HttpClient::open(server.address);
        let answer = http.request("POST", &target, "", "3:::hello");
        assert_eq!(comparable(answer), known_answer);
    }
}

fn a_websocket_opens_says_so_and_closes() {
    let server = server();
    for sid in ids_of_nobody(&server) {
        let mut websocket = WebSocket::open(server.address, &sid);
        let frame = websocket.next_frame();
        assert_eq!(String::from_utf8_lossy(&frame.payload), "7:::1+0");
        websocket.expect_close(1000);
    }
    server.wait_until_deserted();
}

fn a_forced_end_is_answered_the_same_whether_there_was_anything_to_end() {
    let namespace =
        Namespace::global().on_connect(async |socket: Socket| socket.send("hello").is_ok());
    let server = TestServer::of([namespace]);
    let client = Client::connect(&server, Transport::WebSocket);
    let mut http = HttpClient::open(server.address);
    let mut end =
        |sid: &str| comparable(http.get(&format!("/socket.io/1/websocket/{sid}/?disconnect")));
    let answer = end(&client.sid);
    assert_eq!((answer.status, text(&answer)), (200, ""));
    assert_eq!(end(&client.sid), answer);
    assert_eq!(end("nobody"), answer);
}
