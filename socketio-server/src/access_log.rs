//! A line for each request and each websocket, for whoever subscribes to it.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{Method, Request};
use socketio_proto::{RequestTarget, TransportName};
use socketio_session::{Instant, SessionId};
use tracing::{Level, debug, enabled};

use crate::engine::Engine;

/// The target of the access log: `tracing` events of level `DEBUG`, so that it is off unless it
/// is asked for, in an `EnvFilter` for example with `socketio::access=debug`.
///
/// There is one event for each request that a listener of the server answers, when its response
/// has been handed over or was given up. Its message is `request`, or `websocket opened` if it
/// became one; when that ends there is another, `websocket closed`. Requests that are no HTTP,
/// and those that a framework's own listener takes in, are not in it.
///
/// | field | what it is |
/// |---|---|
/// | `method` | the request's method |
/// | `path` | its path: without the query, of session ids no more than the beginning, since who knows one can speak for its client |
/// | `status` | the status of the response; none if the client left before there was one |
/// | `bytes` | how much of the response's body was handed over; none for a websocket |
/// | `duration` | the time since the request's head was read |
/// | `peer` | the address that the request comes from, as in [`Handshake::peer`](crate::Handshake::peer), if it has one |
pub const ACCESS_LOG: &str = "socketio::access";

/// How much is told of a session id: enough to find its lines, too little to guess the rest.
const ID_CHARACTERS: usize = 6;

/// The longest path that is told in full.
const PATH_CHARACTERS: usize = 256;

/// A request that will be logged when this is dropped.
pub(crate) struct AccessEntry {
    engine: Arc<Engine>,
    kind: Kind,
    method: Method,
    path: String,
    peer: Option<SocketAddr>,
    start: Instant,
    status: Option<u16>,
    bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    Opening,
    WebSocket,
}

impl AccessEntry {
    /// `None` if nobody wants to know, which costs next to nothing.
    pub(crate) fn begin<B>(
        engine: &Arc<Engine>,
        peer: Option<SocketAddr>,
        request: &Request<B>,
    ) -> Option<Box<Self>> {
        if !enabled!(target: ACCESS_LOG, Level::DEBUG) {
            return None;
        }
        Some(Box::new(Self {
            engine: Arc::clone(engine),
            kind: Kind::Request,
            method: request.method().clone(),
            path: shown_path(request.uri().path(), &engine.settings.resource),
            peer,
            start: engine.now(),
            status: None,
            bytes: None,
        }))
    }

    /// There is a response.
    pub(crate) fn answered(&mut self, status: u16) {
        self.status = Some(status);
        self.bytes = Some(0);
    }

    /// More of the response's body was handed over.
    pub(crate) fn sent(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes = Some(self.bytes.unwrap_or_default().saturating_add(bytes));
    }

    /// The connection becomes a websocket: what is returned lives as long as that.
    pub(crate) fn opening(&mut self, status: u16) -> Box<Self> {
        self.kind = Kind::Opening;
        self.status = Some(status);
        Box::new(Self {
            engine: Arc::clone(&self.engine),
            kind: Kind::WebSocket,
            method: self.method.clone(),
            path: self.path.clone(),
            ..*self
        })
    }
}

impl Drop for AccessEntry {
    fn drop(&mut self) {
        let message = match self.kind {
            Kind::Request => "request",
            Kind::Opening => "websocket opened",
            Kind::WebSocket => "websocket closed",
        };
        debug!(
            target: ACCESS_LOG,
            method = %self.method,
            path = self.path,
            status = self.status,
            bytes = self.bytes,
            duration = ?self.engine.now().saturating_duration_since(self.start),
            peer = self.peer.map(tracing::field::display),
            "{message}"
        );
    }
}

/// The path, of whose session id only the beginning is left.
fn shown_path(path: &str, resource: &str) -> String {
    let shown: String = match RequestTarget::parse(path, resource) {
        // A proxy that rewrites paths may have missed ours, and there are ids in it all the same.
        RequestTarget::Elsewhere if path.contains(resource.trim_matches('/')) => path
            .split('/')
            .map(|segment| match SessionId::parse(segment) {
                Some(_) => beginning(segment, ID_CHARACTERS),
                None => segment.into(),
            })
            .collect::<Vec<_>>()
            .join("/"),
        RequestTarget::Elsewhere | RequestTarget::ClientFile { .. } => path.into(),
        // Whatever follows the resource may be meant to be a session id, unless it is a transport.
        _ => {
            let told = 1 + resource.trim_matches('/').split('/').count();
            let segments = path.split('/').enumerate().map(|(number, segment)| {
                let is_known = number < told || segment.parse::<TransportName>().is_ok();
                beginning(segment, if is_known { usize::MAX } else { ID_CHARACTERS })
            });
            segments.collect::<Vec<_>>().join("/")
        }
    };
    beginning(&shown, PATH_CHARACTERS).replace(ends_line, "\u{fffd}")
}

/// Whether a character would end the line, or be obeyed by a terminal.
fn ends_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn beginning(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text.into(),
    }
}
