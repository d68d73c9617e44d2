//! The transports, as URLs and handshakes spell them.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// A transport of the 0.9 family.
///
/// Which of them a server offers is its own choice: `xhr-multipart` is named by one server
/// implementation and spoken by no known client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportName {
    /// `websocket`: one packet per text message.
    WebSocket,
    /// `flashsocket`: a WebSocket opened by a Flash object; the same on the wire.
    FlashSocket,
    /// `htmlfile`: an endless HTML document, one script element per packet; sends are POSTs.
    HtmlFile,
    /// `xhr-multipart`: an endless multipart response; sends are POSTs.
    XhrMultipart,
    /// `xhr-polling`: held GETs; sends are POSTs.
    XhrPolling,
    /// `jsonp-polling`: held GETs answered with a script; sends are form POSTs.
    JsonpPolling,
}

/// How a transport carries data, which is all that a session needs to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransportKind {
    /// Both directions on one connection, message by message.
    WebSocket,
    /// The server answers one held request at a time.
    LongPoll,
    /// The server writes to one response that does not end.
    Stream,
}

/// A name that no transport has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("unknown transport name")]
pub struct UnknownTransport;

impl TransportName {
    /// All transports, in the order of preference of the 0.9 clients.
    pub const ALL: [Self; 6] = [
        Self::WebSocket,
        Self::FlashSocket,
        Self::HtmlFile,
        Self::XhrMultipart,
        Self::XhrPolling,
        Self::JsonpPolling,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::FlashSocket => "flashsocket",
            Self::HtmlFile => "htmlfile",
            Self::XhrMultipart => "xhr-multipart",
            Self::XhrPolling => "xhr-polling",
            Self::JsonpPolling => "jsonp-polling",
        }
    }

    /// How this transport carries data.
    #[must_use]
    pub const fn kind(self) -> TransportKind {
        match self {
            Self::WebSocket | Self::FlashSocket => TransportKind::WebSocket,
            Self::HtmlFile | Self::XhrMultipart => TransportKind::Stream,
            Self::XhrPolling | Self::JsonpPolling => TransportKind::LongPoll,
        }
    }
}

impl FromStr for TransportName {
    type Err = UnknownTransport;

    /// Takes a name exactly as it is spelled on the wire.
    fn from_str(name: &str) -> Result<Self, UnknownTransport> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or(UnknownTransport)
    }
}

impl fmt::Display for TransportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
