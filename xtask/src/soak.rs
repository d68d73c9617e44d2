//! `cargo xtask soak`: the echo example under clients of all kinds for a long time.
//!
//! When all have left, there has to be on its heap what was there before them.

use std::error::Error;
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;
use socketio_tests::load::{Protocol, ServerProcess, Soak, SoakReport, SoakSample};

use crate::building;

/// What tables may have grown by since the baseline, since more clients may have come at once than
/// before: a share of it, and so many bytes.
const SLACK_SHARE: f64 = 0.10;
const SLACK_BYTES: u64 = 1 << 20;

/// Seconds between two lines of the table.
const LINE_EVERY: usize = 30;

/// How long, and on what.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Minutes that clients are at work after the warm-up
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// Seconds of warm-up, after which everybody leaves and the baseline is taken
    #[arg(long, default_value_t = 120)]
    warm_up: u64,
    /// Clients at a time
    #[arg(long, default_value_t = 200)]
    clients: usize,
    /// The driver to serve on
    #[arg(long, value_enum, default_value_t)]
    driver: Driver,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Driver {
    #[default]
    Tokio,
    AsyncStd,
    Smol,
}

impl Driver {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
            Self::Smol => "smol",
        }
    }
}

/// Builds the server, lets clients visit it, and judges what they leave.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut command = Command::new(building::build_counting_echo("release")?);
    let driver = arguments.driver.as_str();
    command.args(["--port", "0", "--tell-counts", "--driver", driver]);
    let server = ServerProcess::start(command, Protocol::Legacy)?;
    let soak = Soak {
        clients: arguments.clients,
        warm_up: Duration::from_secs(arguments.warm_up),
        length: Duration::from_secs(60 * arguments.minutes),
    };
    println!(
        "{driver}: {} clients, {} minutes",
        soak.clients, arguments.minutes
    );
    println!("| s | visits | sessions | connections | heap MiB | RSS MiB |");
    println!("|---|---|---|---|---|---|");
    let mut seconds = 0;
    let report = soak.run(&server, |sample| {
        if seconds % LINE_EVERY == 0 || sample.sessions == 0 {
            print_line(sample);
        }
        seconds += 1;
    })?;
    judge(&report)
}

fn print_line(sample: &SoakSample) {
    println!(
        "| {} | {} | {} | {} | {:.1} | {:.1} |",
        sample.at.as_secs(),
        sample.visits,
        sample.sessions,
        sample.connections,
        mebibytes(sample.heap),
        mebibytes(sample.memory.resident)
    );
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn judge(report: &SoakReport) -> Result<(), Box<dyn Error>> {
    print_range(report, "RSS", |sample| sample.memory.resident);
    print_range(report, "heap", |sample| sample.heap);
    let baseline = report.baseline.heap;
    let allowed = baseline + (baseline as f64 * SLACK_SHARE) as u64 + SLACK_BYTES;
    println!("heap allowed at the end: {:.2} MiB", mebibytes(allowed));
    if report.end.heap > allowed {
        return Err("the server keeps memory of clients that have gone".into());
    }
    Ok(())
}

fn print_range(report: &SoakReport, what: &str, of: fn(&SoakSample) -> u64) {
    println!(
        "{what}: baseline {:.2} MiB, highest {:.2} MiB, at the end {:.2} MiB",
        mebibytes(of(&report.baseline)),
        mebibytes(report.samples.iter().map(of).max().unwrap_or_default()),
        mebibytes(of(&report.end))
    );
}
