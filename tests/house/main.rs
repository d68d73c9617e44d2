//! The rules of the house that no compiler checks.

mod coming_from;
mod dependencies;
mod documents;
mod drivers;
mod excerpts;
mod markdown;
mod memory;
mod security;
mod source_files;

use source_files::{SourceFile, rust_files};

/// Files that a person can read in one go.
const MOST_LINES: usize = 500;

/// The crates that know neither clock nor socket, thread nor randomness.
const PURE_CRATES: [&str; 2] = ["socketio-proto", "socketio-session"];

fn offenders(files: &[SourceFile], offends: impl Fn(&SourceFile) -> bool) -> Vec<&str> {
    files
        .iter()
        .filter(|file| offends(file))
        .map(|file| file.path.as_str())
        .collect()
}

#[test]
fn files_stay_short() {
    let files = rust_files("");
    assert!(files.len() > 50, "only {} files were found", files.len());
    let long = offenders(&files, |file| file.text.lines().count() > MOST_LINES);
    assert!(long.is_empty(), "over {MOST_LINES} lines: {long:?}");
}

#[test]
fn nothing_is_left_for_later_without_a_reason() {
    // Put together, so that this file passes.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let files = rust_files("");
    let left = offenders(&files, |file| {
        marks.iter().any(|mark| file.text.contains(mark))
    });
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn no_file_is_a_drawer() {
    let drawers = ["utils.rs", "helpers.rs", "common.rs", "misc.rs", "util.rs"];
    let files = rust_files("");
    let found = offenders(&files, |file| {
        drawers
            .iter()
            .any(|it| file.path.ends_with(&format!("/{it}")))
    });
    assert!(found.is_empty(), "{found:?}");
}

/// In the suite for all drivers a test is listed; an attribute would leave it out without a word.
#[test]
fn tests_of_the_suite_are_listed() {
    for folder in ["behaviour", "clients", "recordings"] {
        let files = rust_files(&format!("conformance/src/{folder}"));
        let unlisted = offenders(&files, |file| file.text.contains("#[test]"));
        assert!(unlisted.is_empty(), "{unlisted:?}");
    }
}

/// Without `std`, an import of it does not compile; this makes sure that there is none by
/// declaration.
#[test]
fn pure_crates_do_without_std() {
    for package in PURE_CRATES {
        let files = rust_files(&format!("{package}/src"));
        let root = files
            .iter()
            .find(|file| file.path.ends_with("src/lib.rs"))
            .expect("a crate root");
        assert!(root.text.contains("#![no_std]"), "{package} is not no_std");
        let brought_back = offenders(&files, |file| file.text.contains("extern crate std"));
        assert!(brought_back.is_empty(), "{brought_back:?}");
    }
}

/// Dialects differ in data; only the seam asks which one it has.
#[test]
fn only_the_seam_asks_for_the_dialect() {
    let asks = |file: &SourceFile| {
        file.text.contains("match dialect") || file.text.contains("match self.dialect")
    };
    let files = rust_files("");
    let found = offenders(&files, |file| {
        asks(file)
            && !file.path.ends_with("socketio-proto/src/dialect.rs")
            && !file.path.contains("tests/house")
    });
    assert!(found.is_empty(), "{found:?}");
}

/// What has no runtime in its name knows no runtime.
#[test]
fn shared_crates_name_no_runtime() {
    for package in ["socketio-proto", "socketio-session", "socketio-server"] {
        let files = rust_files(&format!("{package}/src"));
        let found = offenders(&files, |file| {
            ["tokio::", "async_std::", "smol::"]
                .iter()
                .any(|it| file.text.contains(it))
        });
        assert!(found.is_empty(), "{found:?}");
    }
}
