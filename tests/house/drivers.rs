//! Drivers are alike from outside, and only one of them brings tokio.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::markdown::root;

/// The driver that the others are measured by.
const MODEL: &str = "driver-tokio";

const OTHERS: [&str; 2] = ["driver-async-std", "driver-smol"];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a readable file")
}

/// What a crate's root exports, one declaration each, without what only documents it.
fn exports(driver: &str) -> BTreeSet<String> {
    let text = read(&format!("{driver}/src/lib.rs"));
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let code: Vec<&str> = text.lines().filter(is_code).collect();
    let code = code.join("\n");
    let declarations = code.split(';').filter_map(|it| {
        let (_, declaration) = it.split_once("pub ")?;
        Some(declaration.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    declarations.collect()
}

/// The names of a crate's features.
fn features(driver: &str) -> BTreeSet<String> {
    let manifest = read(&format!("{driver}/Cargo.toml"));
    let (_, rest) = manifest.split_once("[features]\n").expect("features");
    let section = rest.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.split_once(" ="));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn drivers_export_the_same_names() {
    let model = exports(MODEL);
    for name in [
        "type Server =",
        "type ServerBuilder =",
        "use socketio_server::*",
    ] {
        let is_there = model.iter().any(|it| it.starts_with(name));
        assert!(is_there, "{name} is missing: {model:#?}");
    }
    for driver in OTHERS {
        assert_eq!(exports(driver), model, "{driver}");
    }
}

#[test]
fn drivers_have_the_same_features() {
    let model = features(MODEL);
    assert!(model.contains("tower"), "{model:?}");
    for driver in OTHERS {
        assert_eq!(features(driver), model, "{driver}");
    }
}

/// Where servers run. In browsers async-std would bring tokio, and no sockets.
const PLATFORMS: [&str; 3] = [
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
];

/// The lines of `cargo tree` for each of the others with all features, on each platform.
fn trees(arguments: &[&str]) -> impl Iterator<Item = (String, Vec<String>)> {
    let pairs = OTHERS
        .iter()
        .flat_map(|driver| PLATFORMS.map(|platform| (driver, platform)));
    pairs.map(|(driver, platform)| {
        let of = format!("{driver} on {platform}");
        (of, tree(driver, platform, arguments))
    })
}

fn tree(driver: &str, platform: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", &format!("socketio-{driver}")])
        .args(["--all-features", "--target", platform])
        .args(arguments)
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("names");
    text.lines().map(String::from).collect()
}

/// What follows a depth in lines of `--prefix depth`.
fn at_depth(depth: char, lines: &[String]) -> BTreeSet<&str> {
    let rest = lines.iter().filter_map(|line| line.strip_prefix(depth));
    rest.map(|it| it.trim_end_matches(" (*)")).collect()
}

/// hyper has locks and channels of tokio's, which need no runtime of it: its feature `sync`, and
/// `default`, in which there is nothing.
#[test]
fn elsewhere_tokio_is_what_hyper_synchronizes_with() {
    let edges = ["--edges", "normal,build,features"];
    let wanted = ["--invert", "tokio", "--depth", "2", "--prefix", "depth"];
    for (of, lines) in trees(&[&edges[..], &wanted].concat()) {
        let features = at_depth('1', &lines);
        let expected = ["tokio feature \"default\"", "tokio feature \"sync\""];
        assert_eq!(features, BTreeSet::from(expected), "{of}: {lines:#?}");
        let users = at_depth('2', &lines);
        let is_hyper = |user: &&str| user.starts_with("hyper v");
        assert!(users.iter().all(is_hyper), "{of}: {lines:#?}");
        assert!(!users.is_empty(), "{of}: {lines:#?}");
    }
}

#[test]
fn elsewhere_nothing_of_tokios_family_is_built() {
    let edges = ["--edges", "normal,build"];
    let names = ["--prefix", "none", "--format", "{p}"];
    for (of, lines) in trees(&[&edges[..], &names].concat()) {
        let first_words = lines.iter().filter_map(|it| it.split_whitespace().next());
        let packages: BTreeSet<&str> = first_words.collect();
        assert!(packages.contains("hyper"), "{of}: {packages:?}");
        let is_stranger = |name: &&str| *name == "mio" || name.starts_with("tokio-");
        assert!(!packages.iter().any(is_stranger), "{of}: {packages:?}");
    }
}
