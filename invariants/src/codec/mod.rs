//! The wire codec, which knows nothing but text and bytes.

pub mod form;
pub mod handshake;
pub mod packet;
pub mod payload;
pub mod request_target;
pub mod script;
