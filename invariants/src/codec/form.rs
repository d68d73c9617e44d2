//! Bodies that arrive in pieces: it makes no difference where they are cut.

use socketio_proto::{BodyTooLarge, JsonpForm, JsonpFormError, TextBody};

/// The most bytes of a payload here: few enough for inputs to go beyond.
const MAX_BYTES: usize = 96;

/// Reads any bytes as a body and as a posted form, whole, cut in two, and byte by byte.
///
/// # Panics
/// If that makes a difference, or gives more than is allowed; if a payload that was read does not
/// come through a form of its own.
pub fn check(bytes: &[u8]) {
    let (cut, body) = match bytes.split_first() {
        Some((first, body)) => (usize::from(*first) % (body.len() + 1), body),
        None => (0, bytes),
    };
    let (before, after) = body.split_at(cut);
    for max_bytes in [MAX_BYTES, body.len()] {
        let whole = form([body], max_bytes);
        assert_eq!(form([before, after], max_bytes), whole);
        assert_eq!(form(body.chunks(1), max_bytes), whole);
        if let Ok(payload) = &whole {
            assert!(payload.len() <= max_bytes);
            check_form_of(payload);
        }
        let whole = text([body], max_bytes);
        assert_eq!(text([before, after], max_bytes), whole);
        assert_eq!(text(body.chunks(1), max_bytes), whole);
        let expected = (body.len() <= max_bytes).then(|| String::from_utf8_lossy(body));
        assert_eq!(whole.ok().as_deref(), expected.as_deref());
    }
}

fn form<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    max_bytes: usize,
) -> Result<String, JsonpFormError> {
    let mut form = JsonpForm::new(max_bytes);
    for piece in pieces {
        form.push(piece)?;
    }
    form.finish()
}

fn text<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    max_bytes: usize,
) -> Result<String, BodyTooLarge> {
    let mut body = TextBody::new(max_bytes);
    for piece in pieces {
        body.push(piece)?;
    }
    Ok(body.finish())
}

/// The form that a client would post.
fn check_form_of(payload: &str) {
    let json = serde_json::to_string(payload).expect("text is JSON");
    let escaped: String = json.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("d={escaped}");
    // Control characters take six bytes each.
    let read = form([body.as_bytes()], 3 * payload.len());
    assert_eq!(read.as_deref(), Ok(payload));
}
