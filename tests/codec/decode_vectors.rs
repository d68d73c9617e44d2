//! Every recorded packet text, decoded.

use socketio_proto::{DecodeLimits, Dialect};
use socketio_tests::corpus_shape::describe;
use socketio_tests::js_json::JsValue;

use crate::deviation::Comparison;
use crate::vector_file::{column, rows, text};

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn packets_decode_as_by_the_reference() {
    let mut comparison = Comparison::new();
    for row in rows("packets-decode.jsonl") {
        let ours = outcome(text(&row, "input"));
        let agree = *column(&row, "agree") == JsValue::Bool(true);
        let server = column(&row, "server");
        let expected = if is_ignored(server) && ours.get("error").is_some() {
            &ours
        } else {
            server
        };
        comparison.judge(text(&row, "id"), agree.then_some(expected), &ours);
    }
    comparison.finish("decode");
}

/// A packet as the vectors write it, or `{"error": …}`.
pub(crate) fn outcome(packet: &str) -> JsValue {
    match Dialect::Legacy.decode(packet, &DecodeLimits::default()) {
        Ok(packet) => describe(&packet),
        Err(error) => JsValue::Object(vec![(
            "error".to_owned(),
            JsValue::text(&error.kind.to_string()),
        )]),
    }
}

/// Whether the reference drops what it decoded without looking at it further.
///
/// Its parser has no errors: it returns an object without what the next layer looks for, namely
/// a type, an event's name or the number that an acknowledgement answers. A codec with typed
/// errors says the same by refusing the packet, whatever the error.
pub(crate) fn is_ignored(packet: &JsValue) -> bool {
    let has_text = |key: &str| packet.get(key).and_then(JsValue::as_str).is_some();
    match packet.get("type").and_then(JsValue::as_str) {
        None => true,
        Some("event") => !has_text("name"),
        Some("ack") => !has_text("ackId"),
        Some(_) => false,
    }
}
