//! What documents promise to show, is there.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::markdown::{Document, Link, Table, code_spans, documents, inline_links, root};
use crate::source_files::rust_files;

/// The head of a column whose cells name the test or the example that shows what a row says.
const SHOWN_BY: &str = "shown by";

/// The heads of columns whose code is ours: what stands in the place of another server's thing,
/// what a driver provides, and what it calls.
const HERE: [&str; 4] = ["here", "what", "what you call", "outlet"];

/// Where a link of a document leads, without what follows `#`; `None` if it leads elsewhere.
fn destination(document: &Document, link: &Link) -> Option<(PathBuf, Option<String>)> {
    if link.target.contains("://") {
        return None;
    }
    let (path, anchor) = match link.target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (link.target.as_str(), None),
    };
    let folder = Path::new(&document.path).parent().expect("a folder");
    let path = if path.is_empty() {
        PathBuf::from(&document.path)
    } else {
        without_detours(&folder.join(path))
    };
    Some((path, anchor))
}

fn without_detours(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[test]
fn links_lead_somewhere() {
    let mut astray = Vec::new();
    for document in documents() {
        for link in document.links() {
            let Some((path, anchor)) = destination(&document, &link) else {
                continue;
            };
            let exists = root().join(&path).exists();
            let is_found = exists
                && anchor.is_none_or(|anchor| {
                    let other = Document::read(&path.to_string_lossy());
                    other.anchors().contains(&anchor)
                });
            if !is_found {
                astray.push(format!("{}: {}", document.path, link.target));
            }
        }
    }
    assert!(astray.is_empty(), "links that lead nowhere: {astray:#?}");
}

/// The names of the tests in a file: functions with the attribute, or listed by the macro.
fn tests_in(path: &Path) -> HashSet<String> {
    let text = fs::read_to_string(root().join(path)).expect("a readable file");
    let after_attribute = text.split("#[test]").skip(1);
    let name = |rest: &str| {
        let (_, name) = rest.split_once("fn ")?;
        name.split_once('(').map(|(name, _)| name.to_owned())
    };
    let listed = text.split("tests![").skip(1);
    let listed = listed.filter_map(|rest| rest.split_once(']'));
    let listed = listed.flat_map(|(names, _)| names.split(',').map(|name| name.trim().to_owned()));
    after_attribute.filter_map(name).chain(listed).collect()
}

/// A test is named by a link whose text is the test's name and which leads to its file; anything
/// else by a link to it.
fn is_shown(document: &Document, cell: &str) -> bool {
    let links = inline_links(cell);
    let leads = |link: &Link| {
        let Some((path, _)) = destination(document, link) else {
            return false;
        };
        let is_of_tests = path.starts_with("tests") || path.starts_with("conformance");
        let is_test = is_of_tests && path.extension().is_some_and(|it| it == "rs");
        let exists = root().join(&path).exists();
        exists && (!is_test || tests_in(&path).contains(link.text.trim_matches('`')))
    };
    !links.is_empty() && links.iter().all(leads)
}

#[test]
fn what_is_said_is_shown() {
    let mut shown = 0;
    let mut claims = Vec::new();
    for document in documents() {
        for Table { head, rows } in document.tables() {
            let Some(column) = head.iter().position(|head| head == SHOWN_BY) else {
                continue;
            };
            for row in &rows {
                match is_shown(&document, &row[column]) {
                    true => shown += 1,
                    false => claims.push(format!("{}: {}", document.path, row[column])),
                }
            }
        }
    }
    assert!(claims.is_empty(), "nothing shows it: {claims:#?}");
    assert!(shown > 200, "only {shown} rows show something");
}

#[test]
fn no_cell_is_empty() {
    for document in documents() {
        for Table { head, rows } in document.tables() {
            // Lists without a head have two columns and no room for questions.
            let width = head.len();
            for row in rows {
                let path = &document.path;
                assert_eq!(row.len(), width, "{path}: {row:?}");
                assert!(row.iter().all(|cell| !cell.is_empty()), "{path}: {row:?}");
            }
        }
    }
}

/// Every word of a piece of code, apart from what stands in quotes.
fn words(code: &str) -> Vec<&str> {
    let unquoted = code.split('"').step_by(2);
    let words = unquoted.flat_map(|it| it.split(|it: char| !it.is_alphanumeric() && it != '_'));
    let is_name = |word: &&str| word.starts_with(|it: char| it.is_alphabetic());
    words.filter(is_name).collect()
}

#[test]
fn what_stands_here_exists() {
    let sources = [
        "socketio-proto",
        "socketio-session",
        "socketio-server",
        "driver-tokio",
        "tie-in-actix",
    ];
    let files: Vec<_> = sources.iter().flat_map(|it| rust_files(it)).collect();
    let known: HashSet<&str> = files
        .iter()
        .flat_map(|file| words_of_rust(&file.text))
        .collect();
    let mut unknown = Vec::new();
    for document in documents() {
        for Table { head, rows } in document.tables() {
            let is_ours = |head: &String| HERE.contains(&head.as_str());
            let Some(column) = head.iter().position(is_ours) else {
                continue;
            };
            for row in &rows {
                let words = code_spans(&row[column]).into_iter().flat_map(words);
                let strangers = words.filter(|word| !known.contains(word));
                unknown.extend(strangers.map(|word| format!("{}: {word}", document.path)));
            }
        }
    }
    assert!(unknown.is_empty(), "no such names: {unknown:#?}");
}

/// The table's lines under "here" stand in the block of code as well, which is compiled.
#[test]
fn the_cheat_sheet_is_compiled() {
    let sheet = Document::read("docs/emit-cheatsheet.md");
    let compiled: HashSet<&str> = sheet.code().map(str::trim).collect();
    let mut lines = 0;
    for Table { head, rows } in sheet.tables() {
        let column = head.iter().position(|head| head == HERE[0]);
        let column = column.expect("a column");
        for row in &rows {
            for line in code_spans(&row[column]) {
                assert!(compiled.contains(line), "not compiled: {line}");
                lines += 1;
            }
        }
    }
    assert!(lines > 20, "only {lines} lines");
}

fn words_of_rust(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_alphanumeric() && it != '_')
}
