//! What a client said when it made its handshake.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::HeaderMap;
use socketio_session::{MemoryBudget, MemoryExhausted, Reservation};

use crate::extensions::Extensions;
use crate::handlers::StateMap;

/// The request that made a session, and the session's own store of values.
///
/// It is kept for as long as anybody holds it, so it is stored compactly: a browser's headers
/// take some 600 bytes.
pub struct Handshake {
    /// The target, then a line for each header: its name, a colon, its value. Neither target nor
    /// header has a line end within, and no name a colon.
    text: Box<str>,
    /// For a text that is longer than most.
    _memory: Option<Reservation>,
    peer: Option<SocketAddr>,
    extensions: Extensions,
    state: StateMap,
}

/// A text of so many bytes, which is more than browsers send by themselves, is kept without asking for
/// memory.
pub(crate) const SMALL_HEAD: usize = 2 << 10;

impl Handshake {
    /// Keeps what the request says, if there is memory for it.
    pub(crate) fn new(
        target: &str,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
        state: StateMap,
        memory: &Arc<MemoryBudget>,
    ) -> Result<Self, MemoryExhausted> {
        let mut text = String::from(target);
        for (name, value) in headers {
            text.push('\n');
            text.push_str(name.as_str());
            text.push(':');
            // U+FFFD would take three bytes for each that is no UTF-8.
            for chunk in value.as_bytes().utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
            }
        }
        let memory = match text.len() {
            0..=SMALL_HEAD => None,
            bytes => Some(memory.reserve(bytes)?),
        };
        Ok(Self {
            text: text.into_boxed_str(),
            _memory: memory,
            peer,
            extensions: Extensions::default(),
            state,
        })
    }

    /// The request target as it was sent: path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        self.text.split('\n').next().unwrap_or_default()
    }

    /// The query of the target, without its `?`; empty if there was none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    /// The first value of a query parameter, form-decoded.
    #[must_use]
    pub fn query_param(&self, name: &str) -> Option<String> {
        self.query_params()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The query's parameters in their order, form-decoded.
    pub fn query_params(&self) -> impl Iterator<Item = (String, String)> + '_ {
        form_urlencoded::parse(self.query().as_bytes()).into_owned()
    }

    /// The first value of a header; the name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The headers, their names in lower case. Bytes that are no UTF-8 are shown as `?`.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        let lines = self.text.split('\n').skip(1);
        lines.filter_map(|line| line.split_once(':'))
    }

    /// The address that the request came from. Behind a proxy this is the proxy's, unless it is one
    /// of the [trusted](crate::ServerBuilder::trusted_proxies): then it is the client's, with port
    /// 0 where the proxy told none. `None` if the connection came through a Unix socket, or
    /// through a framework that does not say.
    #[must_use]
    pub const fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// The session-wide store: what the authorization puts in, handlers of all namespaces find.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The value of type `S` that was given to
    /// [`ServerBuilder::state`](crate::ServerBuilder::state): for authorizations, which take no
    /// [`State`](crate::State).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use socketio_server::{Handshake, HandlerError};
    /// # #[derive(Clone)] struct Tokens; impl Tokens { fn know(&self, _: &str) -> bool { true } }
    /// async fn authorize(handshake: Arc<Handshake>) -> Result<bool, HandlerError> {
    ///     let tokens = handshake.state::<Tokens>();
    ///     let token = handshake.query_param("token").unwrap_or_default();
    ///     Ok(tokens.is_some_and(|tokens| tokens.know(&token)))
    /// }
    /// ```
    #[must_use]
    pub fn state<S: Clone + Send + Sync + 'static>(&self) -> Option<S> {
        self.state.get()
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the query nor the headers: they carry credentials.
        f.debug_struct("Handshake")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
