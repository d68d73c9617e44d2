//! The real clients of Socket.IO 0.9 against the server: on Node and in a headless browser.

mod application;
mod encryption;
mod pages;
mod reconnect;
mod refused;
mod scenarios;

pub use self::reconnect::reconnects;
pub use self::scenarios::PLAYED;
use crate::TestFile;

/// All of them.
pub(crate) const FILES: &[TestFile] = &[
    encryption::websocket::TESTS,
    encryption::xhr_polling::TESTS,
    pages::TESTS,
    reconnect::TESTS,
    refused::TESTS,
    scenarios::TESTS,
    scenarios::websocket::TESTS,
    scenarios::xhr_polling::TESTS,
];
