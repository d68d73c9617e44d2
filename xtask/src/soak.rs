//! `cargo xtask soak`: the echo example under clients of all kinds for a long time.
//!
//! When all have left, its memory has to be what it was before them.

use std::error::Error;
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;
use socketio_tests::load::{Protocol, ServerProcess, Soak, SoakReport, SoakSample};

use crate::building;

/// What an allocator may keep for itself of what has been freed: a share of the baseline, and so
/// many bytes. Its arenas are shared by what lives long and what does not.
const SLACK_SHARE: f64 = 0.10;
const SLACK_BYTES: u64 = 4 << 20;

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
    let mut command = Command::new(building::build_echo("release")?);
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
    println!("| s | visits | sessions | connections | RSS MiB | anonymous MiB |");
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
        mebibytes(sample.memory.resident),
        mebibytes(sample.memory.anonymous)
    );
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn judge(report: &SoakReport) -> Result<(), Box<dyn Error>> {
    let (baseline, end) = (report.baseline.memory, report.end.memory);
    let highest = report.samples.iter().map(|sample| sample.memory.resident);
    let slack = (baseline.resident as f64 * SLACK_SHARE) as u64 + SLACK_BYTES;
    let allowed = baseline.resident + slack;
    println!(
        "RSS: baseline {:.1} MiB, highest {:.1} MiB, at the end {:.1} MiB, allowed {:.1} MiB",
        mebibytes(baseline.resident),
        mebibytes(highest.max().unwrap_or_default()),
        mebibytes(end.resident),
        mebibytes(allowed)
    );
    if end.resident > allowed {
        return Err("the server keeps memory of clients that have gone".into());
    }
    Ok(())
}
