//! What packets are wrapped in on responses that do not end.

use proptest::prelude::*;
use socketio_invariants::codec::script;
use socketio_proto::{StreamFormat, TransportName};

const SID: &str = "4abc_-Z";

fn beginning(format: StreamFormat) -> String {
    let mut out = Vec::new();
    format.begin(SID, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn written(format: StreamFormat, packet: &str) -> String {
    let mut out = Vec::new();
    format.write(SID, packet.as_bytes(), &mut out);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn the_document_defines_what_its_scripts_call_and_is_long_enough_to_be_run() {
    let document = beginning(StreamFormat::HtmlFile);
    let script = "<script>var _ = function (msg) { parent.s._(msg, document); };</script>";
    let padding = document.strip_prefix(&format!("<html><body>{script}"));
    assert_eq!(padding, Some(&*" ".repeat(173)));
}

#[test]
fn a_multipart_response_is_one_that_a_parser_takes_apart() {
    let kind = StreamFormat::Multipart.content_type(SID);
    let boundary = kind
        .strip_prefix("multipart/x-mixed-replace;boundary=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .expect("a boundary");
    let body = beginning(StreamFormat::Multipart)
        + &written(StreamFormat::Multipart, "1::")
        + &written(StreamFormat::Multipart, "3:::a\r\n--socketio\r\nb");
    let delimiter = format!("--{boundary}\r\n");
    let parts: Vec<_> = body.split(&*delimiter).collect();
    let head = "Content-Type: text/plain; charset=UTF-8\r\n\r\n";
    assert_eq!(
        parts,
        [
            "",
            &format!("{head}{SID}\r\n"),
            &format!("{head}1::\r\n"),
            &format!("{head}3:::a\r\n--socketio\r\nb\r\n"),
            "",
        ]
    );
}

#[test]
fn formats_and_streaming_transports_belong_together() {
    for name in TransportName::ALL {
        if let Some(format) = StreamFormat::of(name) {
            assert_eq!(format.transport(), name);
        }
    }
    let streaming = TransportName::ALL.map(StreamFormat::of);
    assert_eq!(streaming.iter().flatten().count(), 2);
}

/// Text, often with what HTML and JavaScript treat specially.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[</!>a\u{2028}\u{2029}\n\r\"'&-]{0,16}"]
}

proptest! {
    #[test]
    fn any_packet_comes_through_and_ends_nothing(packet in text()) {
        script::check(&packet);
    }
}
