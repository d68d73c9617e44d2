//! Every recorded batch, in both directions.

use socketio_proto::Dialect;
use socketio_tests::js_json::JsValue;

use crate::decode_vectors::{is_ignored, outcome};
use crate::deviation::Comparison;
use crate::vector_file::{column, rows, text};

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn payloads_are_framed_as_by_the_reference() {
    let mut comparison = Comparison::new();
    for row in rows("payloads.jsonl")
        .iter()
        .filter(|row| text(row, "kind") == "encode")
    {
        let agree = *column(row, "agree") == JsValue::Bool(true);
        let ours = framed(column(row, "input"));
        comparison.judge(
            text(row, "id"),
            agree.then_some(column(row, "server")),
            &ours,
        );
    }
    comparison.finish("frame");
}

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn payloads_are_taken_apart_as_by_the_reference() {
    let mut comparison = Comparison::new();
    for row in rows("payloads.jsonl")
        .iter()
        .filter(|row| text(row, "kind") == "decode")
    {
        let ours = unframed(text(row, "input"));
        comparison.judge(text(row, "id"), expected_messages(row).as_ref(), &ours);
        let whole = ours.get("fault") == Some(&JsValue::Null);
        let well_formed = *column(row, "well_formed") == JsValue::Bool(true);
        assert_eq!(
            whole, well_formed,
            "faults are found where there are any: {row}"
        );
        if well_formed {
            assert_packets_agree(row, &ours);
        }
    }
    comparison.finish("unframe");
}

/// The batch of a list of messages.
fn framed(input: &JsValue) -> JsValue {
    let JsValue::Array(messages) = input else {
        return JsValue::Object(vec![("error".to_owned(), JsValue::text("no list"))]);
    };
    let mut out = Vec::new();
    let messages = messages
        .iter()
        .map(|message| message.as_str().expect("messages are text"));
    Dialect::Legacy.frame(messages, &mut out);
    JsValue::String(String::from_utf8(out).expect("framing UTF-8 gives UTF-8"))
}

/// The messages before the first fault, and the fault.
fn unframed(payload: &str) -> JsValue {
    let mut messages = Vec::new();
    let mut fault = JsValue::Null;
    for message in Dialect::Legacy.unframe(payload) {
        match message {
            Ok(message) => messages.push(JsValue::text(message)),
            Err(error) => fault = JsValue::text(&error.kind.to_string()),
        }
    }
    JsValue::Object(vec![
        ("messages".to_owned(), JsValue::Array(messages)),
        ("fault".to_owned(), fault),
    ])
}

/// What the references agree on. They know no faults, so in a malformed payload our naming one
/// is not a difference; other messages than theirs are.
fn expected_messages(row: &JsValue) -> Option<JsValue> {
    let agree = *column(row, "agree") == JsValue::Bool(true);
    let messages = column(row, "server").get("messages").filter(|_| agree)?;
    let fault = unframed(text(row, "input")).get("fault")?.clone();
    Some(JsValue::Object(vec![
        ("messages".to_owned(), messages.clone()),
        ("fault".to_owned(), fault),
    ]))
}

/// The packets inside of a well-formed payload decode as the reference decoded them there.
fn assert_packets_agree(row: &JsValue, ours: &JsValue) {
    let Some(JsValue::Array(packets)) = column(row, "server").get("packets") else {
        panic!("no packets: {row}");
    };
    let Some(JsValue::Array(messages)) = ours.get("messages") else {
        panic!("no messages: {row}")
    };
    assert_eq!(packets.len(), messages.len(), "{row}");
    for (packet, message) in packets.iter().zip(messages) {
        let ours = outcome(message.as_str().expect("messages are text"));
        let agrees =
            ours.sorted() == packet.sorted() || (is_ignored(packet) && ours.get("error").is_some());
        assert!(agrees, "{message} gives {ours}, not {packet}");
    }
}
