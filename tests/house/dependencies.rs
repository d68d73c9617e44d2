//! What the published crates stand on: licences and sources, as `deny.toml` allows them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::markdown::root;

/// Where packages come from, if they are not of this repository.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What cargo knows of this workspace and its dependencies, with all features, on this machine.
fn metadata() -> Value {
    let version = Command::new(env!("CARGO")).arg("-vV").output();
    let version = version.expect("cargo runs").stdout;
    let version = String::from_utf8(version).expect("UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let mut metadata = Command::new(env!("CARGO"));
    metadata.current_dir(root());
    metadata.args(["metadata", "--offline", "--locked", "--format-version=1"]);
    metadata.args(["--all-features", "--filter-platform", host.expect("a host")]);
    let told = metadata.output().expect("cargo runs");
    let complaint = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{complaint}");
    serde_json::from_slice(&told.stdout).expect("JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The published crates, and everything that is built along with them.
fn published_and_below(metadata: &Value) -> Vec<&Value> {
    let packages = list(metadata, "packages");
    let packages: BTreeMap<_, _> = packages.iter().map(|it| (it["id"].as_str(), it)).collect();
    let nodes = list(&metadata["resolve"], "nodes");
    let nodes: BTreeMap<_, _> = nodes.iter().map(|it| (it["id"].as_str(), it)).collect();
    // Whoever says nothing may be published.
    let is_published =
        |package: &&&Value| package["source"].is_null() && package["publish"].is_null();
    let published = packages.values().filter(is_published);
    let mut left: Vec<_> = published.map(|package| package["id"].as_str()).collect();
    assert!(left.len() >= 7, "only {left:?} are published");
    let mut found = BTreeSet::new();
    while let Some(id) = left.pop() {
        if found.insert(id) {
            let below = list(nodes[&id], "deps").iter();
            let built =
                below.filter(|it| list(it, "dep_kinds").iter().any(|it| it["kind"] != "dev"));
            left.extend(built.map(|it| it["pkg"].as_str()));
        }
    }
    found.into_iter().map(|id| packages[&id]).collect()
}

/// The licences that `deny.toml` allows.
fn allowed() -> BTreeSet<String> {
    let rules = fs::read_to_string(root().join("deny.toml")).expect("the rules");
    let (_, licences) = rules.split_once("[licenses]").expect("rules for licences");
    let (_, allowed) = licences.split_once("\nallow = [").expect("those allowed");
    let (allowed, _) = allowed.split_once(']').expect("an end");
    allowed
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// Whether one may take what has this licence: an SPDX expression, or names with slashes between, as
/// it used to be written.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let result = any_of(&mut words, allowed);
    result && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut result = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        result |= all_of(words, allowed);
    }
    result
}

fn all_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut result = single(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        result &= single(words, allowed);
    }
    result
}

fn single(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let result = any_of(words, allowed);
        return words.next_if_eq(&")").is_some() && result;
    }
    let Some(name) = words.next() else {
        return false;
    };
    match words.next_if_eq(&"WITH") {
        // An exception permits more, but is a licence of its own to cargo-deny.
        Some(_) => words
            .next()
            .is_some_and(|it| allowed.contains(&format!("{name} WITH {it}"))),
        None => allowed.contains(name),
    }
}

#[test]
fn published_crates_stand_on_what_anybody_may_take() {
    let metadata = metadata();
    let packages = published_and_below(&metadata);
    assert!(packages.len() > 100, "only {}", packages.len());
    let allowed = allowed();
    assert!(allowed.contains("MIT") && allowed.len() < 20, "{allowed:?}");
    let is_refused = |package: &&&Value| {
        let licence = package["license"].as_str().unwrap_or_default();
        !is_allowed(licence, &allowed)
    };
    let refused = packages.iter().filter(is_refused);
    let refused: Vec<_> = refused.map(|it| (&it["name"], &it["license"])).collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:#?}");
}

#[test]
fn packages_come_from_the_registry_alone() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    let sources = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "));
    let sources: BTreeSet<_> = sources.map(|source| source.trim_matches('"')).collect();
    assert_eq!(sources, BTreeSet::from([REGISTRY]));
    for package in published_and_below(&metadata()) {
        let source = package["source"].as_str();
        assert!(
            source.is_none_or(|it| it == REGISTRY),
            "{}: {source:?}",
            package["name"]
        );
    }
}

#[test]
fn licences_are_read_as_they_are_written() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Zlib".to_owned()]);
    for (expression, result) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT OR GPL-3.0-only", true),
        ("GPL-3.0-only/MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("(MIT OR GPL-3.0-only) AND Zlib", true),
        ("MIT AND (GPL-3.0-only OR LGPL-3.0-only)", false),
        ("MIT WITH GCC-exception-3.1", false),
        ("(MIT", false),
        ("MIT Zlib", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), result, "{expression}");
    }
}
