//! The Rust files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A file: its path from the root of the repository, and its text.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The Rust files below a folder of the repository; below its root if `folder` is empty.
pub(crate) fn rust_files(folder: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a parent folder");
    let mut files = Vec::new();
    collect(root, &root.join(folder), &mut files);
    assert!(!files.is_empty(), "no files in {folder:?}");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path: PathBuf = entry.expect("an entry").path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | ".git") {
                collect(root, &path, files);
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).expect("a readable file");
            let below = path.strip_prefix(root).unwrap_or(&path);
            files.push(SourceFile {
                path: format!("/{}", below.display()),
                text,
            });
        }
    }
}
