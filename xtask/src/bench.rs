//! `cargo xtask bench`: the echo server under load, over loopback.
//!
//! The figures are the server's own CPU time and memory, medians of several rounds; the scenarios
//! take turns, each with a fresh server process, so that a busy machine is unfair to all alike.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use socketio_tests::load::{
    BroadcastLoad, IdleMemory, IdleSessions, LoadError, PolledEcho, ServerProcess, Throughput,
    Timing, WebSocketEcho, median,
};

use crate::process;

/// The target for an idle session, in bytes.
const BYTES_PER_SESSION: f64 = 4096.0;

/// What to measure, and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these scenarios
    #[arg(long, value_delimiter = ',')]
    only: Vec<Scenario>,
    /// Rounds, of which the medians are shown
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds that each measurement of CPU time takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Idle sessions
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// Prints JSON lines: one for each round, one for each median; the table goes to standard
    /// error
    #[arg(long)]
    json: bool,
    /// Measures this executable instead of building the echo example; several are measured in
    /// turns, which is the way to compare two versions
    #[arg(long)]
    server: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Scenario {
    /// Memory of sessions that say nothing
    Idle,
    /// 100 websockets with 8 events in flight each
    Pipelined,
    /// 100 websockets with one event in flight each
    PingPong,
    /// 100 polling clients with one event in flight each
    Polled,
    /// Events for all of 1,000 members on websockets
    Broadcast,
}

impl Scenario {
    const fn title(self) -> &'static str {
        match self {
            Self::Idle => "idle websocket sessions",
            Self::Pipelined => "websocket echo, 100 x 8 in flight",
            Self::PingPong => "websocket echo, 100 x 1 in flight",
            Self::Polled => "xhr-polling echo, 100 x 1 in flight",
            Self::Broadcast => "delivery to each of 1,000 members",
        }
    }
}

/// What one round of a scenario came to.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Figures {
    Cost(Cost),
    Size(Size),
}

/// CPU time of the server for each message, and the rate, which depends on the machine's load.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Cost {
    user_micros: f64,
    system_micros: f64,
    messages_per_second: f64,
}

/// Bytes for each session: just opened, and after an event and its answer.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Size {
    sessions: usize,
    fresh_anonymous: f64,
    fresh_resident: f64,
    spoken_anonymous: f64,
    spoken_resident: f64,
}

/// A line of JSON.
#[derive(Serialize)]
struct Row<'a> {
    server: &'a Path,
    scenario: Scenario,
    /// Absent in the line of the medians.
    #[serde(skip_serializing_if = "Option::is_none")]
    round: Option<u32>,
    #[serde(flatten)]
    figures: Figures,
}

/// Builds the server, measures it and prints what came out.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if cfg!(debug_assertions) {
        // A slow generator would be a gentle one.
        return process::run(
            process::cargo()
                .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
                .args(std::env::args_os().skip(1)),
        );
    }
    measure_all(arguments)
}

fn measure_all(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let servers = match arguments.server.as_slice() {
        [] => vec![build_echo()?],
        servers => servers.to_vec(),
    };
    let scenarios = match arguments.only.as_slice() {
        [] => Scenario::value_variants(),
        only => only,
    };
    let mut series: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| servers.iter().map(|server| Series::new(server, *scenario)))
        .collect();
    for round in 1..=arguments.rounds {
        for series in &mut series {
            eprintln!("round {round}: {}", series.scenario.title());
            let figures = measure(series.scenario, series.server, arguments)?;
            if arguments.json {
                series.print_json(Some(round), figures)?;
            }
            series.rounds.push(figures);
        }
    }
    let mut table = String::new();
    for series in &series {
        let middle = medians(&series.rounds);
        if arguments.json {
            series.print_json(None, middle)?;
        }
        if servers.len() > 1 {
            table += &format!("{}:\n", series.server.display());
        }
        table += &describe(series.scenario, &middle);
    }
    if arguments.json {
        eprint!("{table}");
    } else {
        print!("{table}");
    }
    Ok(())
}

/// The rounds of one scenario with one server.
struct Series<'a> {
    server: &'a Path,
    scenario: Scenario,
    rounds: Vec<Figures>,
}

impl<'a> Series<'a> {
    fn new(server: &'a Path, scenario: Scenario) -> Self {
        Self {
            server,
            scenario,
            rounds: Vec::new(),
        }
    }

    fn print_json(&self, round: Option<u32>, figures: Figures) -> io::Result<()> {
        let row = Row {
            server: self.server,
            scenario: self.scenario,
            round,
            figures,
        };
        println!("{}", serde_json::to_string(&row)?);
        Ok(())
    }
}

