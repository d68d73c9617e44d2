//! The transports: one file for each way in or out.

mod attached;
mod client_end;
pub(crate) mod delivery;
pub(crate) mod jsonp_polling;
mod polling;
pub(crate) mod receiving;
pub(crate) mod streaming;
pub(crate) mod upload;
pub(crate) mod websocket;
pub(crate) mod xhr_polling;

pub(crate) use self::client_end::ClientEnd;

/// What framing may add to the largest packet.
pub(crate) const FRAMING_BYTES: usize = 64 << 10;
