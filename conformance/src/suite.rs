//! Which tests there are, and running them.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use socketio_server::ServerBuilder;
use socketio_server::runtime::Runtime;

use crate::clock::Clock;
use crate::host::{self, Host, Served};
use crate::{behaviour, clients, panics, recordings};

/// Lists the tests of a file, so that they are part of a suite: functions without parameters that
/// panic when they fail. One that is not listed is one that nobody calls, and the compiler says so.
#[macro_export]
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        /// The tests of this file.
        pub(crate) const TESTS: $crate::TestFile = $crate::TestFile::new(
            module_path!(),
            &[$((stringify!($test), $test as fn())),+],
        );
    };
}

/// The tests of one file, by [`tests!`](crate::tests).
#[derive(Debug, Clone, Copy)]
pub struct TestFile {
    module: &'static str,
    tests: &'static [(&'static str, fn())],
}

impl TestFile {
    /// The tests of a module of this path, with their names.
    #[must_use]
    pub const fn new(module: &'static str, tests: &'static [(&'static str, fn())]) -> Self {
        Self { module, tests }
    }

    /// The name by which filters know the module: without the crate's, and without `behaviour`,
    /// where most of them are.
    fn name(&self) -> &'static str {
        let below_crate = self.module.split_once("::");
        let name = below_crate.map_or(self.module, |(_, below)| below);
        name.strip_prefix("behaviour::").unwrap_or(name)
    }

    fn trials(self, kind: &str) -> impl Iterator<Item = Trial> {
        let tests = self.tests.iter();
        tests.map(move |&(test, run)| {
            let run = move || panics::told(run).map_err(Failed::from);
            Trial::test(format!("{}::{test}", self.name()), run).with_kind(kind)
        })
    }
}

/// The tests that a process runs, and what their servers run on.
#[derive(Debug)]
pub struct Suite {
    name: &'static str,
    host: Host,
    files: Vec<TestFile>,
}

impl Suite {
    /// All tests, with the servers' own listeners on a runtime.
    #[must_use]
    pub fn on<R: Runtime>(name: &'static str, runtime: R) -> Self {
        let files = [behaviour::FILES, recordings::FILES, clients::FILES];
        Self {
            name,
            host: Host::new(runtime),
            files: files.concat(),
        }
    }

    /// Has servers served inside of something else, such as a web framework, on any port of
    /// 127.0.0.1, and with this clock: on a [`TestRuntime`](crate::TestRuntime). What is then the
    /// framework's affair is left out.
    #[must_use]
    pub fn served_by(
        mut self,
        serve: impl Fn(ServerBuilder, Clock) -> Served + Send + Sync + 'static,
    ) -> Self {
        self.host = self.host.served_by(serve);
        self.without(&OF_LISTENERS, "they listen by themselves")
            .without(&OF_OTHERS, "they are about what is none of Socket.IO's")
            .without(&OF_WRITING, "what a framework takes counts as written")
    }

    /// Leaves out the modules of these names, with what is below them, for a reason.
    ///
    /// # Panics
    /// If there is no such module.
    #[must_use]
    pub fn without(mut self, modules: &[&str], reason: &str) -> Self {
        for module in modules {
            let before = self.files.len();
            let below = format!("{module}::");
            self.files
                .retain(|file| file.name() != *module && !file.name().starts_with(&below));
            assert!(self.files.len() < before, "there is no module {module:?}");
        }
        eprintln!("left out, {reason}: {}", modules.join(", "));
        self
    }

    /// Adds tests of one's own.
    #[must_use]
    pub fn and(mut self, files: impl IntoIterator<Item = TestFile>) -> Self {
        self.files.extend(files);
        self
    }

    /// Runs what the arguments of the process ask for.
    ///
    /// # Panics
    /// If the process has run a suite before: all of its servers run in the same place.
    #[must_use]
    pub fn run(self) -> ExitCode {
        host::set(self.host);
        panics::listen();
        let trials = self.files.iter().flat_map(|file| file.trials(self.name));
        libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
    }
}

const OF_LISTENERS: [&str; 13] = [
    "access_log",
    "build_errors",
    "clients::encryption",
    "clients::pages",
    "clients::reconnect",
    "contradictory_settings",
    "deadlines",
    "encryption",
    "flash",
    "listeners",
    "recordings",
    "start_line",
    "unix_sockets",
];

const OF_OTHERS: [&str; 1] = ["other_upgrades"];

const OF_WRITING: [&str; 2] = ["undelivered", "vanishing"];
