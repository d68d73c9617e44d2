//! `cargo xtask demo`: the examples with a page, with the real client of Socket.IO 0.9.

use std::error::Error;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::node;
use crate::process::{become_command, cargo};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which one: the chat, unless this or the driver says otherwise
    #[arg(value_enum, hide_possible_values = true)]
    demo: Option<Demo>,
    /// Says which ones there are, and starts none
    #[arg(long)]
    list: bool,
    /// The driver to serve on: tokio, unless it is said; own-loop has a demo of its own
    #[arg(long, value_enum)]
    driver: Option<Driver>,
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

/// Each is the example of its name; one is a package of its own.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Demo {
    /// Inside of an application on axum: one port, one state, one login
    AxumChat,
    /// Nicknames, rooms, private messages, who is online
    Chat,
    /// A moving graph of the processor's load, at the pace that the page chooses
    CpuGraph,
    /// Pages of other origins: one that is let in, one that is refused
    CrossOrigin,
    /// A stream of news by topics, with what came before and how many read
    Feed,
    /// Every feature with a button, and a verdict on whether it works in this browser
    Features,
    /// What anybody says, everybody reads: the pure crates in an event loop of their own
    OwnLoop,
}

/// Each but the last is called so by the examples, too.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Driver {
    Tokio,
    AsyncStd,
    Smol,
    OwnLoop,
}

/// Installs what the page needs and serves it until it is interrupted.
pub(crate) fn run_demo(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.list {
        list();
        return Ok(());
    }
    let target = target(arguments.demo, arguments.driver)?;
    let script = match &arguments.client_script {
        Some(script) => script
            .canonicalize()
            .map_err(|error| format!("{}: {error}", script.display()))?,
        None => installed_script()?,
    };
    let mut demo = cargo();
    demo.args(["run", "--quiet", "--release"]).args(&target);
    demo.args(["--host", &arguments.host.to_string()]);
    demo.args(["--port", &arguments.port.to_string()]);
    demo.arg("--client-script").arg(script);
    eprintln!("building the example …");
    become_command(&mut demo)
}

/// What cargo is to run, up to the options that all have in common.
fn target(demo: Option<Demo>, driver: Option<Driver>) -> Result<Vec<String>, String> {
    let (name, _) = describe(demo.unwrap_or(Demo::Chat));
    let example = ["-p", "socketio-examples", "--example", &name, "--"];
    let (driver_name, _) = describe(driver.unwrap_or(Driver::Tokio));
    let target = match (demo, driver) {
        (Some(Demo::OwnLoop), None) | (None | Some(Demo::OwnLoop), Some(Driver::OwnLoop)) => {
            vec!["-p", "socketio-own-loop", "--"]
        }
        (Some(Demo::AxumChat), None | Some(Driver::Tokio)) => example.to_vec(),
        (Some(Demo::OwnLoop | Demo::AxumChat), _) | (Some(_), Some(Driver::OwnLoop)) => {
            return Err(format!("{name} is not served by {driver_name}"));
        }
        _ => [&example[..], &["--driver", &driver_name]].concat(),
    };
    Ok(target.into_iter().map(String::from).collect())
}

fn list() {
    for demo in Demo::value_variants() {
        let (name, about) = describe(*demo);
        println!("{name:14}{about}");
    }
}

/// The name of a value, and what it stands for.
fn describe(value: impl ValueEnum) -> (String, String) {
    let value = value.to_possible_value();
    let value = value.expect("every value has a name");
    let about = value.get_help().map(ToString::to_string);
    (value.get_name().to_owned(), about.unwrap_or_default())
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
