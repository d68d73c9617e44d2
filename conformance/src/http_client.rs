//! HTTP requests as bytes on one connection.

use std::net::SocketAddr;
use std::time::Instant;

use crate::replay::connection::{Arrival, Connection};
use crate::replay::raw_http::{ReceivedResponse, read_head, read_response};
use crate::waiting::PATIENCE;

/// A connection that carries one request after the other.
pub struct HttpClient {
    /// What carries them.
    pub connection: Connection,
    host: String,
}

impl HttpClient {
    /// Connects.
    pub fn open(server: SocketAddr) -> Self {
        Self {
            connection: Connection::open(server).expect("a connection"),
            host: server.to_string(),
        }
    }

    /// With so little room for what arrives that the server is soon kept waiting.
    pub fn open_narrow(server: SocketAddr) -> Self {
        Self {
            connection: Connection::open_narrow(server).expect("a connection"),
            host: server.to_string(),
        }
    }

    /// Sends a request and reads its answer.
    pub fn get(&mut self, target: &str) -> ReceivedResponse {
        self.request("GET", target, "", "")
    }

    /// Likewise; each line of `headers` ends with CRLF.
    pub fn request(
        &mut self,
        method: &str,
        target: &str,
        headers: &str,
        body: &str,
    ) -> ReceivedResponse {
        self.begin(method, target, headers, body);
        self.answer(method)
    }

    /// Sends a request, and leaves its answer for later.
    pub fn begin(&mut self, method: &str, target: &str, headers: &str, body: &str) {
        let host = &self.host;
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        self.send(&format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n{body}"
        ));
    }

    /// Sends what need not be a request.
    pub fn send(&mut self, text: &str) {
        self.connection
            .send(text.as_bytes())
            .expect("an open connection");
    }

    /// Waits for the answer to a request with this method.
    #[track_caller]
    pub fn answer(&mut self, method: &str) -> ReceivedResponse {
        read_response(&mut self.connection, method, Instant::now() + PATIENCE).expect("an answer")
    }

    /// Waits for the head of an answer, and leaves what follows it unread.
    #[track_caller]
    pub fn head(&mut self) -> ReceivedResponse {
        read_head(&mut self.connection, Instant::now() + PATIENCE).expect("an answer")
    }

    /// Everything that comes until the server ends the connection.
    #[track_caller]
    pub fn rest(&mut self) -> String {
        while self.connection.wait(Instant::now() + PATIENCE) == Arrival::Bytes {}
        let end = self.connection.wait(Instant::now());
        assert_eq!(end, Arrival::End, "it never ended");
        String::from_utf8_lossy(self.connection.unread()).into_owned()
    }

    /// The header that names a page of the server's own.
    pub fn referer(&self) -> String {
        format!("Referer: http://{}/page\r\n", self.host)
    }

    /// Waits until the server ends the connection, which must say nothing more.
    #[track_caller]
    pub fn expect_end(&mut self) {
        let arrival = self.connection.wait(Instant::now() + PATIENCE);
        assert_eq!(arrival, Arrival::End, "{:?}", self.connection.unread());
    }
}

/// The body as text.
pub fn text(response: &ReceivedResponse) -> &str {
    std::str::from_utf8(&response.body).expect("a body in UTF-8")
}

/// An answer apart from its date.
pub fn comparable(answer: ReceivedResponse) -> ReceivedResponse {
    let headers = answer.headers.into_iter();
    ReceivedResponse {
        headers: headers
            .filter(|(name, _)| !name.eq_ignore_ascii_case("date"))
            .collect(),
        ..answer
    }
}
