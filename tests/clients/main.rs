//! The examples, with the real client of Socket.IO 0.9: in a headless browser, and on Node inside of
//! web frameworks.
//!
//! `npm ci --ignore-scripts` in `tests/js` must have been run; `cargo xtask test` does it.

mod browser;
mod frameworks;
mod metrics;
mod own_loop;

use socketio_conformance::node;
