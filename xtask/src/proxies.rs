//! The proxies that tests run: nginx and HAProxy.

use std::error::Error;
use std::process::Command;

use crate::process::{output, program, run};

/// Each with the argument that makes it tell its version, and nothing else.
const PROXIES: [(&str, &str); 2] = [("nginx", "-v"), ("haproxy", "-v")];

/// Another apt-get may be at work, which has two minutes to finish.
const WAIT_FOR_OTHERS: &str = "-oDPkg::Lock::Timeout=120";

/// Installs the proxies from Debian's packages, unless they are there.
///
/// # Errors
/// If that cannot be done here, with what to do instead.
pub(crate) fn install() -> Result<(), Box<dyn Error>> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" and ");
    eprintln!("installing {names} with apt-get");
    let installed = apt_get(&["update"]).and_then(|()| {
        apt_get(&[&["install", "-y", "--no-install-recommends"], &missing[..]].concat())
    });
    if let Err(error) = installed {
        return Err(format!("{error}\n{names}: install it and try again").into());
    }
    match self::missing().as_slice() {
        [] => Ok(()),
        missing => Err(format!("{missing:?} cannot be run, though apt-get installed it").into()),
    }
}

fn missing() -> Vec<&'static str> {
    let is_missing = |(name, argument): &&(&str, &str)| {
        let mut proxy = program(name);
        output(proxy.env("PATH", search_path()).arg(argument)).is_none()
    };
    let missing = PROXIES.iter().filter(is_missing);
    missing.map(|(name, _)| *name).collect()
}

/// Debian has daemons where the search path of ordinary users does not lead.
fn search_path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/local/sbin:/usr/sbin:/sbin")
}

/// As root, or as somebody who may become root without being asked for a password.
fn apt_get(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let user = output(Command::new("id").arg("-u")).unwrap_or_default();
    let mut command = if user.trim() == "0" {
        program("env")
    } else {
        let mut sudo = program("sudo");
        sudo.args(["-n", "env"]);
        sudo
    };
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        WAIT_FOR_OTHERS,
    ]);
    run(command.args(arguments))
}
