//! A client on any transport, packet by packet.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use crate::htmlfile_client::HtmlFile;
use crate::http_client::{HttpClient, text};
use crate::replay::connection::Connection;
use crate::replay::payload::packets;
use crate::replay::raw_http::read_head;
use crate::replay::raw_websocket::{CLOSE, ReceivedFrame, TEXT, frame_bytes, read_frame};
use crate::server::TestServer;
use crate::waiting::PATIENCE;

/// How a client is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// One websocket.
    WebSocket,
    /// xhr-polling, on two connections.
    Polling,
    /// jsonp-polling, on two connections.
    Jsonp,
    /// A stream, and posts beside it.
    HtmlFile,
}

/// Runs a test once on each transport.
pub fn on_each_transport(test: impl Fn(Transport)) {
    test(Transport::WebSocket);
    test(Transport::Polling);
    test(Transport::Jsonp);
    test(Transport::HtmlFile);
}

/// A client that was greeted.
pub struct Client {
    /// Its session's id.
    pub sid: String,
    transport: Transport,
    line: Line,
}

enum Line {
    WebSocket(WebSocket),
    Polling(Polling),
    HtmlFile(HtmlFile),
}

impl Client {
    /// Connects and is greeted.
    pub fn connect(server: &TestServer, transport: Transport) -> Self {
        Self::resume(server, transport, handshake(server.address, ""))
    }

    /// With a query and headers in the handshake.
    pub fn connect_saying(server: &TestServer, query: &str, headers: &str) -> Self {
        let sid = handshake_saying(server.address, query, headers);
        Self::resume(server, Transport::WebSocket, sid)
    }

    /// Takes up a session and is greeted.
    pub fn resume(server: &TestServer, transport: Transport, sid: String) -> Self {
        let mut client = Self::resume_ungreeted(server, transport, sid);
        client.expect("1::");
        client
    }

    /// Takes up a session on a transport of the same name as before.
    pub fn resume_ungreeted(server: &TestServer, transport: Transport, sid: String) -> Self {
        let line = match transport {
            Transport::WebSocket => Line::WebSocket(WebSocket::open(server.address, &sid)),
            Transport::Polling => Line::Polling(Polling::open(server.address, &sid)),
            Transport::Jsonp => Line::Polling(Polling::open_jsonp(server.address, &sid)),
            Transport::HtmlFile => Line::HtmlFile(HtmlFile::open(server.address, &sid)),
        };
        Self {
            sid,
            transport,
            line,
        }
    }

    /// Connects, and begins a poll that is certain to be held.
    pub fn connect_and_poll(server: &TestServer) -> Self {
        let mut client = Self::connect(server, Transport::Polling);
        let sid = client.sid.clone();
        let polling = client.polling();
        polling.begin_poll();
        let mut other = Polling::open(server.address, &sid);
        other.begin_poll();
        // The one that came first is released by the other, which is held.
        let deadline = Instant::now() + PATIENCE;
        loop {
            polling.polls.connection.look();
            other.polls.connection.look();
            if !polling.polls.connection.unread().is_empty() {
                std::mem::swap(&mut polling.polls, &mut other.polls);
            }
            if !other.polls.connection.unread().is_empty() {
                assert_eq!(other.end_poll(), ["8::"]);
                return client;
            }
            assert!(Instant::now() < deadline, "no poll was released");
        }
    }

    /// Connects and joins a namespace.
    pub fn join(server: &TestServer, transport: Transport, namespace: &str) -> Self {
        let mut client = Self::connect(server, transport);
        let join = format!("1::{namespace}");
        client.send(&join);
        client.expect(&join);
        client
    }

    /// Sends a packet.
    pub fn send(&mut self, packet: &str) {
        match &mut self.line {
            Line::WebSocket(line) => line.send(TEXT, packet.as_bytes()),
            Line::Polling(line) => line.post(packet),
            Line::HtmlFile(line) => line.post(packet),
        }
    }

