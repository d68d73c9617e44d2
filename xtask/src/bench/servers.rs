//! The servers that are measured, and how they are made and started.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use socketio_tests::load::{LoadError, Protocol, ServerProcess};

use crate::{building, node, process};

/// Servers are measured as they are built for production.
const PROFILE: &str = "production";

/// The server of Node.
pub(super) const NODE: &str = "node-0.9";

/// The one in Rust for newer clients.
pub(super) const SOCKETIOXIDE: &str = "socketioxide";

/// Every server that has a name, in the order of the tables.
const KNOWN: [(&str, Kind); 5] = [
    ("tokio", Kind::Echo(&["--driver", "tokio"])),
    ("smol", Kind::Echo(&["--driver", "smol"])),
    ("async-std", Kind::Echo(&["--driver", "async-std"])),
    (NODE, Kind::Node),
    (SOCKETIOXIDE, Kind::Socketioxide),
];

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The echo example, with these arguments.
    Echo(&'static [&'static str]),
    Node,
    Socketioxide,
}

/// A server that is ready to be started.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: String,
    /// Whether it is ours, and has targets.
    pub(super) is_ours: bool,
    protocol: Protocol,
    program: PathBuf,
    arguments: Vec<String>,
}

impl Server {
    fn ours(name: &str, program: PathBuf, arguments: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            is_ours: true,
            protocol: Protocol::Legacy,
            program,
            arguments: arguments.iter().map(ToString::to_string).collect(),
        }
    }

    /// A fresh process of it, on a free port.
    pub(super) fn start(&self) -> Result<ServerProcess, LoadError> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .args(["--port", "0"])
            .env("NODE_ENV", "production");
        ServerProcess::start(command, self.protocol)
    }
}

/// What `--help` says about the names.
pub(super) fn long_help() -> String {
    let names: Vec<_> = KNOWN.iter().map(|(name, _)| *name).collect();
    format!(
        "Only these servers: {}; a path is an executable like the echo example's, which is the \
         way to compare two versions of it",
        names.join(", ")
    )
}

/// Builds or installs what the chosen servers need; nothing chosen is every server.
pub(super) fn prepare(chosen: &[String]) -> Result<Vec<Server>, Box<dyn Error>> {
    if chosen.is_empty() {
        return KNOWN
            .iter()
            .map(|(name, kind)| prepare_one(name, *kind))
            .collect();
    }
    chosen
        .iter()
        .map(
            |chosen| match KNOWN.iter().find(|(name, _)| name == chosen) {
                Some((name, kind)) => prepare_one(name, *kind),
                None => executable(chosen),
            },
        )
        .collect()
}

fn executable(path: &str) -> Result<Server, Box<dyn Error>> {
    if !Path::new(path).is_file() {
        return Err(format!("{path} is neither an executable nor a server's name").into());
    }
    Ok(Server::ours(path, path.into(), &[]))
}

fn prepare_one(name: &str, kind: Kind) -> Result<Server, Box<dyn Error>> {
    match kind {
        Kind::Echo(arguments) => Ok(Server::ours(name, build_echo()?, arguments)),
        Kind::Node => prepare_node(name),
        Kind::Socketioxide => Ok(Server {
            name: name.to_owned(),
            is_ours: false,
            protocol: Protocol::Modern,
            program: build_socketioxide()?,
            arguments: Vec::new(),
        }),
    }
}

fn prepare_node(name: &str) -> Result<Server, Box<dyn Error>> {
    let folder = process::root().join("tests/peers/node-0.9");
    node::check()?;
    node::install_in(&folder)?;
    Ok(Server {
        name: name.to_owned(),
        is_ours: false,
        protocol: Protocol::Legacy,
        program: "node".into(),
        // It tells of what it uses that Node would rather have replaced.
        arguments: vec![
            "--no-deprecation".into(),
            folder.join("server.js").display().to_string(),
        ],
    })
}

fn build_echo() -> Result<PathBuf, Box<dyn Error>> {
    building::build_echo(PROFILE)
}

/// It is a workspace of its own, so that no other build has to do with it.
fn build_socketioxide() -> Result<PathBuf, Box<dyn Error>> {
    let manifest = "tests/peers/socketioxide/Cargo.toml";
    let place = ["--manifest-path", manifest, "--target-dir", "target/peers"];
    building::build(PROFILE, &[&["--locked"], &place[..]].concat())
}
