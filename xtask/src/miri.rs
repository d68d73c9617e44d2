//! `cargo xtask miri`: the tests of the pure crates in an interpreter that sees undefined behaviour.

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use crate::process::{output, program, run};

/// The suites, each in an interpreter of its own: one uses one processor only.
const SUITES: [&str; 2] = ["codec", "session"];

/// How many inputs properties draw, if nothing else is said: it takes hundreds of times as long.
const CASES: (&str, &str) = ("PROPTEST_CASES", "1");

/// Properties look for what they found before, in files.
const FLAGS: (&str, &str) = ("MIRIFLAGS", "-Zmiri-disable-isolation");

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The tests to run: those whose names contain one of these; all, if there is none
    names: Vec<String>,
}

/// Builds the tests and runs them, all suites at once.
///
/// # Errors
/// If a tool is missing, with how to install it, or if a test fails.
pub(crate) fn run_suites(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if output(program("cargo").args(["+nightly", "miri", "--version"])).is_none() {
        let how = "rustup component add miri rust-src --toolchain nightly";
        return Err(format!("Miri is missing: {how}").into());
    }
    let mut build = interpreter();
    build.args(SUITES.iter().flat_map(|suite| ["--test", suite]));
    run(build.arg("--no-run"))?;
    let start = Instant::now();
    let mut suites = Vec::new();
    for suite in SUITES {
        let mut run = interpreter();
        run.args(["--test", suite, "--"]).args(&arguments.names);
        suites.push((suite, run.spawn()?));
    }
    let mut failed = Vec::new();
    for (suite, mut running) in suites {
        let status = running.wait()?;
        eprintln!("{suite}: {status} after {} s", start.elapsed().as_secs());
        failed.extend((!status.success()).then_some(suite));
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("Miri found something in {}", failed.join(", ")).into())
    }
}

/// Miri for the suites of the pure crates.
fn interpreter() -> Command {
    let mut command = program("cargo");
    for (name, value) in [CASES, FLAGS] {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    command.args(["+nightly", "miri", "test", "-p", "socketio-pure-tests"]);
    command
}
