//! Responses: what is written for one.

use std::borrow::Cow;

/// A complete response.
#[derive(Debug)]
pub(crate) struct Response {
    status: &'static str,
    kind: &'static str,
    body: Cow<'static, [u8]>,
    /// What the client sent may not have been read to its end.
    pub(crate) ends_connection: bool,
}

/// A request that is not answered as its client wishes: the status, and a text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) &'static str, pub(crate) &'static str);

impl Refusal {
    pub(crate) const BAD_REQUEST: Self = Self("400 Bad Request", "bad request");
    pub(crate) const BAD_ORIGIN: Self = Self("403 Forbidden", "bad origin");
    pub(crate) const UNAUTHORIZED: Self = Self("403 Forbidden", "handshake unauthorized");
    pub(crate) const NOT_FOUND: Self = Self("404 Not Found", "not found");
    pub(crate) const NOT_OFFERED: Self = Self("404 Not Found", "transport not offered");
    pub(crate) const BAD_METHOD: Self = Self("405 Method Not Allowed", "method not allowed");
    pub(crate) const TOO_SLOW: Self = Self("408 Request Timeout", "request too slow");
    pub(crate) const LENGTH_REQUIRED: Self = Self("411 Length Required", "length required");
    pub(crate) const TOO_LARGE: Self = Self("413 Content Too Large", "payload too large");
    pub(crate) const NO_WEBSOCKET: Self = Self("426 Upgrade Required", "websocket expected");
    pub(crate) const HEAD_TOO_LARGE: Self =
        Self("431 Request Header Fields Too Large", "head too large");
    pub(crate) const BAD_VERSION: Self = Self(
        "500 Internal Server Error",
        "Protocol version not supported.",
    );
    pub(crate) const FULL: Self = Self("503 Service Unavailable", "no more sessions");
    pub(crate) const ENDING: Self = Self("503 Service Unavailable", "shutting down");
}

impl Response {
    pub(crate) fn of_kind(kind: &'static str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self {
            status: "200 OK",
            kind,
            body: body.into(),
            ends_connection: false,
        }
    }

    /// What the protocol is spoken in.
    pub(crate) fn text(body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::of_kind("text/plain; charset=UTF-8", body)
    }

    /// Appends it to what is to be written.
    pub(crate) fn write(&self, keep_alive: bool, out: &mut Vec<u8>) {
        let connection = if keep_alive { "keep-alive" } else { "close" };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {connection}\r\n\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n",
            self.status,
            self.kind,
            self.body.len(),
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&self.body);
    }
}

impl From<Refusal> for Response {
    fn from(Refusal(status, text): Refusal) -> Self {
        Self {
            status,
            ends_connection: true,
            ..Self::text(text.as_bytes())
        }
    }
}

/// Appends the answer that makes a websocket of a connection.
pub(crate) fn switch_protocols(accept: &str, out: &mut Vec<u8>) {
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    out.extend_from_slice(head.as_bytes());
}
