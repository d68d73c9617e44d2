//! What `SECURITY.md` says of limits and advisories.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use socketio_server::{DecodeLimits, ServerLimits, SessionLimits};
use socketio_session::SessionConfig;

use crate::markdown::{Document, Table, code_spans};
use crate::source_files::rust_files;

/// Fields that are no limits, or whose own fields are listed.
const ELSEWHERE: [&str; 4] = [
    "ServerLimits::decode",
    "SessionConfig::limits",
    "SessionConfig::memory",
    "SessionConfig::namespaces",
];

/// The fields of a value of this type, and how they are shown, tidied.
fn fields(value: &impl Debug) -> BTreeMap<String, String> {
    let shown = format!("{value:#?}");
    let (name, fields) = shown.split_once(" {\n").expect("a struct");
    let mut shown = BTreeMap::new();
    let mut last: Option<&mut String> = None;
    for line in fields.lines().filter(|line| *line != "}") {
        // Those of the struct itself are indented once.
        let own = line.strip_prefix("    ");
        let own = own.filter(|it| it.starts_with(|it: char| it.is_alphabetic()));
        if let Some((field, value)) = own.and_then(|it| it.split_once(": ")) {
            let place = shown.entry(format!("{name}::{field}"));
            last = Some(place.or_insert_with(|| value.to_owned()));
        } else if let Some(last) = &mut last {
            last.push_str(line);
        }
    }
    for value in shown.values_mut() {
        *value = tidied(value);
    }
    shown
}

/// Without space, and without commas that nothing follows.
fn tidied(value: &str) -> String {
    let value: String = value.split_whitespace().collect();
    let value = value.replace(",)", ")").replace(",}", "}");
    value.trim_end_matches(',').replace(",)", ")")
}

#[test]
fn every_limit_and_its_default_stand_in_the_table() {
    let mut limits = fields(&ServerLimits::default());
    limits.extend(fields(&DecodeLimits::default()));
    limits.extend(fields(&SessionLimits::default()));
    limits.extend(fields(&SessionConfig::default()));
    limits.retain(|name, _| !ELSEWHERE.contains(&&**name));
    assert!(limits.len() > 25, "only {limits:?}");
    let mut stated = BTreeMap::new();
    for Table { head, rows } in Document::read("SECURITY.md").tables() {
        if head[..2] == ["limit", "default"] {
            for row in rows {
                let span = |cell: &str| code_spans(cell).first().map(|&it| it.to_owned());
                let name = span(&row[0]).expect("the name of a limit");
                stated.insert(name, tidied(&span(&row[1]).expect("its default")));
            }
        }
    }
    let row = |(name, value): (&String, &String)| format!("`{name}` is `{value}`");
    let is_other = |it: &(&String, &String)| stated.get(it.0) != Some(it.1);
    let missing: Vec<_> = limits.iter().filter(is_other).map(row).collect();
    assert!(missing.is_empty(), "SECURITY.md does not say: {missing:#?}");
    let is_gone = |name: &&String| !limits.contains_key(*name);
    let gone: Vec<_> = stated.keys().filter(is_gone).collect();
    assert!(gone.is_empty(), "there are no such limits: {gone:?}");
}

/// The tests that are named after an advisory, by their files.
fn named_after_advisories() -> BTreeSet<String> {
    let files = rust_files("conformance/src/behaviour/advisories");
    let tests = files
        .iter()
        .flat_map(|file| file.text.split("\nfn ").skip(1));
    let names = tests.filter_map(|rest| rest.split_once('(').map(|(name, _)| name.to_owned()));
    let is_named = |name: &String| {
        let sources = ["cve_", "ghsa_", "socketioxide_"];
        sources.iter().any(|source| name.starts_with(source))
    };
    names.filter(is_named).collect()
}

#[test]
fn every_advisory_that_is_tested_stands_in_the_table() {
    let document = Document::read("SECURITY.md");
    let listed: BTreeSet<_> = document.links().into_iter().map(|link| link.text).collect();
    let tested = named_after_advisories();
    assert!(tested.len() > 20, "only {tested:?}");
    let unlisted: Vec<_> = tested
        .iter()
        .filter(|name| !listed.contains(&format!("`{name}`")))
        .collect();
    assert!(
        unlisted.is_empty(),
        "SECURITY.md does not list: {unlisted:?}"
    );
}

#[test]
fn a_test_is_named_after_the_advisory_of_its_row() {
    for Table { head, rows } in Document::read("SECURITY.md").tables() {
        if head[0] != "advisory" || head.last().is_none_or(|head| head != "shown by") {
            continue;
        }
        for row in rows.iter().filter(|row| row[0] != "none") {
            let advisory = row[0].split(',').next().unwrap_or_default();
            let prefix = advisory.to_lowercase().replace(['-', ' '], "_");
            let test = code_spans(&row[3])[0];
            assert!(test.starts_with(&prefix), "{advisory}: {test}");
        }
    }
}

/// The compiler keeps it, where it is said.
#[test]
fn every_crate_forbids_unsafe_code() {
    let files = rust_files("");
    let roots = files
        .iter()
        .filter(|file| file.path.ends_with("src/lib.rs") || file.path.ends_with("src/main.rs"));
    let (mut count, mut without) = (0, Vec::new());
    for root in roots {
        count += 1;
        let package = root.path.trim_start_matches('/');
        let package = package.replace("src/lib.rs", "").replace("src/main.rs", "");
        let manifest =
            std::fs::read_to_string(crate::markdown::root().join(package).join("Cargo.toml"));
        let by_lints = manifest.is_ok_and(|it| {
            it.contains("[lints]\nworkspace = true") || it.contains("unsafe_code = \"forbid\"")
        });
        if !by_lints && !root.text.contains("#![forbid(unsafe_code)]") {
            without.push(&root.path);
        }
    }
    assert!(count > 8, "only {count} crates");
    assert!(
        without.is_empty(),
        "unsafe code is not forbidden: {without:?}"
    );
}
