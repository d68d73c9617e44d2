//! Node and the npm packages of `tests/js`: the real clients; and of other folders.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::process::{output, program, root, run};

/// The oldest Node that the packages run on.
const OLDEST_MAJOR: u32 = 20;

/// The folder of the packages.
pub(crate) fn folder() -> PathBuf {
    root().join("tests/js")
}

/// Finds Node and npm.
///
/// # Errors
/// If they are missing or too old, with what to do about it.
pub(crate) fn check() -> Result<(), Box<dyn Error>> {
    let missing = |what: &str| {
        format!(
            "{what} is missing: install Node {OLDEST_MAJOR} or later with npm (https://nodejs.org)"
        )
    };
    let version = output(program("node").arg("--version")).ok_or_else(|| missing("node"))?;
    let major = version.trim().trim_start_matches('v').split('.').next();
    let major: u32 = major
        .and_then(|major| major.parse().ok())
        .unwrap_or_default();
    if major < OLDEST_MAJOR {
        return Err(format!(
            "node {} is too old: {OLDEST_MAJOR} or later is needed",
            version.trim()
        )
        .into());
    }
    output(program("npm").arg("--version")).ok_or_else(|| missing("npm"))?;
    Ok(())
}

/// Installs the packages as the lock file says, unless they are there.
///
/// # Errors
/// If npm fails.
pub(crate) fn install() -> Result<(), Box<dyn Error>> {
    install_in(&folder())
}

/// Likewise, those of another folder.
///
/// # Errors
/// If npm fails.
pub(crate) fn install_in(folder: &Path) -> Result<(), Box<dyn Error>> {
    // npm writes this file last.
    let installed = folder.join("node_modules/.package-lock.json");
    let wanted = folder.join("package-lock.json");
    let is_newer = |file: &PathBuf| file.metadata().and_then(|it| it.modified()).ok();
    if is_newer(&installed).is_some_and(|installed| Some(installed) > is_newer(&wanted)) {
        return Ok(());
    }
    // The packages' native add-ons do not build any more, and are not needed.
    let mut npm = program("npm");
    run(npm
        .current_dir(folder)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

/// The browser build of the real client.
pub(crate) fn client_script() -> PathBuf {
    folder().join("node_modules/socket.io-client/dist/socket.io.js")
}
