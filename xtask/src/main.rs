//! The commands of this repository: `cargo xtask …`.

mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The commands of this repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the wire codec on JSON lines: one row in, one row out
    Wire(wire::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Wire(arguments) => wire::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
