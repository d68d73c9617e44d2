//! Reading the recorded vectors.

use std::path::PathBuf;

use socketio_tests::js_json::JsValue;

/// Where the vectors are.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../vectors")
        .join(name)
}

/// The rows of a file of JSON lines.
pub(crate) fn rows(name: &str) -> Vec<JsValue> {
    let text = std::fs::read_to_string(path(name)).expect("vectors are part of the repository");
    text.lines()
        .map(|line| JsValue::parse(line).expect("a row is JSON"))
        .collect()
}

/// A column that every row has.
pub(crate) fn column<'a>(row: &'a JsValue, name: &str) -> &'a JsValue {
    row.get(name)
        .unwrap_or_else(|| panic!("row without {name}: {row}"))
}

/// A column of text that every row has.
pub(crate) fn text<'a>(row: &'a JsValue, name: &str) -> &'a str {
    column(row, name)
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text: {row}"))
}
