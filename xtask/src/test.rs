//! `cargo xtask test`: everything that a change must pass.
//!
//! It installs what the tests need. Nothing is skipped: what cannot be had is a failure, but for
//! the fuzzers' search for something new, which needs an unstable compiler, and for what only
//! cargo-deny sees of the dependencies.

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use crate::deny;
use crate::failed_tests;
use crate::fuzz;
use crate::node;
use crate::process::{cargo, output, program, root, run};
use crate::proxies;

/// The crates that must not know of an operating system.
const PURE_CRATES: [&str; 2] = ["socketio-proto", "socketio-session"];

/// A target without an operating system below it.
const PURE_TARGET: &str = "wasm32-unknown-unknown";

/// The crates that users depend on.
const PUBLISHED_CRATES: [&str; 7] = [
    "socketio-proto",
    "socketio-session",
    "socketio-server",
    "socketio-driver-async-std",
    "socketio-driver-smol",
    "socketio-driver-tokio",
    "socketio-actix",
];

/// A driver that is a workspace of its own, as somebody else's would be.
const FOURTH_DRIVER: &str = "tests/fourth-driver";

type Step = (&'static str, fn() -> Result<(), Box<dyn Error>>);

const STEPS: [Step; 13] = [
    ("tools", tools),
    ("npm packages", node::install),
    ("browser", browser),
    ("proxies", proxies::install),
    ("format", format),
    ("lints", lints),
    ("features", features),
    ("dependencies", deny::run_where_installed),
    ("documentation", documentation),
    ("pure crates without an operating system", pure_crates),
    ("tests", tests),
    ("a fourth driver", fourth_driver),
    ("fuzzers", fuzz::run_shortly),
];

/// Runs every step; the first that fails ends it.
pub(crate) fn run_tests() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    for (number, (what, step)) in STEPS.iter().enumerate() {
        eprintln!("\n[{}/{}] {what}", number + 1, STEPS.len());
        step().map_err(|error| format!("{what}: {error}"))?;
    }
    eprintln!("\neverything passed in {} s", start.elapsed().as_secs());
    Ok(())
}

/// Node, and the parts of the Rust toolchain that may not be installed.
fn tools() -> Result<(), Box<dyn Error>> {
    node::check()?;
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output(cargo().args([subcommand, "--version"])).is_none() {
            run(program("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Finds a browser, or installs one; the script says what it does and what is missing.
fn browser() -> Result<(), Box<dyn Error>> {
    run(program("node")
        .current_dir(node::folder())
        .arg("ensure-browser.js"))
}

fn format() -> Result<(), Box<dyn Error>> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo()
        .current_dir(root().join(FOURTH_DRIVER))
        .args(["fmt", "--check"]))?;
    run(cargo()
        .current_dir(root().join("fuzz"))
        .args(["fmt", "--check"]))
}

/// Clippy also checks that nothing newer than the stated Rust version is used of the standard
/// library; where that version itself is installed, it has to build, too.
fn lints() -> Result<(), Box<dyn Error>> {
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    let oldest = format!("+{}", env!("CARGO_PKG_RUST_VERSION"));
    if output(Command::new("cargo").args([&oldest, "--version"])).is_some() {
        let packages = PUBLISHED_CRATES.iter().flat_map(|package| ["-p", package]);
        run(program("cargo").arg(oldest).arg("check").args(packages))?;
    }
    Ok(())
}

/// Each published crate builds by itself, with and without its features, and has nothing that
/// only some of them use.
fn features() -> Result<(), Box<dyn Error>> {
    for package in PUBLISHED_CRATES {
        for features in ["--no-default-features", "--all-features"] {
            let mut clippy = cargo();
            clippy.args(["clippy", "--quiet", "-p", package, features]);
            run(clippy.args(["--", "-D", "warnings"]))?;
        }
    }
    Ok(())
}

fn documentation() -> Result<(), Box<dyn Error>> {
    let mut doc = cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--quiet"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Builds the pure crates for a target without an operating system. Where the target cannot be
/// had, they are built as they are: without `std`, of which the house rules make sure, an
/// import of it does not compile.
fn pure_crates() -> Result<(), Box<dyn Error>> {
    let mut check = cargo();
    check.args(["check", "--no-default-features"]);
    check.args(PURE_CRATES.iter().flat_map(|package| ["-p", package]));
    if has_pure_target() {
        check.args(["--target", PURE_TARGET]);
    } else {
        eprintln!("the target {PURE_TARGET} cannot be had: checking `no_std` on this one");
    }
    run(&mut check)
}

fn has_pure_target() -> bool {
    let listed = || output(program("rustup").args(["target", "list", "--installed"]));
    let installed = |list: String| list.lines().any(|target| target == PURE_TARGET);
    if listed().is_some_and(installed) {
        return true;
    }
    output(program("rustup").args(["target", "add", PURE_TARGET])).is_some()
}

/// Every test: units, properties, documentation examples, wire vectors, recorded
/// conversations, real clients, browser.
fn tests() -> Result<(), Box<dyn Error>> {
    // Tests start them; building them there would count against their time.
    run(cargo().args(["build", "-p", "socketio-examples", "--examples"]))?;
    run(cargo().args(["build", "-p", "socketio-own-loop"]))?;
    failed_tests::run_tests(cargo().args(["test", "--workspace", "--no-fail-fast"]))
}

/// Another driver, which this workspace does not know, against the same suite. Real clients have
/// nothing to add to what they find on the others.
fn fourth_driver() -> Result<(), Box<dyn Error>> {
    let target = root().join("target");
    let on_it = |arguments: &[&str]| {
        let mut command = cargo();
        command.current_dir(root().join(FOURTH_DRIVER));
        command.env("CARGO_TARGET_DIR", &target).args(arguments);
        command
    };
    run(&mut on_it(&[
        "clippy",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    let mut test = on_it(&["test", "--test", "conformance", "--", "--skip", "clients::"]);
    failed_tests::run_tests(&mut test)
}
