//! The commands of this repository: `cargo xtask …`.

mod bench;
mod building;
mod coverage;
mod demo;
mod deny;
mod descriptors;
mod failed_tests;
mod fuzz;
mod miri;
mod node;
mod process;
mod proxies;
mod soak;
mod test;
mod wire;

use std::error::Error;
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
    /// Measure servers under load, ours and others: CPU time per message, memory per session
    Bench(bench::Arguments),
    /// Print how much of the pure crates the tests reach, in lines and branches
    Coverage,
    /// Serve an example with the real client of Socket.IO 0.9: the chat, or one that `--list` names
    Demo(demo::Arguments),
    /// Check what stands in the dependency tree: licences, bans, sources, advisories
    Deny,
    /// Look for inputs that break what must hold for every input
    Fuzz(fuzz::Arguments),
    /// Run the tests of the pure crates in Miri, which sees undefined behaviour
    Miri(miri::Arguments),
    /// Let clients of all kinds visit a server for a long time, and see that nothing is left of them
    Soak(soak::Arguments),
    /// Install what the tests need and run everything
    Test,
    /// Run the wire codec on JSON lines: one row in, one row out
    Wire(wire::Arguments),
}

fn main() -> ExitCode {
    descriptors::allow_as_many_as_possible();
    let result: Result<(), Box<dyn Error>> = match Arguments::parse().command {
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Coverage => coverage::print_coverage(),
        Command::Demo(arguments) => demo::run_demo(&arguments),
        Command::Deny => deny::run_checks(),
        Command::Fuzz(arguments) => fuzz::run_fuzzers(&arguments),
        Command::Miri(arguments) => miri::run_suites(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Test => test::run_tests(),
        Command::Wire(arguments) => wire::run(&arguments).map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
