//! What each request is answered with.

use mio::Token;
use socketio_proto::{RequestTarget, TransportName};
use socketio_session::Instant;
use tungstenite::handshake::derive_accept_key;

use crate::request::Request;
use crate::response::{Refusal, Response};
use crate::sessions::{Sessions, Transport};
use crate::site::Site;

/// Below which the server lives.
const RESOURCE: &str = "socket.io";

/// Everything that is no socket.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) sessions: Sessions,
    pub(crate) site: Site,
}

/// What becomes of a request.
pub(crate) enum Answer {
    Response(Response),
    /// The session does not want the rest of the body yet. So many packets were taken.
    Wait {
        taken: usize,
    },
    /// It is held until the session has something for it.
    Poll(Transport),
    /// The connection becomes a websocket; without a transport, if its session is unknown: real
    /// clients wait for a timeout if the upgrade itself is refused.
    WebSocket {
        accept: String,
        transport: Option<Transport>,
    },
}

impl<R: Into<Response>> From<R> for Answer {
    fn from(response: R) -> Self {
        Self::Response(response.into())
    }
}

impl Service {
    /// Answers a request that came on the connection of `token`. Of its body, so many packets were
    /// taken before.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        token: Token,
        request: &Request,
        body: &[u8],
        taken: usize,
    ) -> Answer {
        let target = RequestTarget::parse(&request.target, RESOURCE);
        if matches!(
            target,
            RequestTarget::Elsewhere | RequestTarget::ClientFile { .. }
        ) {
            return self.site.answer(request).into();
        }
        if !request.is_of_own_page() {
            return Refusal::BAD_ORIGIN.into();
        }
        match target {
            RequestTarget::Handshake { query } if request.method == "GET" => {
                match self.sessions.shake_hands(now, query) {
                    Ok(line) => Response::text(line).into(),
                    Err(refusal) => refusal.into(),
                }
            }
            RequestTarget::Handshake { .. } => Refusal::BAD_METHOD.into(),
            RequestTarget::Transport { name, sid, .. } => match name.parse() {
                Ok(TransportName::WebSocket) => self.upgrade(now, token, request, sid),
                Ok(TransportName::XhrPolling) => match request.method.as_str() {
                    "GET" => self.poll(now, token, sid),
                    "POST" => self.take_post(now, token, sid, body, taken),
                    _ => Refusal::BAD_METHOD.into(),
                },
                _ => Refusal::NOT_OFFERED.into(),
            },
            // The client leaves in a hurry, and is answered the same whether it was known or not.
            RequestTarget::Disconnect { sid, .. } => {
                self.sessions.end_by_client(now, sid);
                Response::text(&b""[..]).into()
            }
            RequestTarget::WrongVersion { .. } => Refusal::BAD_VERSION.into(),
            _ => Response::text(&b"Welcome to socket.io."[..]).into(),
        }
    }

    /// A body is too large to be read: the session that it was for ends.
    pub(crate) fn refuse_body(&mut self, now: Instant, request: &Request) -> Refusal {
        if let RequestTarget::Transport { sid, .. } =
            RequestTarget::parse(&request.target, RESOURCE)
        {
            self.sessions.fail_upload(now, sid);
        }
        Refusal::TOO_LARGE
    }

    fn upgrade(&mut self, now: Instant, token: Token, request: &Request, sid: &str) -> Answer {
        let Some(key) = request.websocket_key() else {
            return Refusal::NO_WEBSOCKET.into();
        };
        let name = TransportName::WebSocket;
        Answer::WebSocket {
            accept: derive_accept_key(key.as_bytes()),
            transport: self.sessions.open_transport(now, sid, name, token),
        }
    }

    fn poll(&mut self, now: Instant, token: Token, sid: &str) -> Answer {
        let name = TransportName::XhrPolling;
        match self.sessions.open_transport(now, sid, name, token) {
            Some(transport) => Answer::Poll(transport),
            None => Response::text(Sessions::UNKNOWN.as_bytes()).into(),
        }
    }

    fn take_post(
        &mut self,
        now: Instant,
        token: Token,
        sid: &str,
        body: &[u8],
        taken: usize,
    ) -> Answer {
        let payload = String::from_utf8_lossy(body);
        match self.sessions.take_payload(now, sid, &payload, taken, token) {
            Some(taken) => Answer::Wait { taken },
            // Whether there is such a session is told to who polls.
            None => Response::text(&b"1"[..]).into(),
        }
    }
}
