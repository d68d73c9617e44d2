//! Scripts that answer, and forms that are posted.

use proptest::prelude::*;
use socketio_invariants::codec::form::check as check_form;
use socketio_proto::{BodyTooLarge, Dialect, JsonpForm, JsonpFormError, JsonpIndex};
use socketio_tests::js_json::JsValue;

use crate::vector_file::{column, rows, text};

fn rows_of_kind(kind: &str) -> Vec<JsValue> {
    let mut rows = rows("jsonp.jsonl");
    rows.retain(|row| text(row, "kind") == kind);
    assert!(!rows.is_empty(), "no {kind}");
    rows
}

fn script(query: &str, payload: &str) -> String {
    let mut script = Vec::new();
    JsonpIndex::of_poll(query).call(payload.as_bytes(), &mut script);
    String::from_utf8(script).expect("a script in UTF-8")
}

/// What JavaScript, which reads a JSON string as we do, hands to the function.
fn evaluated(script: &str, index: &str) -> String {
    let argument = script
        .strip_prefix(&format!("io.j[{index}]("))
        .and_then(|rest| rest.strip_suffix(");"));
    serde_json::from_str(argument.expect("a call")).expect("a JSON string")
}

fn payload_of(body: &[u8], max_bytes: usize) -> Result<String, JsonpFormError> {
    let mut form = JsonpForm::new(max_bytes);
    form.push(body)?;
    form.finish()
}

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn scripts_say_what_was_recorded() {
    for row in rows_of_kind("get-body") {
        let JsValue::Number(index) = column(&row, "index") else {
            panic!("no index: {row}")
        };
        let (payload, recorded) = (text(&row, "payload"), text(&row, "body"));
        let ours = script(&format!("t=1&i={index}"), payload);
        assert_eq!(evaluated(&ours, &index.to_string()), payload);
        if !recorded.contains(['<', '\u{2028}', '\u{2029}']) {
            assert_eq!(ours, recorded);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn forms_of_the_real_client_are_read() {
    for row in rows_of_kind("post-body") {
        let payload = payload_of(text(&row, "body").as_bytes(), 1 << 20);
        assert_eq!(payload.as_deref(), Ok(text(&row, "posted")), "{row}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn odd_forms_are_read_as_the_reference_reads_them_or_not_at_all() {
    for row in rows_of_kind("post-body-by-hand") {
        let payload = payload_of(text(&row, "body").as_bytes(), 1 << 20);
        let JsValue::Array(received) = column(&row, "server_received") else {
            panic!("no list: {row}")
        };
        let messages = |payload: &str| -> Vec<String> {
            let packets = Dialect::Legacy.unframe(payload);
            packets
                .map(|packet| packet.expect("well framed").replacen("3:::", "", 1))
                .collect()
        };
        let ours = payload.as_deref().map(messages).unwrap_or_default();
        let recorded: Vec<_> = received
            .iter()
            .map(|entry| match column(entry, "args") {
                JsValue::Array(args) => args[0].as_str().expect("text").to_owned(),
                _ => panic!("no arguments: {row}"),
            })
            .collect();
        assert_eq!(ours, recorded, "{row}");
    }
}

#[test]
fn only_digits_are_an_index() {
    for (query, handshake, poll) in [
        ("jsonp=0&i=7", Some("0"), "7"),
        ("t=1&jsonp=37", Some("37"), "0"),
        ("i=007", None, "007"),
        ("jsonp=&i=", None, "0"),
        ("jsonp=1;alert(1)&i=0]%3Balert(1", None, "0"),
        ("jsonp=-1&i=%30", None, "0"),
        ("jsonp=12345678901234567&i=١", None, "0"),
        ("", None, "0"),
    ] {
        let mut answer = Vec::new();
        let index = JsonpIndex::of_handshake(query);
        if let Some(index) = index {
            index.call(b"x", &mut answer);
        }
        let expected = handshake.map_or(String::new(), |index| format!(r#"io.j[{index}]("x");"#));
        assert_eq!(String::from_utf8_lossy(&answer), expected);
        assert_eq!(script(query, "x"), format!(r#"io.j[{poll}]("x");"#));
    }
}

#[test]
fn a_refusal_is_an_error_object() {
    let mut answer = Vec::new();
    let index = JsonpIndex::of_handshake("jsonp=4").expect("digits");
    index.call_with_error("handshake unauthorized", &mut answer);
    assert_eq!(answer, br#"io.j[4](new Error("handshake unauthorized"));"#);
}

#[test]
fn what_browsers_escape_and_json_escapes_is_undone_once() {
    for (body, payload) in [
        ("d=%22%5Cu0033%3A%3A%3A%5C%5Cn%22", "3:::\\n"),
        ("x=1&d=%22a%22&d=%22b%22", "a"),
        ("%64=%22a%22", "a"),
        ("d=%22%5Cud800%22", "\u{FFFD}"),
        ("d=%22%FF%22", "\u{FFFD}"),
        ("dd=%22a%22&=x&d=%22b%22", "b"),
        ("d=%22%26%3D%2B%25%22", "&=+%"),
        ("d=%22=%22", "="),
    ] {
        assert_eq!(
            payload_of(body.as_bytes(), 100).as_deref(),
            Ok(payload),
            "{body}"
        );
    }
    for (body, fault) in [
        ("", JsonpFormError::MissingField),
        ("D=%22a%22", JsonpFormError::MissingField),
        ("d", JsonpFormError::NotAString),
        ("d=%22a", JsonpFormError::NotAString),
        ("d=%22a%22b%22", JsonpFormError::NotAString),
        ("d=%22a%0Ab%22", JsonpFormError::NotAString),
        ("d={}", JsonpFormError::NotAString),
    ] {
        assert_eq!(payload_of(body.as_bytes(), 100), Err(fault), "{body}");
    }
}

#[test]
fn every_escape_of_json_is_read_and_nothing_else_taken_for_one() {
    let form = |json: &str| payload_of(format!("d={}", percent(json)).as_bytes(), 100);
    for (json, payload) in [
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (r#""\u00e9\u00E9\u2028\u0000""#, "éé\u{2028}\0"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ud83d\ud83d\ude00\ude00""#, "\u{FFFD}😀\u{FFFD}"),
        (
            r#""\ud83d\u0041\ud83d\n\ud83d!""#,
            "\u{FFFD}A\u{FFFD}\n\u{FFFD}!",
        ),
        ("\t\r\n \"\" \t\r\n", ""),
    ] {
        assert_eq!(form(json).as_deref(), Ok(payload), "{json}");
    }
    for json in [
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""\ud83d\u12""#,
        r#""\"#,
        r#""\""#,
        "\"",
        "",
        " ",
        "'a'",
        "\"a\u{1F}\"",
        "\u{A0}\"a\"",
        "\"a\"\u{B}",
    ] {
        assert_eq!(form(json), Err(JsonpFormError::NotAString), "{json:?}");
    }
}

/// Every byte in its escaped form.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn what_is_no_utf_8_counts_with_the_size_that_it_gets() {
    let bytes = |count: usize| format!("d=%22{}%22", "%FF".repeat(count));
    let replaced = "\u{FFFD}".repeat(10);
    assert_eq!(payload_of(bytes(10).as_bytes(), 30), Ok(replaced));
    let too_large = Err(JsonpFormError::TooLarge(BodyTooLarge { max_bytes: 30 }));
    assert_eq!(payload_of(bytes(11).as_bytes(), 30), too_large);
    // What an escape gives does not complete a character.
    let cut = payload_of(b"d=%22%E2%98\\u0083%F0%9F\"", 100);
    assert_eq!(cut.as_deref(), Ok("\u{FFFD}\u{83}\u{FFFD}"));
}

#[test]
fn no_more_room_is_made_than_the_payload_may_take_in_quotes() {
    let parts = if cfg!(miri) { 5 } else { 100 };
    let max_bytes = parts * 1000;
    let mut form = JsonpForm::new(max_bytes);
    form.push(b"d=%22").expect("a beginning");
    for _ in 0..parts {
        form.push(&[b'x'; 1000]).expect("a part");
    }
    form.push(b"%22").expect("an end");
    let payload = form.finish().expect("a payload");
    assert_eq!(payload.len(), max_bytes);
    assert!(payload.capacity() <= 2 * max_bytes + 3);
}

#[test]
fn a_form_is_bounded_in_what_it_says_and_in_what_it_takes() {
    assert_eq!(payload_of(b"d=%22abcde%22", 5).as_deref(), Ok("abcde"));
    let too_large = |result| matches!(result, Err(JsonpFormError::TooLarge(_)));
    assert!(too_large(payload_of(b"d=%22abcdef%22", 5)));
    // All of it quoted, all of it escaped: still the same payload.
    let quotes = format!("d=%22{}%22", "%5C%22".repeat(1000));
    assert_eq!(payload_of(quotes.as_bytes(), 1000), Ok("\"".repeat(1000)));
    assert!(too_large(payload_of(quotes.as_bytes(), 900)));
    let padding = format!("{}d=%22a%22", "x=y&".repeat(1000));
    assert!(too_large(payload_of(padding.as_bytes(), 100)));
    let mut endless = JsonpForm::new(1000);
    let taken = (0..1000).take_while(|_| endless.push(&[b'%'; 100]).is_ok());
    assert!(taken.count() < 100);
}

/// A form with a quoted field in the middle, more or less.
fn form() -> impl Strategy<Value = Vec<u8>> {
    (form_bytes(), form_bytes(), form_bytes()).prop_map(|(before, value, after)| {
        [&before, b"&d=%22".as_slice(), &value, b"\"", &after].concat()
    })
}

/// Bytes that mean something in forms, and others.
fn form_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"d=&%+2aF\"\\".to_vec()),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..20)
}

/// A JSON string, or nearly one, of bytes that mean something there.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"\\u00e9",
        b"\\ud83d",
        b"\\ude00",
        b"\\n",
        b"\\",
        b"\"",
        b"a",
        b"u",
        b"\xC3",
        b"\xA9",
        b"\xED\xA0\x80",
        b" ",
        b"\n",
        b"0",
    ];
    let piece = prop::sample::select(pieces);
    prop::collection::vec(piece, 0..12)
        .prop_map(|pieces| [b"\"", &*pieces.concat(), b"\""].concat())
}

proptest! {
    #[test]
    fn any_payload_comes_through_a_script(payload: String) {
        let script = script("i=1", &payload);
        prop_assert_eq!(evaluated(&script, "1"), payload);
        let harmful = script.contains(['<', '\u{2028}', '\u{2029}', '\n']);
        prop_assert!(!harmful);
    }

    #[test]
    fn any_payload_comes_through_a_form(payload: String) {
        let json = serde_json::to_string(&payload).expect("text");
        let mut form = form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("d", &json).finish();
        prop_assert_eq!(payload_of(body.as_bytes(), 1 << 20), Ok(payload));
    }

    #[test]
    fn forms_are_read_as_by_others_wherever_they_are_cut(body in form(), cut: prop::sample::Index) {
        let (first, second) = body.split_at(cut.index(body.len() + 1));
        let mut form = JsonpForm::new(1000);
        form.push(first).unwrap();
        form.push(second).unwrap();
        let theirs = form_urlencoded::parse(&body)
            .find(|(name, _)| name == "d")
            .map(|(_, value)| value.into_owned());
        let theirs = match theirs {
            None => Err(JsonpFormError::MissingField),
            Some(value) => serde_json::from_str(&value).map_err(|_| JsonpFormError::NotAString),
        };
        prop_assert_eq!(form.finish(), theirs);
    }

    #[test]
    fn forms_are_the_same_however_they_are_cut_and_bounded(body in form()) {
        check_form(&body);
    }

    #[test]
    fn fields_are_read_as_javascript_reads_json(json in nearly_json()) {
        let mut form = JsonpForm::new(1000);
        form.push(b"d=").unwrap();
        for byte in &json {
            form.push(format!("%{byte:02X}").as_bytes()).unwrap();
        }
        let theirs = JsValue::parse(&String::from_utf8_lossy(&json)).ok();
        let theirs = theirs.as_ref().and_then(JsValue::as_str);
        let ours = form.finish();
        prop_assert_eq!(ours.as_deref().ok(), theirs);
    }
}
