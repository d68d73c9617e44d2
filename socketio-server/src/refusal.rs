//! Why a handshake makes no session, and how that is said.

use bytes::Bytes;
use http::header::{HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use socketio_session::{CreateError, Instant, Refusal};

use crate::responses;

/// Why a handshake makes no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandshakeRefusal {
    /// The page's origin is not allowed.
    Origin,
    /// The authorization said no.
    Unauthorized,
    /// The authorization failed, panicked or took too long.
    AuthorizationFailed,
    ShuttingDown,
    /// There are as many sessions as allowed.
    Full,
    /// The peer takes up more than its share, or everybody together is too fast.
    Peer(Refusal),
    /// The request's head is large, and the memory budget is used up.
    MemoryExhausted,
    NoRandomness,
}

impl From<CreateError> for HandshakeRefusal {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Full => Self::Full,
            // An id that was there before, or something that only a newer hub knows.
            _ => Self::NoRandomness,
        }
    }
}

impl HandshakeRefusal {
    /// The answer. Real clients make no difference between 429 and 503, and try again later if they
    /// are reconnecting; 403 ends that for good.
    pub(crate) fn answer(self, now: Instant) -> Response<Bytes> {
        let (status, text) = self.status_and_text();
        let mut response = responses::handshake(status, text);
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let seconds = HeaderValue::from(self.pause_seconds(now));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }

    const fn status_and_text(self) -> (StatusCode, &'static str) {
        match self {
            Self::Origin => (StatusCode::FORBIDDEN, "handshake bad origin"),
            Self::Unauthorized => (StatusCode::FORBIDDEN, "handshake unauthorized"),
            Self::AuthorizationFailed => (StatusCode::INTERNAL_SERVER_ERROR, "handshake error"),
            Self::ShuttingDown => (StatusCode::SERVICE_UNAVAILABLE, "shutting down"),
            Self::Full => (StatusCode::SERVICE_UNAVAILABLE, "too many sessions"),
            Self::Peer(Refusal::Handshakes { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "too many handshakes")
            }
            Self::Peer(Refusal::HandshakesOfPeer { .. }) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many handshakes from your address",
            ),
            Self::Peer(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many sessions from your address",
            ),
            Self::MemoryExhausted => (StatusCode::SERVICE_UNAVAILABLE, responses::OUT_OF_MEMORY),
            Self::NoRandomness => (StatusCode::SERVICE_UNAVAILABLE, "no session can be made"),
        }
    }

    /// What it is counted under.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Unauthorized => "unauthorized",
            Self::AuthorizationFailed => "authorization_failed",
            Self::ShuttingDown => "shutting_down",
            Self::Full => "too_many_sessions",
            Self::Peer(Refusal::Handshakes { .. }) => "too_many_handshakes",
            Self::Peer(Refusal::HandshakesOfPeer { .. }) => "too_many_handshakes_of_peer",
            Self::Peer(_) => "too_many_sessions_of_peer",
            Self::MemoryExhausted => "memory_exhausted",
            Self::NoRandomness => "no_randomness",
        }
    }

    fn pause_seconds(self, now: Instant) -> u64 {
        match self {
            Self::Peer(Refusal::Handshakes { again } | Refusal::HandshakesOfPeer { again }) => {
                let pause = again.saturating_duration_since(now);
                pause.as_millis().div_ceil(1000).clamp(1, 3600) as u64
            }
            _ => responses::PAUSE_SECONDS,
        }
    }
}