/// Puts one scenario on a fresh server.
fn measure(
    scenario: Scenario,
    executable: &Path,
    arguments: &Arguments,
) -> Result<Figures, LoadError> {
    let server = ServerProcess::start(executable)?;
    let timing = Timing {
        warm_up: Duration::from_millis(500),
        window: Duration::from_secs(arguments.seconds),
    };
    let echo = |in_flight| WebSocketEcho {
        clients: 100,
        in_flight,
    };
    let throughput = match scenario {
        Scenario::Idle => return measure_idle(&server, arguments.sessions).map(Figures::Size),
        Scenario::Pipelined => echo(8).measure(&server, timing)?,
        Scenario::PingPong => echo(1).measure(&server, timing)?,
        Scenario::Polled => PolledEcho { clients: 100 }.measure(&server, timing)?,
        Scenario::Broadcast => BroadcastLoad { members: 1000 }.measure(&server, timing)?,
    };
    Ok(Figures::Cost(Cost::of(&throughput)))
}

fn measure_idle(server: &ServerProcess, wanted: usize) -> Result<Size, LoadError> {
    let idle = IdleSessions { sessions: wanted }.within_limits(server)?;
    if idle.sessions < wanted {
        eprintln!(
            "only {} idle sessions: the limit of open files (ulimit -n) allows no more",
            idle.sessions
        );
    }
    idle.measure(server).map(|memory| Size::of(&memory))
}

impl Cost {
    fn of(throughput: &Throughput) -> Self {
        Self {
            user_micros: throughput.user_micros(),
            system_micros: throughput.system_micros(),
            messages_per_second: throughput.rate(),
        }
    }
}

impl Size {
    fn of(memory: &IdleMemory) -> Self {
        let fresh = memory.fresh.per_one_since(memory.before, memory.sessions);
        let spoken = memory.spoken.per_one_since(memory.before, memory.sessions);
        Self {
            sessions: memory.sessions,
            fresh_anonymous: fresh.0,
            fresh_resident: fresh.1,
            spoken_anonymous: spoken.0,
            spoken_resident: spoken.1,
        }
    }
}

/// The median of each figure by itself.
fn medians(rounds: &[Figures]) -> Figures {
    let (mut costs, mut sizes) = (Vec::new(), Vec::new());
    for figures in rounds {
        match figures {
            Figures::Cost(cost) => costs.push(cost),
            Figures::Size(size) => sizes.push(size),
        }
    }
    if let Some(first) = sizes.first() {
        let middle = |figure: fn(&Size) -> f64| median(sizes.iter().map(|size| figure(size)));
        return Figures::Size(Size {
            sessions: first.sessions,
            fresh_anonymous: middle(|size| size.fresh_anonymous),
            fresh_resident: middle(|size| size.fresh_resident),
            spoken_anonymous: middle(|size| size.spoken_anonymous),
            spoken_resident: middle(|size| size.spoken_resident),
        });
    }
    let middle = |figure: fn(&Cost) -> f64| median(costs.iter().map(|cost| figure(cost)));
    Figures::Cost(Cost {
        user_micros: middle(|cost| cost.user_micros),
        system_micros: middle(|cost| cost.system_micros),
        messages_per_second: middle(|cost| cost.messages_per_second),
    })
}

fn describe(scenario: Scenario, figures: &Figures) -> String {
    let title = scenario.title();
    match figures {
        Figures::Cost(cost) => format!(
            "{title:<38} {:>7.2} us user {:>7.2} us system {:>9.0} messages/s\n",
            cost.user_micros, cost.system_micros, cost.messages_per_second
        ),
        Figures::Size(size) => {
            let line = |when: &str, anonymous: f64, resident: f64| {
                let title = format!("{} {title}, {when}", size.sessions);
                let within = if resident <= BYTES_PER_SESSION {
                    "within"
                } else {
                    "above"
                };
                format!(
                    "{title:<38} {anonymous:>7.0} B anonymous {resident:>7.0} B resident \
                     ({within} {BYTES_PER_SESSION} B)\n"
                )
            };
            line("fresh", size.fresh_anonymous, size.fresh_resident)
                + &line("spoken", size.spoken_anonymous, size.spoken_resident)
        }
    }
}

/// A line of cargo's output; most are about other things.
#[derive(serde::Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

/// Builds the echo example, and says where it is.
fn build_echo() -> Result<PathBuf, Box<dyn Error>> {
    let output = process::output(
        process::cargo()
            .args(["build", "--release", "--package", "socketio-examples"])
            .args(["--example", "echo"])
            .arg("--message-format=json-render-diagnostics")
            .stderr(Stdio::inherit()),
    );
    let output = output.ok_or("the echo example cannot be built")?;
    let executable = output
        .lines()
        .filter_map(|line| serde_json::from_str::<BuildMessage>(line).ok())
        .find_map(|message| message.executable);
    executable.ok_or_else(|| "cargo names no executable".into())
}
