//! Replays recorded conversations of the reference server against a live one.
//!
//! A [`Transcript`] is what a raw TCP client sent to socket.io 0.9.19 and what came back. [`play`] sends
//! the same bytes to another server and compares every answer, so "speaks the protocol" means "cannot be
//! told from the recording". The harness has its own small HTTP and WebSocket code on blocking sockets: it
//! must be able to send what a well-behaved library refuses to send, and it must not share a mistake with
//! the server it judges.
//!
//! What counts as equal is written down in [`compare`] and [`player`]; where our server answers otherwise
//! on purpose, a line of the deviation table says so ([`Deviations`]).

pub mod compare;
pub mod connection;
pub mod conversation;
pub mod deviation;
mod endless_response;
pub mod expected_log;
pub mod payload;
pub mod player;
pub mod polling;
pub mod raw_http;
pub mod raw_websocket;
pub mod script;
pub mod scripted_server;
pub mod sent_bytes;
pub mod suite;
pub mod template;
pub mod transcript;

pub use compare::Offer;
pub use deviation::Deviations;
pub use player::{Mismatch, Options, play};
pub use script::{App, Authorization, EventScript, LogEntry, NamespaceScript, Operation};
pub use scripted_server::{AppLog, Running, ScriptedServer};
pub use suite::{Outcome, Suite};
pub use transcript::{Status, Transcript};
