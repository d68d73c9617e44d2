//! The real clients of Socket.IO 0.9 against the server: on Node and in a headless browser.

/// A test for each scenario over each transport that Node can do, by the `play` of the module; the
/// names of all, if there is a constant for them.
macro_rules! scenarios {
    ($(#[$doc:meta])* $vis:vis const $all:ident; $($test:ident = $name:literal),+ $(,)?) => {
        scenarios! { $($test = $name),+ }

        $(#[$doc])*
        $vis const $all: &[&str] = &[$($name),+];
    };
    ($($test:ident = $name:literal),+ $(,)?) => {
        scenarios! { websocket, "websocket", $($test = $name),+ }
        scenarios! { xhr_polling, "xhr-polling", $($test = $name),+ }
    };
    ($over:ident, $transport:literal, $($test:ident = $name:literal),+) => {
        pub(super) mod $over {
            tests![$($test),+];

            $(fn $test() { super::play($name, $transport); })+
        }
    };
}

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
