//! HTTP requests as bytes on one connection.

use std::net::SocketAddr;
use std::time::Instant;

use socketio_tests::replay::connection::{Arrival, Connection};
use socketio_tests::replay::raw_http::{ReceivedResponse, read_response};

use crate::server::PATIENCE;

/// A connection that carries one request after the other.
pub(crate) struct HttpClient {
    pub(crate) connection: Connection,
    host: String,
}

impl HttpClient {
    pub(crate) fn open(server: SocketAddr) -> Self {
        Self {
            connection: Connection::open(server).expect("a connection"),
            host: server.to_string(),
        }
    }

    /// With so little room for what arrives that the server is soon kept waiting.
    pub(crate) fn open_narrow(server: SocketAddr) -> Self {
        Self {
            connection: Connection::open_narrow(server).expect("a connection"),
            host: server.to_string(),
        }
    }

    /// Sends a request and reads its answer.
    pub(crate) fn get(&mut self, target: &str) -> ReceivedResponse {
        self.request("GET", target, "", "")
    }

    /// Likewise; each line of `headers` ends with CRLF.
    pub(crate) fn request(
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
    pub(crate) fn begin(&mut self, method: &str, target: &str, headers: &str, body: &str) {
        let host = &self.host;
        let length = match body.len() {
            0 => String::new(),
            length => format!("Content-Length: {length}\r\n"),
        };
        self.send(&format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n{body}"
        ));
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.connection
            .send(text.as_bytes())
            .expect("an open connection");
    }

    #[track_caller]
    pub(crate) fn answer(&mut self, method: &str) -> ReceivedResponse {
        read_response(&mut self.connection, method, Instant::now() + PATIENCE).expect("an answer")
    }

    /// The header that names a page of the server's own.
    pub(crate) fn referer(&self) -> String {
        format!("Referer: http://{}/page\r\n", self.host)
    }

    /// Waits until the server ends the connection, which must say nothing more.
    #[track_caller]
    pub(crate) fn expect_end(&mut self) {
        let arrival = self.connection.wait(Instant::now() + PATIENCE);
        assert_eq!(arrival, Arrival::End, "{:?}", self.connection.unread());
    }
}

/// The body as text.
pub(crate) fn text(response: &ReceivedResponse) -> &str {
    std::str::from_utf8(&response.body).expect("a body in UTF-8")
}
