//! A whole server, from its connections to its handlers: no sockets, no threads, virtual time.
//!
//! Each input gets a server of its own, whose session ids are always the same, so that an input
//! can name them.

mod application;
mod conversation;
pub mod frames;
mod host;
mod pipe;
pub mod requests;
mod virtual_runtime;
