//! Texts out of the vectors of packets, payloads and scripts.

use serde_json::Value;

use super::{read, vectors};

fn rows(file: &str) -> Vec<Value> {
    let text = read(&vectors().join(file));
    let rows = text.lines();
    rows.map(|line| serde_json::from_str(line).expect("a row is JSON"))
        .collect()
}

/// The texts in these columns of a file.
fn texts(file: &str, columns: &[&str]) -> Vec<String> {
    let rows = rows(file);
    let cells = rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|column| row.get(column)));
    let texts: Vec<String> = cells.filter_map(Value::as_str).map(String::from).collect();
    assert!(!texts.is_empty(), "no {columns:?} in {file}");
    texts
}

/// Packets and what is nearly one.
pub(super) fn packets() -> Vec<String> {
    let mut packets = texts("packets-decode.jsonl", &["input"]);
    packets.extend(texts("packets-encode.jsonl", &["server", "client"]));
    packets
}

/// Batches and what is nearly one.
pub(super) fn payloads() -> Vec<String> {
    texts("payloads.jsonl", &["input", "server"])
}

/// What was put into scripts.
pub(super) fn payloads_in_scripts() -> Vec<String> {
    texts("jsonp.jsonl", &["payload"])
}

/// Posted forms, regular and odd.
pub(super) fn forms() -> Vec<String> {
    texts("jsonp.jsonl", &["body"])
}
