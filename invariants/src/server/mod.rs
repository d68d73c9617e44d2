//! A whole server in a simulated world, from its connections to its handlers.
//!
//! Each input gets a server of its own, whose session ids are always the same, so that an input
//! can name them.

mod application;
mod client;
mod conversation;
pub mod frames;
mod host;
pub mod requests;
