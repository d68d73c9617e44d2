//! Socket.IO's wire formats without any I/O: bytes to packets and back.
//!
//! The crate knows what stands on the wire and nothing else: no sockets, no clock, no session
//! state, no HTTP library. It is `no_std` (with `alloc`), has no unsafe code, and no input makes
//! it panic, loop, recurse or allocate more than the input's own size.
//!
//! A [`Dialect`] is one wire protocol of the family. Code that only moves packets asks the
//! dialect and never looks inside:
//!
//! ```
//! use socketio_proto::{Body, DecodeLimits, Dialect};
//!
//! let limits = DecodeLimits::default();
//! let packet = Dialect::Legacy
//!     .decode(r#"5:1+:/chat:{"name":"nickname","args":["zoe"]}"#, &limits)
//!     .unwrap();
//! assert_eq!(packet.endpoint, "/chat");
//! assert_eq!(packet.ack_request.unwrap().id, "1");
//! let Body::Event { name, args } = &packet.body else { panic!("an event") };
//! assert_eq!((name.as_ref(), args.as_str()), ("nickname", r#"["zoe"]"#));
//!
//! let mut text = Vec::new();
//! Dialect::Legacy.encode(&packet, &mut text);
//! assert_eq!(text, br#"5:1+:/chat:{"name":"nickname","args":["zoe"]}"#);
//! ```
//!
//! # Where things are
//!
//! | module | what it holds |
//! |---|---|
//! | [`packet`] | [`Packet`], the common language of all dialects and of the session above |
//! | [`dialect`] | the seam: [`Dialect`] dispatches, [`DialectRules`] tells a session how they differ |
//! | [`legacy`] | the 0.7-0.9 protocol: packets, batches, the handshake's answer, request targets, scripts, forms and streams |
//! | [`decode_limits`], [`decode_error`] | what a peer may not exceed; what was wrong, and where |
//! | [`flash_policy`] | who may open a flashsocket |
//! | [`transport_name`] | the transports' spelling in URLs and handshakes |
//! | [`text_body`] | the text of an HTTP body whose bytes arrive cut anywhere |
//! | [`utf16`] | lengths in UTF-16 code units, the unit of batch framing |

#![no_std]
#![forbid(unsafe_code)]
#![warn(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used
)]

extern crate alloc;

pub mod decode_error;
pub mod decode_limits;
pub mod dialect;
pub mod flash_policy;
mod form_field;
mod json_string;
mod json_text;
pub mod legacy;
pub mod packet;
pub mod text_body;
pub mod transport_name;
pub mod utf16;

pub use decode_error::{DecodeError, DecodeErrorKind, PayloadError, PayloadErrorKind};
pub use decode_limits::DecodeLimits;
pub use dialect::{Dialect, DialectRules};
pub use flash_policy::{FlashPolicy, FlashPorts};
pub use legacy::handshake::Handshake;
pub use legacy::jsonp::{JsonpForm, JsonpFormError, JsonpIndex};
pub use legacy::payload::Unframe;
pub use legacy::request_target::{RequestTarget, query_param};
pub use legacy::stream_format::StreamFormat;
pub use packet::{
    AckMode, AckRequest, Arguments, Body, ErrorAdvice, ErrorReason, Packet, PacketHead,
};
pub use text_body::{BodyTooLarge, TextBody};
pub use transport_name::{TransportKind, TransportName};

/// JSON text that is known to be well formed, from `serde_json`.
pub use serde_json::value::RawValue;
