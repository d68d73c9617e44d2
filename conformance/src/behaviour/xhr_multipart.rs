//! xhr-multipart: a response of parts that does not end, for whoever asks for it.

use std::time::Instant;

use socketio_server::{Namespace, Origins, ServerBuilder, Socket, Text, TransportName};

use crate::client::handshake;
use crate::http_client::{HttpClient, text};
use crate::replay::raw_http::{ReceivedResponse, read_chunk, read_head};
use crate::server::TestServer;
use crate::waiting::PATIENCE;

tests![
    each_packet_is_a_part,
    an_unknown_session_is_told_so_in_a_part_and_its_id_not_repeated,
    pages_of_allowed_origins_may_read_it,
    it_is_not_offered_by_default,
];

fn builder() -> ServerBuilder {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
    ServerBuilder::new()
        .namespace(namespace)
        .transports([TransportName::XhrMultipart])
}

/// A response, part by part.
struct Parts {
    http: HttpClient,
    head: ReceivedResponse,
    unread: String,
}

impl Parts {
    fn open(server: &TestServer, sid: &str, headers: &str) -> Self {
        let mut http = HttpClient::open(server.address);
        let target = format!("/socket.io/1/xhr-multipart/{sid}");
        http.begin("GET", &target, headers, "");
        let deadline = Instant::now() + PATIENCE;
        let head = read_head(&mut http.connection, deadline).expect("an answer");
        Self {
            http,
            head,
            unread: String::new(),
        }
    }

    #[track_caller]
    fn expect(&mut self, text: &str) {
        while self.unread.len() < text.len() && self.read() {}
        let rest = self.unread.strip_prefix(text);
        self.unread = rest.unwrap_or_else(|| panic!("{}", self.unread)).to_owned();
    }

    /// Reads on; false at the end of the response.
    fn read(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let chunk = read_chunk(&mut self.http.connection, deadline).expect("a chunk");
        let Some(chunk) = chunk else { return false };
        self.unread += &String::from_utf8(chunk).expect("UTF-8");
        true
    }
}

fn part(boundary: &str, text: &str) -> String {
    format!("Content-Type: text/plain; charset=UTF-8\r\n\r\n{text}\r\n--{boundary}\r\n")
}

fn each_packet_is_a_part() {
    let server = TestServer::start(builder());
    let answer = HttpClient::open(server.address).get("/socket.io/1/");
    let (sid, rest) = text(&answer).split_once(':').expect("a handshake");
    assert_eq!(rest, "60:60:xhr-multipart");
    let mut parts = Parts::open(&server, sid, "");
    let boundary = format!("socketio-{sid}");
    let kind = format!("multipart/x-mixed-replace;boundary=\"{boundary}\"");
    assert_eq!(parts.head.header("Content-Type"), Some(kind.as_str()));
    assert_eq!(parts.head.header("Cache-Control"), Some("no-store"));
    parts.expect(&format!("--{boundary}\r\n{}", part(&boundary, sid)));
    parts.expect(&part(&boundary, "1::"));

    let target = format!("/socket.io/1/xhr-multipart/{sid}");
    let mut posts = HttpClient::open(server.address);
    // Who does not know the id cannot end a part.
    let message = "3:::\r\n--socketio\r\n\r\n\u{1F600}";
    let answer = posts.request("POST", &target, "", message);
    assert_eq!((answer.status, text(&answer)), (200, "1"));
    parts.expect(&part(&boundary, message));

    posts.request("POST", &target, "", "0::");
    parts.expect(&part(&boundary, "0::"));
    assert!(!parts.read(), "{}", parts.unread);
}

fn an_unknown_session_is_told_so_in_a_part_and_its_id_not_repeated() {
    let server = TestServer::start(builder());
    let target = "/socket.io/1/xhr-multipart/%22x";
    let answer = HttpClient::open(server.address).get(target);
    let boundary = "socketio-unknown";
    assert!(text(&answer).starts_with(&format!("--{boundary}\r\n")));
    assert!(text(&answer).ends_with(&part(boundary, "7:::1+0")));
}

fn pages_of_allowed_origins_may_read_it() {
    let server = TestServer::start(builder().origins(Origins::any()));
    let parts = Parts::open(&server, "nobody", "Origin: http://page.example\r\n");
    let allowed = parts.head.header("Access-Control-Allow-Origin");
    assert_eq!(allowed, Some("http://page.example"));
}

fn it_is_not_offered_by_default() {
    let server = TestServer::of([]);
    let sid = handshake(server.address, "");
    assert_eq!(Parts::open(&server, &sid, "").head.status, 404);
}
