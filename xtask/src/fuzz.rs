//! `cargo xtask fuzz`: looks for inputs that break what must hold for every input.
//!
//! The fuzzers are in `fuzz`, what they judge in `invariants`. They need a nightly compiler and
//! `cargo-fuzz`; neither is installed here.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{cargo, output, program, root, run};

/// Memory above which a fuzzer has found something, in MB. Small inputs take a fraction of it.
const MOST_MEMORY: &str = "-rss_limit_mb=1024";

/// Time above which an input is a finding, in seconds.
const MOST_TIME: &str = "-timeout=20";

/// What fuzzers print of their work in the end.
const EXECUTIONS: &str = "stat::number_of_executed_units:";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long each fuzzer runs, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The fuzzers to run, by name; all, if none is named
    targets: Vec<String>,
}

/// A fuzzer that was built.
struct Fuzzer {
    name: String,
    /// The longest input it makes, in bytes.
    max_len: String,
}

/// Runs fuzzers one after another; what they find is left below `target/fuzz/findings`.
///
/// # Errors
/// If a tool is missing, or if anything was found.
pub(crate) fn run_fuzzers(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(missing) = missing_tool() {
        return Err(missing.into());
    }
    fuzz(arguments)
}

/// A short run of each fuzzer, where they can be built. Where not, that is said: their seeds
/// and what they found before are replayed by the tests.
///
/// # Errors
/// If anything was found.
pub(crate) fn run_shortly() -> Result<(), Box<dyn Error>> {
    if let Some(missing) = missing_tool() {
        eprintln!("left out: {missing}");
        eprintln!("their seeds, and what they found before, are replayed by the tests");
        return Ok(());
    }
    fuzz(&Arguments {
        seconds: 5,
        targets: Vec::new(),
    })
}

/// What is missing, and how to install it.
fn missing_tool() -> Option<&'static str> {
    if output(program("cargo").args(["+nightly", "--version"])).is_none() {
        return Some("fuzzers need a nightly compiler: rustup toolchain install nightly");
    }
    if output(program("cargo").args(["+nightly", "fuzz", "--version"])).is_none() {
        return Some("fuzzers need cargo-fuzz: cargo install cargo-fuzz --locked");
    }
    None
}

fn folder() -> PathBuf {
    root().join("target/fuzz")
}

fn fuzz(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let fuzzers = chosen(&arguments.targets)?;
    let programs = build()?;
    let mut found = Vec::new();
    for fuzzer in &fuzzers {
        let holds = work(fuzzer, &programs, arguments.seconds)?;
        if !holds {
            found.push(fuzzer.name.as_str());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let places = folder().join("findings");
    Err(format!(
        "something was found by {}: see {}; an input that is put into fuzz/regressions/NAME is replayed by the tests",
        found.join(", "),
        places.display()
    )
    .into())
}

/// The fuzzers of these names, with their seeds written.
fn chosen(names: &[String]) -> Result<Vec<Fuzzer>, Box<dyn Error>> {
    let mut write_seeds = cargo();
    write_seeds.args([
        "run",
        "--quiet",
        "-p",
        "socketio-invariants",
        "--bin",
        "write-seeds",
    ]);
    let list = output(write_seeds.arg(folder().join("seeds"))).ok_or("no seeds can be written")?;
    let all = list.lines().filter_map(|line| line.split_once(' '));
    let all: Vec<Fuzzer> = all
        .map(|(name, max_len)| Fuzzer {
            name: name.to_owned(),
            max_len: max_len.to_owned(),
        })
        .collect();
    if let Some(unknown) = names
        .iter()
        .find(|name| all.iter().all(|it| it.name != **name))
    {
        let known: Vec<_> = all.iter().map(|it| it.name.as_str()).collect();
        return Err(format!("no fuzzer {unknown}: there are {}", known.join(", ")).into());
    }
    let is_chosen = |it: &Fuzzer| names.is_empty() || names.contains(&it.name);
    Ok(all.into_iter().filter(is_chosen).collect())
}

/// Builds all fuzzers; the folder of their programs.
///
/// No sanitizer: there is no unsafe code here, and without one they do several times as much.
fn build() -> Result<PathBuf, Box<dyn Error>> {
    let target = folder().join("build");
    let mut build = program("cargo");
    build.args(["+nightly", "fuzz", "build", "--sanitizer", "none"]);
    run(build.arg("--target-dir").arg(&target))?;
    let compiler = output(program("rustc").args(["+nightly", "-vV"])).unwrap_or_default();
    let host = compiler
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    Ok(target
        .join(host.ok_or("a compiler without a host")?)
        .join("release"))
}

/// Lets a fuzzer work for so long; whether it found nothing.
fn work(fuzzer: &Fuzzer, programs: &Path, seconds: u64) -> Result<bool, Box<dyn Error>> {
    let name = &fuzzer.name;
    let [corpus, findings] = ["corpus", "findings"].map(|it| folder().join(it).join(name));
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&findings)?;
    let told = findings.with_extension("log");
    let mut command = Command::new(programs.join(name));
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-max_len={}", fuzzer.max_len));
    command.arg(format!("-artifact_prefix={}/", findings.display()));
    command.args([MOST_MEMORY, MOST_TIME, "-print_final_stats=1"]);
    command.arg(&corpus).arg(folder().join("seeds").join(name));
    let regressions = root().join("fuzz/regressions").join(name);
    command.args(regressions.is_dir().then_some(regressions));
    let status = command.stderr(File::create(&told)?).status()?;
    let told = String::from_utf8_lossy(&fs::read(&told)?).into_owned();
    let executions = told.lines().find_map(|line| line.strip_prefix(EXECUTIONS));
    let executions = executions.map_or("an unknown number of", str::trim);
    eprintln!("{name}: {executions} executions in {seconds} s");
    if !status.success() {
        let lines: Vec<_> = told.lines().collect();
        let last = lines.len().saturating_sub(60);
        eprintln!("{}\n{name}: {status}", lines[last..].join("\n"));
    }
    Ok(status.success())
}
