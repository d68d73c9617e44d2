//! Where the codec differs from the reference on purpose.
//!
//! `vectors/deviations.jsonl` has one line per row: its id, what we give instead (exactly), and
//! why. A suite fails on a difference without a line, on a line that says something else than we
//! do, and on a line that its row does not need.

use std::collections::{BTreeMap, BTreeSet};

use socketio_tests::js_json::JsValue;

use crate::vector_file::{column, rows, text};

/// Compares one file of vectors with the codec, row by row.
pub(crate) struct Comparison {
    deviations: BTreeMap<String, JsValue>,
    rows: usize,
    deviating: usize,
    faults: Vec<String>,
}

impl Comparison {
    pub(crate) fn new() -> Self {
        let deviations = rows("deviations.jsonl")
            .iter()
            .map(|row| (text(row, "id").to_owned(), column(row, "ours").sorted()))
            .collect();
        Self {
            deviations,
            rows: 0,
            deviating: 0,
            faults: Vec::new(),
        }
    }

    /// Judges one row: `expected` is what the references agree on, `None` if they do not.
    pub(crate) fn judge(&mut self, id: &str, expected: Option<&JsValue>, ours: &JsValue) {
        self.rows += 1;
        let ours = ours.sorted();
        let conforms = expected.is_some_and(|expected| expected.sorted() == ours);
        match (conforms, self.deviations.get(id)) {
            (true, None) => {}
            (true, Some(_)) => self
                .faults
                .push(format!("{id}: conforms, its line must go")),
            (false, Some(listed)) if *listed == ours => self.deviating += 1,
            (false, Some(listed)) => self
                .faults
                .push(format!("{id}: gives {ours}, not {listed}")),
            (false, None) => {
                let line = JsValue::Object(vec![
                    ("id".to_owned(), JsValue::text(id)),
                    ("ours".to_owned(), ours),
                ]);
                self.faults.push(line.to_string());
            }
        }
    }

    /// Prints the counts and fails if any row did.
    pub(crate) fn finish(self, what: &str) {
        let Self {
            rows,
            deviating,
            faults,
            ..
        } = self;
        println!(
            "{what}: {rows} rows, {} as the reference, {deviating} listed",
            rows - deviating
        );
        assert!(
            faults.is_empty(),
            "{} of {rows} rows:\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
}

/// Every line belongs to a row, and to only one.
#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn deviations_name_known_rows() {
    let known: BTreeSet<String> = [
        "packets-decode.jsonl",
        "packets-encode.jsonl",
        "payloads.jsonl",
    ]
    .into_iter()
    .flat_map(rows)
    .map(|row| text(&row, "id").to_owned())
    .collect();
    let mut seen = BTreeSet::new();
    for line in rows("deviations.jsonl") {
        let id = text(&line, "id");
        assert!(known.contains(id), "{id} is no row");
        assert!(seen.insert(id.to_owned()), "{id} is listed twice");
        assert!(!text(&line, "why").is_empty(), "{id} has no reason");
    }
}
