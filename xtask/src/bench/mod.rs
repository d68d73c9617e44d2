//! `cargo xtask bench`: servers under the same load, over loopback.
//!
//! The figures are the servers' own CPU time and memory, and what their clients see of them,
//! medians of several rounds. All is one run: servers take turns in each scenario of each round, each
//! time as a fresh process, so that a busy machine is unfair to all alike.

mod figures;
mod machine;
mod report;
mod scenario;
mod servers;
mod targets;

use std::error::Error;
use std::time::Duration;

use clap::ValueEnum;

use crate::process;
use figures::Figures;
use report::Report;
use scenario::{Extent, Scenario};
use servers::Server;

/// What to measure, and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these scenarios
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// Only these servers; a path is an executable like the echo example's, which is the way to
    /// compare two versions of it
    #[arg(long, value_delimiter = ',', long_help = servers::long_help())]
    server: Vec<String>,
    /// Rounds, of which the medians are shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds that each measurement of CPU time takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Idle sessions
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// Prints JSON lines: one for each round, one for each median, one for each target; the
    /// tables go to standard error
    #[arg(long)]
    json: bool,
}

/// Load before each measurement, for caches, pools and compilers that learn as they go.
const WARM_UP: Duration = Duration::from_secs(1);

/// The rounds of one scenario with one server.
struct Series<'a> {
    server: &'a Server,
    scenario: Scenario,
    rounds: Vec<Figures>,
}

/// Builds the servers, measures them and prints what came out.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if cfg!(debug_assertions) {
        // A slow generator would be a gentle one.
        return process::run(
            process::cargo()
                .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
                .args(std::env::args_os().skip(1)),
        );
    }
    let servers = servers::prepare(&arguments.server)?;
    let scenarios = match arguments.only.as_slice() {
        [] => Scenario::value_variants(),
        only => only,
    };
    let report = Report::new(arguments.json);
    report.machine()?;
    let series = measure_all(arguments, scenarios, &servers, &report)?;
    report.medians(&series)?;
    report.targets(&series)?;
    report.machine()
}

fn measure_all<'a>(
    arguments: &Arguments,
    scenarios: &[Scenario],
    servers: &'a [Server],
    report: &Report,
) -> Result<Vec<Series<'a>>, Box<dyn Error>> {
    let extent = Extent {
        warm_up: WARM_UP,
        window: Duration::from_secs(arguments.seconds),
        sessions: arguments.sessions,
    };
    let mut all: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| servers.iter().map(|server| (*scenario, server)))
        .map(|(scenario, server)| Series {
            server,
            scenario,
            rounds: Vec::new(),
        })
        .collect();
    for round in 1..=arguments.rounds {
        for series in &mut all {
            let Series {
                server, scenario, ..
            } = series;
            eprintln!("round {round}: {}: {}", scenario.title(), server.name);
            let process = server.start()?;
            let figures = scenario.measure(&process, extent);
            let figures = figures.map_err(|error| format!("{}: {error}", server.name))?;
            report.round(round, server, *scenario, &figures)?;
            series.rounds.push(figures);
        }
    }
    Ok(all)
}