    /// Sends an event to the global namespace; `args` is a JSON array.
    pub fn emit(&mut self, name: &str, args: &str) {
        self.send(&format!(r#"5:::{{"name":"{name}","args":{args}}}"#));
    }

    /// Likewise, and asks for an answer.
    pub fn ask(&mut self, id: u32, name: &str, args: &str) {
        self.send(&format!(r#"5:{id}+::{{"name":"{name}","args":{args}}}"#));
    }

    /// Sends several packets at once: in one segment or one payload.
    pub fn send_together(&mut self, packets: &[&str]) {
        match &mut self.line {
            Line::WebSocket(line) => {
                let frame = |packet: &&str| frame_bytes(TEXT, true, true, packet.as_bytes());
                let frames: Vec<_> = packets.iter().flat_map(frame).collect();
                line.send_bytes(&frames);
            }
            Line::Polling(line) => line.post(&payload(packets)),
            Line::HtmlFile(line) => line.post(&payload(packets)),
        }
    }

    /// The next packet.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "it has no end")]
    pub fn next(&mut self) -> String {
        match &mut self.line {
            Line::WebSocket(line) => line.next(),
            Line::Polling(line) => line.next(),
            Line::HtmlFile(line) => line.next(),
        }
    }

    /// Waits for the next packet, which must be this one.
    #[track_caller]
    pub fn expect(&mut self, packet: &str) {
        assert_eq!(self.next(), packet, "on {:?}", self.transport);
    }

    /// Its connections, for ending them in one way or the other.
    pub fn into_connections(self) -> Vec<Connection> {
        match self.line {
            Line::WebSocket(line) => vec![line.into_connection()],
            Line::Polling(line) => vec![line.polls.connection, line.posts.connection],
            Line::HtmlFile(line) => vec![line.stream.connection, line.posts.connection],
        }
    }

    /// The websocket of a client that has one.
    pub fn websocket(&mut self) -> &mut WebSocket {
        match &mut self.line {
            Line::WebSocket(line) => line,
            _ => panic!("not on a websocket"),
        }
    }

    /// The two connections of a client that polls.
    pub fn polling(&mut self) -> &mut Polling {
        match &mut self.line {
            Line::Polling(line) => line,
            _ => panic!("not polling"),
        }
    }

    /// The stream of a client that has one.
    pub fn htmlfile(&mut self) -> &mut HtmlFile {
        match &mut self.line {
            Line::HtmlFile(line) => line,
            _ => panic!("not on an htmlfile"),
        }
    }
}

/// Several packets as one body.
pub fn payload(packets: &[&str]) -> String {
    let length = |packet: &str| packet.encode_utf16().count();
    let framed = |packet: &&str| format!("\u{fffd}{}\u{fffd}{packet}", length(packet));
    packets.iter().map(framed).collect()
}

/// A new session's id.
pub fn handshake(server: SocketAddr, query: &str) -> String {
    handshake_saying(server, query, "")
}

fn handshake_saying(server: SocketAddr, query: &str, headers: &str) -> String {
    let target = format!("/socket.io/1/{query}");
    let answer = HttpClient::open(server).request("GET", &target, headers, "");
    assert_eq!(answer.status, 200, "{}", text(&answer));
    let (sid, _) = text(&answer).split_once(':').expect("a handshake");
    sid.to_owned()
}

/// A websocket, frame by frame.
pub struct WebSocket {
    http: HttpClient,
}

impl WebSocket {
    /// Takes up a session.
    pub fn open(server: SocketAddr, sid: &str) -> Self {
        Self::open_sending(server, sid, &[])
    }

    /// With so little room for what arrives that the server is soon kept waiting.
    pub fn open_narrow(server: SocketAddr, sid: &str) -> Self {
        Self::open_on(HttpClient::open_narrow(server), server, sid, &[])
    }

    /// `early` is sent in one piece with the request.
    pub fn open_sending(server: SocketAddr, sid: &str, early: &[u8]) -> Self {
        Self::open_on(HttpClient::open(server), server, sid, early)
    }

    /// On a transport of another name.
    pub fn open_as(name: &str, server: SocketAddr, sid: &str) -> Self {
        let request = upgrade_request(server, sid, "");
        let request = request.replacen("/websocket/", &format!("/{name}/"), 1);
        Self::upgrade(HttpClient::open(server), request.as_bytes())
    }

    fn open_on(http: HttpClient, server: SocketAddr, sid: &str, early: &[u8]) -> Self {
        let mut request = upgrade_request(server, sid, "").into_bytes();
        request.extend(early);
        Self::upgrade(http, &request)
    }

    fn upgrade(mut http: HttpClient, request: &[u8]) -> Self {
        http.connection.send(request).expect("an open connection");
        let head = read_head(&mut http.connection, Instant::now() + PATIENCE).expect("an answer");
        assert_eq!(head.status, 101);
        let accepted = head.header("Sec-WebSocket-Accept");
        assert_eq!(accepted, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        Self { http }
    }

    /// Sends a whole frame.
    pub fn send(&mut self, opcode: u8, payload: &[u8]) {
        self.send_bytes(&frame_bytes(opcode, true, true, payload));
    }

    /// Sends what need not be a frame.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.http.connection.send(bytes).expect("an open websocket");
    }

    /// The next text message.
    #[track_caller]
    fn next(&mut self) -> String {
        let frame = self.next_frame();
        let text = String::from_utf8_lossy(&frame.payload).into_owned();
        assert_eq!((frame.opcode, frame.fin), (TEXT, true), "{text:?}");
        assert!(!frame.masked, "servers must not mask");
        text
    }

    /// The connection below it.
    pub fn into_connection(self) -> Connection {
        self.http.connection
    }

    /// The connection below it.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.http.connection
    }

    /// The next frame.
    #[track_caller]
    pub fn next_frame(&mut self) -> ReceivedFrame {
        read_frame(&mut self.http.connection, Instant::now() + PATIENCE).expect("a frame")
    }

    /// Waits for a close frame with this code, and for the end of the connection.
    #[track_caller]
    pub fn expect_close(&mut self, code: u16) {
        let frame = self.next_frame();
        assert_eq!(frame.opcode, CLOSE, "{:?}", frame.payload);
        assert_eq!(frame.payload.get(..2), Some(&code.to_be_bytes()[..]));
        self.http.expect_end();
    }

    /// Waits for the end of the connection, without a word.
    #[track_caller]
    pub fn expect_end(&mut self) {
        self.http.expect_end();
    }

    /// Reads whatever comes until the connection ends, and says how much it was.
    pub fn drain(&mut self) -> usize {
        let connection = &mut self.http.connection;
        let deadline = Instant::now() + PATIENCE;
        let mut drained = 0;
        loop {
            match connection.wait(deadline) {
                crate::replay::connection::Arrival::Bytes => {
                    let length = connection.unread().len();
                    drained += connection.consume(length).len();
                }
                crate::replay::connection::Arrival::End => return drained,
                crate::replay::connection::Arrival::Nothing => {
                    panic!("the websocket never ended")
                }
            }
        }
    }
}

/// The request that opens a websocket, with the key of RFC 6455's example.
pub fn upgrade_request(server: SocketAddr, sid: &str, headers: &str) -> String {
    format!(
        "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: {server}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

/// A polling transport: one connection for polls, one for posts.
pub struct Polling {
    /// What it polls on.
    pub polls: HttpClient,
    /// What it posts on.
    pub posts: HttpClient,
    target: String,
    wrapping: Wrapping,
    received: VecDeque<String>,
}

/// What payloads are wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    None,
    ScriptsAndForms,
}

/// The index of the function that scripts are to call.
const JSONP_INDEX: u32 = 3;

impl Polling {
    /// Takes up a session, as soon as it polls.
    pub fn open(server: SocketAddr, sid: &str) -> Self {
        Self {
            polls: HttpClient::open(server),
            posts: HttpClient::open(server),
            target: format!("/socket.io/1/xhr-polling/{sid}"),
            wrapping: Wrapping::None,
            received: VecDeque::new(),
        }
    }

    /// As a page of the server's own.
    pub fn open_jsonp(server: SocketAddr, sid: &str) -> Self {
        Self {
            target: format!("/socket.io/1/jsonp-polling/{sid}?i={JSONP_INDEX}"),
            wrapping: Wrapping::ScriptsAndForms,
            ..Self::open(server, sid)
        }
    }

    /// Sends a poll, and leaves its answer for later.
    pub fn begin_poll(&mut self) {
        let headers = match self.wrapping {
            Wrapping::None => String::new(),
            Wrapping::ScriptsAndForms => self.polls.referer(),
        };
        self.polls.begin("GET", &self.target, &headers, "");
    }

    /// The packets of a poll's answer.
    #[track_caller]
    pub fn end_poll(&mut self) -> Vec<String> {
        let answer = self.polls.answer("GET");
        assert_eq!(answer.status, 200, "{}", text(&answer));
        match self.wrapping {
            Wrapping::None => packets(text(&answer)).expect("a payload"),
            Wrapping::ScriptsAndForms => {
                let call = script_argument(text(&answer), JSONP_INDEX);
                packets(&call).expect("a payload")
            }
        }
    }

    /// Posts a packet or a payload.
    #[track_caller]
    pub fn post(&mut self, body: &str) {
        let body = self.wrapped(body);
        let answer = self.posts.request("POST", &self.target, "", &body);
        assert_eq!((answer.status, text(&answer)), (200, "1"));
    }

    /// Sends a post, and leaves its answer for later.
    pub fn begin_post(&mut self, body: &str) {
        let body = self.wrapped(body);
        self.posts.begin("POST", &self.target, "", &body);
    }

    fn wrapped(&self, payload: &str) -> String {
        match self.wrapping {
            Wrapping::None => payload.to_owned(),
            Wrapping::ScriptsAndForms => form(payload),
        }
    }

    /// The next packet; polls again as long as polls bring nothing.
    #[track_caller]
    fn next(&mut self) -> String {
        loop {
            if let Some(packet) = self.received.pop_front() {
                return packet;
            }
            self.begin_poll();
            let packets = self.end_poll();
            self.received.extend(packets);
        }
    }
}

/// What a script that is a call of this function hands to it.
#[track_caller]
pub fn script_argument(script: &str, index: u32) -> String {
    let call = script.strip_prefix(&format!("io.j[{index}]("));
    let argument = call.and_then(|call| call.strip_suffix(");"));
    let argument = argument.unwrap_or_else(|| panic!("no call: {script}"));
    serde_json::from_str(argument).expect("a JSON string")
}

/// The form that posts a payload.
pub fn form(payload: &str) -> String {
    let json = serde_json::to_string(payload).expect("text");
    form_urlencoded::Serializer::new(String::new())
        .append_pair("d", &json)
        .finish()
}
