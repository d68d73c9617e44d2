//! The endless document of htmlfile, and the posts beside it.

use std::net::SocketAddr;
use std::time::Instant;

use crate::http_client::{HttpClient, text};
use crate::replay::connection::Arrival;
use crate::replay::raw_http::{ReceivedResponse, read_chunk, read_head};
use crate::waiting::PATIENCE;

/// What ends a response in an orderly way.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// A stream, script by script, and the connection for posts.
pub struct HtmlFile {
    /// The connection of the stream.
    pub stream: HttpClient,
    /// What it posts on.
    pub posts: HttpClient,
    /// The head of the stream's response.
    pub head: ReceivedResponse,
    target: String,
    /// What has arrived of the document and was not looked at.
    unread: String,
}

impl HtmlFile {
    /// Opens the stream and reads what stands before the first packet.
    pub fn open(server: SocketAddr, sid: &str) -> Self {
        let mut stream = HttpClient::open(server);
        let target = format!("/socket.io/1/htmlfile/{sid}");
        stream.begin("GET", &target, "", "");
        let deadline = Instant::now() + PATIENCE;
        let head = read_head(&mut stream.connection, deadline).expect("an answer");
        assert_eq!(head.status, 200);
        let mut opened = Self {
            stream,
            posts: HttpClient::open(server),
            head,
            target,
            unread: String::new(),
        };
        let first = opened.next_element();
        assert!(first.starts_with("<html><body><script>"), "{first}");
        opened
    }

    /// What comes up to the end of the next script element.
    #[track_caller]
    pub fn next_element(&mut self) -> String {
        const END: &str = "</script>";
        loop {
            if let Some(at) = self.unread.find(END) {
                let rest = self.unread.split_off(at + END.len());
                return std::mem::replace(&mut self.unread, rest);
            }
            assert!(self.read(), "the response has ended: {}", self.unread);
        }
    }

    /// Reads on; false at the end of the response.
    fn read(&mut self) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let chunk = read_chunk(&mut self.stream.connection, deadline).expect("a chunk");
        let Some(chunk) = chunk else { return false };
        self.unread += &String::from_utf8(chunk).expect("UTF-8");
        true
    }

    /// The next packet.
    #[track_caller]
    #[expect(clippy::should_implement_trait, reason = "it has no end")]
    pub fn next(&mut self) -> String {
        let script = self.next_element();
        let json = script.trim_start_matches(' ').strip_prefix("<script>_(");
        let json = json.and_then(|json| json.strip_suffix(");</script>"));
        let json = json.unwrap_or_else(|| panic!("no script element: {script}"));
        serde_json::from_str(json).expect("a JSON string")
    }

    /// The packets that a browser has run when the response ends or breaks off, but for one whose
    /// chunk lacks its line end.
    pub fn rest(&mut self) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        while !self.stream.connection.unread().ends_with(LAST_CHUNK)
            && self.stream.connection.wait(deadline) == Arrival::Bytes
        {}
        let [bytes @ .., _, _] = self.stream.connection.unread() else {
            return Vec::new();
        };
        let document = String::from_utf8_lossy(bytes);
        let scripts = document.split("<script>_(").skip(1);
        let complete = scripts.filter_map(|script| script.split_once(");</script>"));
        complete
            .map(|(json, _)| serde_json::from_str(json).expect("a JSON string"))
            .collect()
    }

    /// Waits for the orderly end of the response.
    #[track_caller]
    pub fn expect_end(&mut self) {
        while self.read() {}
        assert_eq!(self.unread, "");
    }

    /// Posts a packet or a payload.
    #[track_caller]
    pub fn post(&mut self, body: &str) {
        let answer = self.posts.request("POST", &self.target, "", body);
        assert_eq!((answer.status, text(&answer)), (200, "1"));
    }
}
