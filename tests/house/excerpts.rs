//! What documents show of a file stands in that file.

use std::fs;

use crate::markdown::{Document, documents, root};

/// Where an excerpt is from, and its lines.
struct Excerpt {
    file: String,
    lines: Vec<String>,
}

/// The blocks of code whose first line names a Rust file of the repository: what stands behind the
/// language and a space.
fn excerpts(document: &Document) -> Vec<Excerpt> {
    let mut excerpts: Vec<Excerpt> = Vec::new();
    let (mut is_inside, mut is_excerpt) = (false, false);
    for line in document.code() {
        match line.trim_start().strip_prefix("```") {
            Some(_) if is_inside => is_inside = false,
            Some(info) => {
                is_inside = true;
                let file = info.split_once(' ').map(|(_, file)| file.to_owned());
                let file = file.filter(|file| file.ends_with(".rs"));
                is_excerpt = file.is_some();
                excerpts.extend(file.map(|file| Excerpt {
                    file,
                    lines: Vec::new(),
                }));
            }
            None if is_excerpt => {
                if let Some(excerpt) = excerpts.last_mut() {
                    excerpt.lines.push(line.trim().to_owned());
                }
            }
            None => {}
        }
    }
    excerpts
}

#[test]
fn excerpts_of_code_are_in_the_files() {
    let mut found = 0;
    for document in documents() {
        for Excerpt { file, lines } in excerpts(&document) {
            let text = fs::read_to_string(root().join(&file));
            let text = text.unwrap_or_else(|error| panic!("{}: {file}: {error}", document.path));
            // Indentation is the document's own affair, and what needs no explanation may be left
            // out.
            let mut source = text.lines().map(str::trim);
            for line in lines {
                assert!(
                    line.is_empty() || source.any(|it| it == line),
                    "{}: {file} has no {line:?}, or not there",
                    document.path
                );
                found += 1;
            }
        }
    }
    assert!(found > 30, "only {found} lines were found");
}
