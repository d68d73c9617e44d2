//! Scenarios of the real client on Node, in `tests/js`.

use std::process::Child;

use socketio_conformance::node;

/// A scenario, over one transport.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario<'a> {
    pub(crate) folder: &'a str,
    pub(crate) name: &'a str,
    pub(crate) transport: &'a str,
}

impl<'a> Scenario<'a> {
    /// One that wants two processes.
    pub(crate) const fn behind_proxies(name: &'a str, transport: &'a str) -> Self {
        Self {
            folder: "behind-proxies",
            name,
            transport,
        }
    }

    /// Plays it to its end.
    pub(crate) fn play(self, url: &str) {
        node::run("run-scenario.js", &self.arguments(url));
    }

    /// Starts it; it tells how far it is.
    pub(crate) fn start(self, url: &str) -> Child {
        node::start("run-scenario.js", &self.arguments(url))
    }

    const fn arguments(self, url: &'a str) -> [&'a str; 7] {
        let Self {
            folder,
            name,
            transport,
        } = self;
        [
            name,
            "--folder",
            folder,
            "--url",
            url,
            "--transport",
            transport,
        ]
    }
}
