//! `cargo xtask deny`: what may stand in the dependency tree, as `deny.toml` says it.

use std::error::Error;

use crate::process::{cargo, output, run};

/// Checks licences, bans and sources, and advisories where their database can be had.
///
/// # Errors
/// If something is not allowed, or cargo-deny is not installed.
pub(crate) fn run_checks() -> Result<(), Box<dyn Error>> {
    if !is_installed() {
        return Err("cargo-deny is missing: cargo install cargo-deny --locked".into());
    }
    // cargo-deny also looks at what is built on other systems. Without a network, what is there
    // may do.
    let _ = output(cargo().args(["fetch", "--locked", "--quiet"]));
    check(&["licenses", "bans", "sources"])?;
    if output(cargo().args(["deny", "fetch", "db"])).is_none() {
        eprintln!("the database of advisories cannot be had: they are not checked");
        return Ok(());
    }
    check(&["advisories"])
}

/// Likewise, as a step of many. Without cargo-deny there is still what the rules of the house check
/// of it: licences and sources of what is published.
///
/// # Errors
/// If something is not allowed.
pub(crate) fn run_where_installed() -> Result<(), Box<dyn Error>> {
    if is_installed() {
        return run_checks();
    }
    eprintln!(
        "cargo-deny is not installed: only the rules of the house look at licences and sources"
    );
    Ok(())
}

fn is_installed() -> bool {
    output(cargo().args(["deny", "--version"])).is_some()
}

/// Without the network: all that is asked is in the lock file, and in the database as it is.
fn check(what: &[&str]) -> Result<(), Box<dyn Error>> {
    // What stands there more than once is a warning, and long.
    let quiet = ["deny", "--offline", "--log-level", "error", "check"];
    run(cargo().args(quiet).args(what))
}
