//! `cargo xtask demo`: the chat, with the real client of Socket.IO 0.9.

use std::error::Error;
use std::path::PathBuf;

use crate::node;
use crate::process::{become_command, cargo};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 6543)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: std::net::IpAddr,
    /// The client script, instead of the one from npm: socket.io.js of socket.io-client 0.9
    #[arg(long)]
    client_script: Option<PathBuf>,
}

/// Installs what the page needs and serves the chat until it is interrupted.
pub(crate) fn run_demo(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let script = match &arguments.client_script {
        Some(script) => script
            .canonicalize()
            .map_err(|error| format!("{}: {error}", script.display()))?,
        None => installed_script()?,
    };
    let mut chat = cargo();
    chat.args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "socketio-examples",
        "--example",
        "chat",
        "--",
    ]);
    chat.args([
        "--host",
        &arguments.host.to_string(),
        "--port",
        &arguments.port.to_string(),
    ]);
    chat.arg("--client-script").arg(script);
    eprintln!("building the chat …");
    become_command(&mut chat)
}

fn installed_script() -> Result<PathBuf, Box<dyn Error>> {
    node::check().map_err(|error| {
        format!(
            "{error}\n\
             It is only needed to fetch the page's client. Without it, give the demo a copy of\n\
             socket.io.js of socket.io-client 0.9: cargo xtask demo --client-script PATH"
        )
    })?;
    eprintln!("installing the client from npm …");
    node::install()?;
    Ok(node::client_script())
}
