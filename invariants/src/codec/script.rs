//! Text in scripts and in streams: it comes through, and nothing in it ends what it stands in.

use socketio_proto::{JsonpIndex, StreamFormat};

const SID: &str = "4abc";

/// Wraps any text as the answer to a poll of jsonp-polling, as a refusal, and as a packet of each
/// streaming transport.
///
/// # Panics
/// If a client would not read the same text, or if the text could end the script or the element
/// around it.
pub fn check(text: &str) {
    let index = JsonpIndex::of_poll("i=7");
    let call = written(|out| index.call(text.as_bytes(), out));
    check_json(inside(&call, "io.j[7](", ");"), text, false);
    let refusal = written(|out| index.call_with_error(text, out));
    let refusal = inside(&refusal, "io.j[7](new Error(", "));");
    check_json(refusal, text, false);
    let element = written(|out| StreamFormat::HtmlFile.write(SID, text.as_bytes(), out));
    check_json(inside(&element, "<script>_(", ");</script>"), text, true);
    let part = written(|out| StreamFormat::Multipart.write(SID, text.as_bytes(), out));
    let head = "Content-Type: text/plain; charset=UTF-8\r\n\r\n";
    assert_eq!(inside(&part, head, "\r\n--socketio-4abc\r\n"), text);
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("scripts are text")
}

fn inside<'a>(script: &'a str, before: &str, after: &str) -> &'a str {
    let rest = script.strip_prefix(before);
    let inside = rest.and_then(|rest| rest.strip_suffix(after));
    inside.unwrap_or_else(|| panic!("{script:?} is not {before:?} … {after:?}"))
}

/// `json` is a string literal of JavaScript, in one line, that means `text`.
fn check_json(json: &str, text: &str, is_in_html: bool) {
    let harmful = ['<', '\n', '\r', '\u{2028}', '\u{2029}'];
    assert!(!json.contains(harmful), "{json:?}");
    if is_in_html {
        let mut slashes = json.match_indices('/');
        assert!(
            slashes.all(|(at, _)| json[..at].ends_with('\\')),
            "{json:?}"
        );
    }
    let read: Result<String, _> = serde_json::from_str(json);
    assert_eq!(read.ok().as_deref(), Some(text), "{json:?}");
}
