//! What fuzzers begin with, and what is replayed without them: inputs made of the wire vectors.

mod conversations;
mod wire_texts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The inputs for the target of this name that the vectors give, each once.
///
/// # Panics
/// If the vectors cannot be read.
#[must_use]
pub fn seeds(target: &str) -> BTreeSet<Vec<u8>> {
    let texts = |texts: Vec<String>| texts.into_iter().map(String::into_bytes).collect();
    match target {
        "packet" => texts(wire_texts::packets()),
        "payload" => texts(wire_texts::payloads()),
        "script" => texts(wire_texts::payloads_in_scripts()),
        // The first byte says where a form is cut.
        "form" => wire_texts::forms()
            .into_iter()
            .map(|form| [b"\x10", form.as_bytes()].concat())
            .collect(),
        "handshake" => texts(conversations::handshakes()),
        "request_target" => texts(conversations::request_targets()),
        "requests" => conversations::requests(),
        "frames" => conversations::frames(&wire_texts::packets()),
        "session_script" | "hub_script" => noise().collect(),
        other => panic!("no seeds for {other}"),
    }
}

/// Bytes without any order, but always the same: nobody has recorded scripts.
fn noise() -> impl Iterator<Item = Vec<u8>> {
    (1..=64_u64).map(|number| {
        let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(byte).take(256).collect()
    })
}

/// Where the vectors are.
fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}

/// Reads a file of the vectors.
fn read(path: &Path) -> String {
    let text = std::fs::read_to_string(path);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
