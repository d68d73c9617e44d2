//! The legacy dialect: protocol revision 1, spoken by releases 0.7 to 0.9.
//!
//! ```text
//! packet   = type ":" [id ["+"]] ":" [endpoint] [":" data]
//! payload  = packet / 2*( U+FFFD length U+FFFD packet )      length in UTF-16 code units
//! answer to a handshake = sid ":" [heartbeat timeout] ":" [close timeout] ":" transports
//! ```
//!
//! Rules and quirks follow socket.io 0.9 (`lib/parser.js`, `lib/manager.js`) and its client; the
//! recorded behaviour of both is this project's test vectors, and whatever is decided differently
//! here is listed beside them with the reason.

pub(crate) mod decode;
pub(crate) mod encode;
mod event_json;
pub mod handshake;
pub mod jsonp;
pub mod payload;
pub mod request_target;
pub mod stream_format;

/// Reason 1, not handshaken, and advice 0, reconnect (`socket.io` 0.9 `lib/manager.js`).
pub(crate) const UNKNOWN_SESSION: &str = "7:::1+0";
