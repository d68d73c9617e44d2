//! `cargo xtask coverage`: how much of the pure crates the tests reach, in lines and branches.
//!
//! Branches are counted by a nightly compiler only, with the tools of its LLVM.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::process::{output, program, root, run};

/// The crates that are looked at.
const PURE_CRATES: [&str; 2] = ["socketio-proto", "socketio-session"];

/// What is compiled with counters: those crates, and what their generic functions are compiled in.
const COUNTED: [&str; 4] = [
    "socketio-proto",
    "socketio-session",
    "socketio-invariants",
    "socketio-pure-tests",
];

/// The tests that run: a package, and its test.
const TESTS: [(&str, &str); 3] = [
    ("socketio-pure-tests", "codec"),
    ("socketio-pure-tests", "session"),
    ("socketio-invariants", "replay"),
];

/// Runs the tests and prints what share of the lines and branches of each file they reach.
///
/// # Errors
/// If a tool is missing, with how to install it, or if a test fails.
pub(crate) fn print_coverage() -> Result<(), Box<dyn Error>> {
    let tools = Tools::find()?;
    let folder = root().join("target/coverage");
    let profiles = folder.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    let tests = build(&folder.join("build"))?;
    for test in &tests {
        let mut command = Command::new(test);
        command.env("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"));
        run(command
            .current_dir(root().join("tests"))
            .stdout(Stdio::null()))?;
    }
    let merged = folder.join("all.profdata");
    let mut merge = tools.command("llvm-profdata");
    merge.args(["merge", "--sparse", "-o"]).arg(&merged);
    for profile in fs::read_dir(&profiles)? {
        merge.arg(profile?.path());
    }
    run(&mut merge)?;
    let html = folder.join("html");
    let mut show = tools.report("show", &tests, &merged);
    show.args(["--format=html", "--show-branches=count", "--output-dir"]);
    run(show.arg(&html).stdout(Stdio::null()))?;
    let mut export = tools.report("export", &tests, &merged);
    let summary = output(export.arg("--summary-only")).ok_or("no summary of the coverage")?;
    print_summary(&serde_json::from_str(&summary)?);
    eprintln!("line by line: {}", html.join("index.html").display());
    Ok(())
}

/// The tools of the compiler's LLVM.
struct Tools(PathBuf);

impl Tools {
    fn find() -> Result<Self, Box<dyn Error>> {
        let told = |question: &[&str]| output(program("rustc").arg("+nightly").args(question));
        let sysroot = told(&["--print", "sysroot"]).ok_or(
            "branches are counted by a nightly compiler: rustup toolchain install nightly",
        )?;
        let compiler = told(&["-vV"]).unwrap_or_default();
        let host = compiler
            .lines()
            .find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("a compiler without a host")?;
        let folder = Path::new(sysroot.trim()).join(format!("lib/rustlib/{host}/bin"));
        if !folder.join("llvm-cov").exists() {
            let how = "rustup component add llvm-tools --toolchain nightly";
            return Err(format!("the tools of the compiler's LLVM are missing: {how}").into());
        }
        Ok(Self(folder))
    }

    fn command(&self, name: &str) -> Command {
        Command::new(self.0.join(name))
    }

    /// A report about the pure crates.
    fn report(&self, kind: &str, tests: &[PathBuf], profile: &Path) -> Command {
        let mut command = self.command("llvm-cov");
        command.arg(kind).arg("--instr-profile").arg(profile);
        for (number, test) in tests.iter().enumerate() {
            // All but the first are named so.
            command.args((number > 0).then_some("--object"));
            command.arg(test);
        }
        command.arg("--sources");
        command.args(PURE_CRATES.map(|package| root().join(package).join("src")));
        command
    }
}

/// Builds the tests with counters; their programs.
fn build(target: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut build = program("cargo");
    build.args(["+nightly", "test", "--no-run", "--message-format=json"]);
    build.args(["-Z", "profile-rustflags"]);
    // Counters know their lines themselves.
    build.args(["--config", "profile.dev.debug=false"]);
    for package in COUNTED {
        let flags = r#"["-Cinstrument-coverage", "-Zcoverage-options=branch"]"#;
        build.arg("--config");
        build.arg(format!("profile.dev.package.{package}.rustflags={flags}"));
    }
    for (package, test) in TESTS {
        build.args(["-p", package, "--test", test]);
    }
    let told = build
        .arg("--target-dir")
        .arg(target)
        .stderr(Stdio::inherit());
    let told = output(told).ok_or("the tests do not build with counters")?;
    let messages = told
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let programs = messages.filter_map(|message: Value| {
        let is_test = message["profile"]["test"] == true;
        let program = message["executable"].as_str().filter(|_| is_test)?;
        Some(PathBuf::from(program))
    });
    Ok(programs.collect())
}

/// How many there are, and how many of them were reached.
#[derive(Default, Clone, Copy)]
struct Share {
    count: u64,
    covered: u64,
}

impl Share {
    fn of(summary: &Value) -> Self {
        let number = |key: &str| summary[key].as_u64().unwrap_or_default();
        Self {
            count: number("count"),
            covered: number("covered"),
        }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            covered: self.covered + other.covered,
        }
    }

    fn percent(self) -> String {
        if self.count == 0 {
            return "-".to_owned();
        }
        // Counts are small enough to be exact.
        format!("{:.1} %", 100.0 * self.covered as f64 / self.count as f64)
    }
}

/// One line for each file, and one for each crate.
fn print_summary(export: &Value) {
    let mut crates: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    println!(
        "{:60} {:>8} {:>8} {:>10}",
        "", "lines", "branches", "missed"
    );
    let print = |name: &str, lines: Share, branches: Share| {
        let missed = branches.count - branches.covered;
        let (lines, branches) = (lines.percent(), branches.percent());
        println!("{name:60} {lines:>8} {branches:>8} {missed:>10}");
    };
    for file in export["data"][0]["files"].as_array().into_iter().flatten() {
        let path = file["filename"].as_str().unwrap_or_default();
        let lines = Share::of(&file["summary"]["lines"]);
        let branches = Share::of(&file["summary"]["branches"]);
        let package = PURE_CRATES
            .into_iter()
            .find(|it| path.contains(&format!("/{it}/")));
        let Some(package) = package else { continue };
        let at = path.find(package).unwrap_or_default();
        print(&path[at..], lines, branches);
        let sums = crates.entry(package).or_default();
        *sums = (sums.0.plus(lines), sums.1.plus(branches));
    }
    for (package, (lines, branches)) in crates {
        print(package, lines, branches);
    }
}
