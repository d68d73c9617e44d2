//! As much of Markdown as the documents use: tables, links and code spans.

use std::fs;
use std::path::{Path, PathBuf};

/// A document of the repository.
pub(crate) struct Document {
    /// Its path from the root of the repository.
    pub(crate) path: String,
    lines: Vec<Line>,
}

/// A line outside or inside of a block of code.
struct Line {
    text: String,
    is_code: bool,
}

/// A table: the cells of its head and of its rows.
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A link: its text and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) target: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a parent folder").to_owned()
}

/// The documents that readers find: the README, what is said of security, and everything in `docs`.
pub(crate) fn documents() -> Vec<Document> {
    let mut documents = vec![Document::read("README.md"), Document::read("SECURITY.md")];
    for entry in fs::read_dir(root().join("docs")).expect("the documents") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") {
            documents.push(Document::read(&format!("docs/{name}")));
        }
    }
    documents
}

impl Document {
    pub(crate) fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut is_code = false;
        let line = |text: &str| {
            let is_fence = text.trim_start().starts_with("```");
            is_code ^= is_fence;
            Line {
                text: text.to_owned(),
                is_code: is_code || is_fence,
            }
        };
        Self {
            path: path.to_owned(),
            lines: text.lines().map(line).collect(),
        }
    }

    fn prose(&self) -> impl Iterator<Item = &str> {
        let prose = self.lines.iter().filter(|line| !line.is_code);
        prose.map(|line| line.text.as_str())
    }

    /// The lines of its blocks of code.
    pub(crate) fn code(&self) -> impl Iterator<Item = &str> {
        let code = self.lines.iter().filter(|line| line.is_code);
        code.map(|line| line.text.as_str())
    }

    pub(crate) fn tables(&self) -> Vec<Table> {
        let mut tables = Vec::new();
        let mut rows = Vec::new();
        for line in self.prose().chain([""]) {
            if line.starts_with('|') {
                rows.push(cells(line));
            } else if !rows.is_empty() {
                let mut table = std::mem::take(&mut rows).into_iter();
                tables.push(Table {
                    head: table.next().unwrap_or_default(),
                    // The line between is of dashes.
                    rows: table.skip(1).collect(),
                });
            }
        }
        tables
    }

    /// All links, those defined at the end of the document included.
    pub(crate) fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for line in self.prose() {
            links.extend(inline_links(line));
            if let Some((name, target)) = line.strip_prefix('[').and_then(|it| it.split_once("]: "))
            {
                links.push(Link {
                    text: name.to_owned(),
                    target: target.to_owned(),
                });
            }
        }
        links
    }

    /// The names under which the document's headings can be linked to.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let headings = self.prose().filter_map(|line| {
            let heading = line.trim_start_matches('#');
            (heading.len() < line.len()).then(|| anchor(heading.trim()))
        });
        headings.collect()
    }
}

/// As GitHub makes them: in lower case, spaces as hyphens, other punctuation left out.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|it| match it {
        ' ' => Some('-'),
        it if it.is_alphanumeric() || it == '-' || it == '_' => Some(it.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// The cells of a table's line. A bar inside of a cell is written `\|`.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim().trim_start_matches('|').replace("\\|", "\0");
    let line = line.trim_end_matches('|');
    let cells = line.split('|').map(|cell| cell.trim().replace('\0', "|"));
    cells.collect()
}

/// The links that are written out in a piece of text, pictures included.
pub(crate) fn inline_links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (at, _) in text.match_indices("](") {
        let before = text[..at].rfind('[');
        let end = text[at..].find(')');
        if let (Some(start), Some(end)) = (before, end) {
            links.push(Link {
                text: text[start + 1..at].to_owned(),
                target: text[at + 2..at + end].to_owned(),
            });
        }
    }
    links
}

/// What stands between single backticks.
pub(crate) fn code_spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn tables_are_read_cell_by_cell() {
    assert_eq!(cells("| a | b \\| c |"), ["a", "b | c"]);
    assert_eq!(code_spans("from `a` to `b`, in `c d`"), ["a", "b", "c d"]);
    let link = |text: &str, target: &str| Link {
        text: text.to_owned(),
        target: target.to_owned(),
    };
    assert_eq!(
        inline_links("see [`x`](a.rs), ![y](b.svg)"),
        [link("`x`", "a.rs"), link("y", "b.svg")]
    );
    assert_eq!(anchor("What `runs`, and when"), "what-runs-and-when");
}
