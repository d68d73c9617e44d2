//! What a peer cannot exceed, and where the error says it did.

use socketio_proto::{Body, DecodeErrorKind, DecodeLimits, Dialect, RawValue};

/// More of something than anybody has reason to send.
const MANY: usize = if cfg!(miri) { 1000 } else { 100_000 };

fn fault(text: &str, limits: &DecodeLimits) -> Option<(DecodeErrorKind, usize)> {
    Dialect::Legacy
        .decode(text, limits)
        .err()
        .map(|error| (error.kind, error.offset))
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[test]
fn packets_may_be_as_large_as_the_limit() {
    let limits = DecodeLimits {
        max_packet_bytes: 8,
        ..DecodeLimits::default()
    };
    assert_eq!(fault("3:::abcd", &limits), None);
    assert_eq!(
        fault("3:::abcde", &limits),
        Some((DecodeErrorKind::TooLarge, 8))
    );
    // The offset does not split a character.
    assert_eq!(
        fault("3:::abc\u{1F600}", &limits),
        Some((DecodeErrorKind::TooLarge, 7))
    );
    assert!(Dialect::Legacy.decode_head("5::/chat:{}", &limits).is_err());
}

#[test]
fn packet_numbers_may_have_as_many_digits_as_the_limit() {
    let limits = DecodeLimits {
        max_id_digits: 3,
        ..DecodeLimits::default()
    };
    assert_eq!(fault("3:999::x", &limits), None);
    assert_eq!(
        fault("3:1000+::x", &limits),
        Some((DecodeErrorKind::BadId, 5))
    );
    assert_eq!(fault("6:::999", &limits), None);
    assert_eq!(
        fault("6:::1000", &limits),
        Some((DecodeErrorKind::BadAckId, 7))
    );
}

#[test]
fn json_may_nest_as_deep_as_the_limit_wherever_it_stands() {
    let limits = DecodeLimits {
        max_json_depth: 5,
        ..DecodeLimits::default()
    };
    let five = nested(5);
    let six = nested(6);
    for (before, after) in [
        ("4:::", ""),
        ("4:::  ", " "),
        (r#"5:::{"name":"e","args":"#, "}"),
        ("6:::1+", ""),
    ] {
        assert_eq!(fault(&format!("{before}{five}{after}"), &limits), None);
        let expected = Some((DecodeErrorKind::JsonTooDeep, before.len() + 5));
        assert_eq!(
            fault(&format!("{before}{six}{after}"), &limits),
            expected,
            "{before}"
        );
    }
    let other_order = format!(r#"5:::{{"args":{six},"name":"e"}}"#);
    assert_eq!(
        fault(&other_order, &limits).unwrap().0,
        DecodeErrorKind::JsonTooDeep
    );
}

#[test]
fn only_brackets_outside_of_strings_nest() {
    let limits = DecodeLimits {
        max_json_depth: 3,
        ..DecodeLimits::default()
    };
    for flat in [
        r#"4:::[[["[[[[[[[["]]]"#,
        r#"4:::[[["\"[[[\\"]]]"#,
        "4:::[[],[],[],[{}],[{}]]",
    ] {
        assert_eq!(fault(flat, &limits), None, "{flat}");
    }
    assert_eq!(
        fault(r#"4:::["\\",[[{}]]]"#, &limits),
        Some((DecodeErrorKind::JsonTooDeep, 12))
    );
}

#[test]
fn a_flood_of_brackets_is_refused_without_recursion() {
    let limits = DecodeLimits::default();
    let deep = nested(4 * MANY);
    for text in [
        format!("4:::{deep}"),
        format!(r#"5:::{{"name":"e","args":{deep}}}"#),
        format!(r#"5:::{{"x":{deep},"args":{deep}}}"#),
        format!("6:::1{deep}"),
    ] {
        assert!(fault(&text, &limits).is_some());
    }
    assert_eq!(
        fault(&format!("4:::{}", "[".repeat(9 * MANY)), &limits)
            .unwrap()
            .0,
        DecodeErrorKind::BadJson
    );
}

#[test]
fn a_batch_holds_as_many_packets_as_there_is_room_for() {
    let mut text = Vec::new();
    Dialect::Legacy.frame(vec!["2::"; MANY], &mut text);
    assert_eq!(text.len(), 10 * MANY);
    let text = String::from_utf8(text).unwrap();
    let packets = Dialect::Legacy.unframe(&text);
    assert_eq!(packets.filter(|packet| *packet == Ok("2::")).count(), MANY);
}

#[test]
fn frame_lengths_cannot_overflow() {
    for length in [
        "999999999999999",
        "9999999999999999999999",
        &"9".repeat(MANY),
    ] {
        let text = format!("\u{FFFD}{length}\u{FFFD}3:::a");
        let results: Vec<_> = Dialect::Legacy.unframe(&text).collect();
        assert!(matches!(results[..], [Err(_)]), "{length:.20}");
    }
}

#[test]
fn errors_tell_what_and_where() {
    let limits = DecodeLimits::default();
    for (text, message) in [
        ("", "missing separator at byte 0"),
        ("3", "missing separator at byte 1"),
        ("3:1+", "missing separator at byte 4"),
        ("9::", "unknown packet type at byte 0"),
        ("33::", "unknown packet type at byte 0"),
        ("3:1x::", "bad packet number at byte 3"),
        ("4::/é:[1,]", "malformed JSON at byte 10"),
        ("4::", "malformed JSON at byte 3"),
        (r#"5:::{"name":5}"#, "JSON that is no event at byte 4"),
        ("5:::{\"a\":1,\n\"b\" 2}", "malformed JSON at byte 16"),
        ("6::/é:x", "bad acknowledged packet number at byte 7"),
    ] {
        let error = Dialect::Legacy.decode(text, &limits).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

#[test]
fn the_head_of_an_undecodable_packet_can_be_read() {
    let limits = DecodeLimits::default();
    let text = "5:7+:/chat:{";
    assert!(Dialect::Legacy.decode(text, &limits).is_err());
    let head = Dialect::Legacy.decode_head(text, &limits).unwrap();
    assert_eq!(
        (head.endpoint, head.ack_request.unwrap().id),
        ("/chat", "7")
    );
    assert!(Dialect::Legacy.decode_head("9::/chat", &limits).is_err());
}

#[test]
fn failed_serialization_leaves_the_buffer_as_it_was() {
    let mut out = b"before".to_vec();
    let failing = |out: &mut Vec<u8>| {
        out.extend_from_slice(b"[1,");
        Err("no")
    };
    let legacy = Dialect::Legacy;
    let head = socketio_proto::PacketHead::to("/chat");
    assert_eq!(legacy.encode_event(head, "e", &mut out, failing), Err("no"));
    assert_eq!(
        legacy.encode_ack("/chat", "1", &mut out, failing),
        Err("no")
    );
    assert_eq!(legacy.encode_json(head, &mut out, failing), Err("no"));
    assert_eq!(out, b"before");
}

#[test]
fn separators_in_serialized_json_stay_where_they_are() {
    // U+2028 is a line end in the reference's regular expression; an acknowledgement with one in
    // its arguments loses them there, and keeps them here.
    let text = "6:::1+[\"a\u{2028}b\"]";
    let packet = Dialect::Legacy
        .decode(text, &DecodeLimits::default())
        .unwrap();
    let Body::Ack { args, .. } = packet.body else {
        panic!("an acknowledgement")
    };
    assert!(serde_json::from_str::<&RawValue>(args.as_str()).is_ok());
    assert_eq!(args.as_str(), "[\"a\u{2028}b\"]");
}
