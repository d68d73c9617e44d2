//! What `docs/proxies.md` shows of the configurations is what is tested.

use std::fs;

use crate::proxy::{documented, repository};

/// Where an excerpt is from, and its lines.
type Excerpt = (String, Vec<String>);

/// The code blocks whose first line names a file in `deploy`.
fn excerpts(guide: &str) -> Vec<Excerpt> {
    let mut excerpts: Vec<Excerpt> = Vec::new();
    let mut is_open = false;
    for line in guide.lines() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(info) => {
                if let Some((_, file)) = info.split_once(" deploy/") {
                    is_open = true;
                    excerpts.push((file.to_owned(), Vec::new()));
                }
            }
            None if is_open => {
                if let Some((_, lines)) = excerpts.last_mut() {
                    lines.push(line.to_owned());
                }
            }
            None => {}
        }
    }
    excerpts
}

#[test]
fn excerpts_are_in_the_files() {
    let guide = repository().join("docs/proxies.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let excerpts = excerpts(&guide);
    assert!(excerpts.len() > 4, "only {} were found", excerpts.len());
    for (file, lines) in excerpts {
        let config = documented(&file);
        // Indentation is the guide's own affair, and what needs no explanation may be left out.
        let mut config = config.lines().map(str::trim);
        for line in lines.iter().map(|line| line.trim()) {
            assert!(
                line.is_empty() || config.any(|it| it == line),
                "deploy/{file} has no {line:?}, or not there"
            );
        }
    }
}
