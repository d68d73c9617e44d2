//! The real clients of Socket.IO 0.9 against the server: on Node over each transport, and in a
//! headless browser with the chat.
//!
//! `npm ci --ignore-scripts` in `tests/js` must have been run; `cargo xtask test` does it.

mod application;
mod browser;
mod encryption;
mod frameworks;
mod own_loop;
mod reconnect;
mod scenarios;

use socketio_tests::node;
