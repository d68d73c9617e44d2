//! The real clients read an acknowledgement's arguments up to the end of the line.

use socketio_proto::{Arguments, Body, Dialect, Packet};

fn encoded(args: &str) -> String {
    let args = Arguments::from_checked(args);
    let mut text = Vec::new();
    Dialect::Legacy.encode(&Packet::new("", Body::Ack { id: "1", args }), &mut text);
    String::from_utf8(text).expect("packets are text")
}

#[test]
fn line_ends_within_strings_are_escaped() {
    assert_eq!(
        encoded("[\"a\u{2028}b\u{2029}\"]"),
        r#"6:::1+["a\u2028b\u2029"]"#
    );
}

#[test]
fn line_ends_between_values_become_spaces() {
    assert_eq!(encoded("[1,\r\n\t2\n]"), "6:::1+[1,  \t2 ]");
}

#[test]
fn other_characters_that_begin_alike_stay() {
    let args = "[\"\u{2027}\u{202A}\u{2603}\u{20AC}\"]";
    assert_eq!(encoded(args), format!("6:::1+{args}"));
}
