//! Requests as bytes, on a connection of their own each or on one that is kept.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use socketio_conformance::replay::connection::Connection;
use socketio_conformance::replay::raw_http::{ReceivedResponse, read_head, read_response};

use crate::proxy::PATIENCE;

/// What a process says about a session that it does not have: real clients make a new
/// handshake then.
pub(crate) const UNKNOWN: &str = "7:::1+0";

/// A connection that carries one request after the other.
pub(crate) struct HttpClient {
    pub(crate) connection: Connection,
    host: String,
}

impl HttpClient {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self {
            connection: Connection::open(address).expect("a connection"),
            host: address.to_string(),
        }
    }

    /// For another host than the address.
    pub(crate) fn open_for(address: SocketAddr, host: &str) -> Self {
        Self {
            host: host.to_owned(),
            ..Self::open(address)
        }
    }

    /// Sends a request, and leaves its answer for later. Each line of `headers` ends with CRLF.
    pub(crate) fn begin(&mut self, method: &str, target: &str, headers: &str, body: &str) {
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let sent = self.connection.send(request.as_bytes());
        sent.expect("an open connection");
    }

    #[track_caller]
    pub(crate) fn answer(&mut self) -> ReceivedResponse {
        let deadline = Instant::now() + PATIENCE;
        read_response(&mut self.connection, "GET", deadline).expect("an answer")
    }

    /// The head of an answer whose body may have no end.
    #[track_caller]
    pub(crate) fn head(&mut self) -> ReceivedResponse {
        read_head(&mut self.connection, Instant::now() + PATIENCE).expect("an answer")
    }
}

/// A GET on a connection of its own.
#[track_caller]
pub(crate) fn get(address: SocketAddr, target: &str) -> String {
    request(address, "GET", target, "")
}

/// A POST on a connection of its own.
#[track_caller]
pub(crate) fn post(address: SocketAddr, target: &str, body: &str) -> String {
    request(address, "POST", target, body)
}

#[track_caller]
fn request(address: SocketAddr, method: &str, target: &str, body: &str) -> String {
    let mut client = HttpClient::open(address);
    client.begin(method, target, "", body);
    let answer = client.answer();
    assert_eq!(answer.status, 200, "{}", text(&answer));
    text(&answer)
}

/// A new session's id.
#[track_caller]
pub(crate) fn handshake(address: SocketAddr) -> String {
    let line = get(address, "/socket.io/1/");
    let (sid, _) = line.split_once(':').expect("a handshake");
    sid.to_owned()
}

/// The body as text.
pub(crate) fn text(response: &ReceivedResponse) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

/// A new session whose id begins with `prefix`: asks until it is that process's turn.
#[track_caller]
pub(crate) fn handshake_at(address: SocketAddr, prefix: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let sid = handshake(address);
        if sid.starts_with(prefix) {
            return sid;
        }
        assert!(Instant::now() < deadline, "no session at {prefix}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A new session's poll that is certain to be held.
#[track_caller]
pub(crate) fn held_poll(address: SocketAddr, sid: &str) -> HttpClient {
    let target = format!("/socket.io/1/xhr-polling/{sid}");
    assert_eq!(get(address, &target), "1::");
    let mut polls = [(); 2].map(|()| HttpClient::open(address));
    for poll in &mut polls {
        poll.begin("GET", &target, "", "");
    }
    // The one that came first is released by the other, which is held.
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "no poll was released");
        for released in 0..2 {
            polls[released].connection.look();
            if !polls[released].connection.unread().is_empty() {
                assert_eq!(text(&polls[released].answer()), "8::");
                let [first, second] = polls;
                return if released == 0 { second } else { first };
            }
        }
    }
}
