//! Why a session, or a membership in a namespace, ended.

use core::fmt;

/// The exact reason for a disconnect, as the application and the logs see it.
///
/// [`Display`](fmt::Display) gives a short phrase. Where the reference server has a name for
/// the case (`socket.io` 0.9 `lib/transport.js`, `lib/socket.js`), the variant's documentation
/// gives it.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectReason {
    /// The client said goodbye: a disconnect packet, or a request with `disconnect` in its
    /// query ("booted").
    ClientDisconnected,
    /// The application ended it ("booted").
    ServerDisconnected,
    /// A heartbeat stayed unanswered for the heartbeat timeout ("heartbeat timeout").
    HeartbeatTimeout,
    /// No transport was open for the close timeout: the client stopped polling, or its
    /// connection broke and it did not come back ("close timeout").
    CloseTimeout,
    /// The client closed its websocket or stream in an orderly way ("socket end").
    TransportClosed,
    /// The handshake was made, but no transport ever followed.
    HandshakeUnused,
    /// The client's packet, message or request was larger than the limits allow.
    PacketTooLarge,
    /// The client sent packets faster than the rate allows, where that is not put up with
    /// ([`EventRatePolicy::Disconnect`](crate::EventRatePolicy)).
    TooManyEvents,
    /// The client broke the rules of its transport, for example of WebSocket framing.
    ProtocolViolation,
    /// The client did not read fast enough for what it was sent, and the outbox ran over.
    SlowConsumer,
    /// The client needed more memory than the small part that everybody has in any case, and the
    /// [budget](crate::MemoryBudget) of all was used up: its packet, message or request was too
    /// large for that, or it did not read what it was sent.
    MemoryExhausted,
    /// A post of the client's waited too long: handlers did not take what it had said before, or it
    /// did not take what it was answered. Or its connection ended meanwhile, with a part of it taken:
    /// what the client said next would come behind a gap.
    UploadTimeout,
    /// The server is shutting down.
    ShuttingDown,
}

impl DisconnectReason {
    /// The short phrase.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientDisconnected => "client disconnected",
            Self::ServerDisconnected => "server disconnected",
            Self::HeartbeatTimeout => "heartbeat timeout",
            Self::CloseTimeout => "close timeout",
            Self::TransportClosed => "transport closed",
            Self::HandshakeUnused => "handshake unused",
            Self::PacketTooLarge => "packet too large",
            Self::TooManyEvents => "too many events",
            Self::ProtocolViolation => "protocol violation",
            Self::SlowConsumer => "slow consumer",
            Self::MemoryExhausted => "memory exhausted",
            Self::UploadTimeout => "upload timeout",
            Self::ShuttingDown => "shutting down",
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
