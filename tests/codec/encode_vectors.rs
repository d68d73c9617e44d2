//! Every recorded packet object, encoded.

use socketio_proto::Dialect;
use socketio_tests::corpus_shape;
use socketio_tests::js_json::JsValue;

use crate::deviation::Comparison;
use crate::vector_file::{column, rows, text};

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn packets_encode_as_by_the_reference() {
    let mut comparison = Comparison::new();
    for row in rows("packets-encode.jsonl") {
        let ours = match corpus_shape::encode(Dialect::Legacy, column(&row, "input")) {
            Ok(packet) => JsValue::String(packet),
            Err(error) => JsValue::Object(vec![(
                "error".to_owned(),
                JsValue::text(&error.to_string()),
            )]),
        };
        let agree = *column(&row, "agree") == JsValue::Bool(true);
        comparison.judge(
            text(&row, "id"),
            agree.then_some(column(&row, "server")),
            &ours,
        );
    }
    comparison.finish("encode");
}
