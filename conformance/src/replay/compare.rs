//! What counts as the same answer.
//!
//! Compared: the status, the reason phrase, the headers that the reference set itself (names whatever
//! their case, values exactly), and the body as text. Of the other headers only those that would tell
//! a browser something are looked at: they must not appear where the recording has none.
//!
//! Not compared: how the body is delimited and cut into chunks (so neither `Content-Length` nor `Transfer-Encoding`), `Date`,
//! `Keep-Alive`, and whether a persistent connection is announced (`Connection: Keep-Alive`) or is simply
//! so, as in HTTP/1.1 it is; that it persists is seen by using it.

use super::raw_http::ReceivedResponse;
use super::raw_websocket::ReceivedFrame;
use super::template::Bindings;
use super::transcript::{Frame, Response, bytes_of_hex};

/// Headers with which a server would grant, refuse or negotiate something: a surplus one is a difference.
const TELLING: [&str; 7] = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "X-XSS-Protection",
    "X-Frame-Options",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
    "Set-Cookie",
];

/// Headers that say how the message travels, not what it says.
const OF_THE_JOURNEY: [&str; 4] = ["Content-Length", "Transfer-Encoding", "Date", "Keep-Alive"];

/// The transports that the server under test has.
///
/// The one thing a server cannot answer as recorded is the list at the end of a handshake, when it
/// has fewer transports than the reference. There the recorded list is expected without the missing ones,
/// in the recorded order.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    transports: Option<Vec<String>>,
}

impl Offer {
    /// Has whatever was recorded: the reference itself.
    pub fn as_recorded() -> Self {
        Self::default()
    }

    /// Has these transports.
    pub fn of<N: AsRef<str>>(transports: &[N]) -> Self {
        Self {
            transports: Some(
                transports
                    .iter()
                    .map(|name| name.as_ref().to_owned())
                    .collect(),
            ),
        }
    }

    /// Whether the server has this transport.
    pub fn has(&self, transport: &str) -> bool {
        self.transports
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == transport))
    }

    /// A recorded handshake body as this server should answer it; any other body stays as it is.
    pub fn adapt(&self, body: &str, recorded: &[String]) -> String {
        let offered: Vec<_> = recorded
            .iter()
            .filter(|name| self.has(name))
            .cloned()
            .collect();
        let (old, new) = (
            format!(":{}", recorded.join(",")),
            format!(":{}", offered.join(",")),
        );
        match body.strip_suffix("\");") {
            Some(script) if script.ends_with(&old) => body.replacen(&old, &new, 1),
            None if body.ends_with(&old) => body.replacen(&old, &new, 1),
            _ => body.to_owned(),
        }
    }
}

/// Compares status, reason and headers. The error says what differs.
pub fn compare_head(
    expected: &Response,
    got: &ReceivedResponse,
    bindings: &mut Bindings,
) -> Result<(), String> {
    if (expected.status, expected.reason.as_str()) != (got.status, got.reason.as_str()) {
        return Err(format!("status {} {}", got.status, got.reason));
    }
    for (name, value) in &expected.headers {
        let set_by_reference = match &expected.explicit_headers {
            Some(names) => names
                .iter()
                .any(|explicit| explicit.eq_ignore_ascii_case(name)),
            None => true,
        };
        if set_by_reference && !header_is(name, value, got, bindings) {
            return Err(format!("header {name}: {:?}", got.header(name)));
        }
    }
    for name in TELLING {
        let recorded = expected
            .headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !recorded && got.header(name).is_some() {
            return Err(format!("surplus header {name}: {:?}", got.header(name)));
        }
    }
    Ok(())
}

fn header_is(name: &str, value: &str, got: &ReceivedResponse, bindings: &mut Bindings) -> bool {
    let found = got.header(name);
    let is = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    if OF_THE_JOURNEY.into_iter().any(is) {
        return true;
    }
    if is("Connection") && value.eq_ignore_ascii_case("keep-alive") {
        return found.is_none_or(|found| found.eq_ignore_ascii_case(value));
    }
    if is("Connection") || is("Upgrade") {
        return found.is_some_and(|found| found.eq_ignore_ascii_case(value));
    }
    found.is_some_and(|found| bindings.matches(value, found))
}

/// Compares a body with the recorded text.
pub fn compare_body(
    expected: &Response,
    text: &str,
    got: &[u8],
    bindings: &mut Bindings,
) -> Result<(), String> {
    let shown = String::from_utf8_lossy(got);
    if expected.body_truncated {
        let length = expected.body_bytes.unwrap_or_default();
        let same = got.len() == length && got.starts_with(text.as_bytes());
        return same.then_some(()).ok_or_else(|| {
            format!(
                "body of {} bytes beginning {:?}",
                got.len(),
                shown.chars().take(100).collect::<String>()
            )
        });
    }
    let same = std::str::from_utf8(got).is_ok_and(|got| bindings.matches(text, got));
    same.then_some(()).ok_or_else(|| format!("body {shown:?}"))
}

/// Compares a WebSocket frame. Only text and control frames were ever recorded from a server.
pub fn compare_frame(
    expected: &Frame,
    got: &ReceivedFrame,
    bindings: &mut Bindings,
) -> Result<(), String> {
    let same_head = (expected.opcode, expected.fin, expected.masked, 0)
        == (got.opcode, got.fin, got.masked, got.reserved);
    let same_payload = match (&expected.text, &expected.hex) {
        (Some(text), _) => {
            std::str::from_utf8(&got.payload).is_ok_and(|got| bindings.matches(text, got))
        }
        (None, Some(hex)) => bytes_of_hex(hex)? == got.payload,
        (None, None) => true,
    };
    (same_head && same_payload).then_some(()).ok_or_else(|| {
        format!(
            "frame opcode {}, fin {}, masked {}, reserved {}, {:?}",
            got.opcode,
            got.fin,
            got.masked,
            got.reserved,
            String::from_utf8_lossy(&got.payload)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)]) -> ReceivedResponse {
        ReceivedResponse {
            status: 200,
            reason: "OK".to_owned(),
            headers: headers
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }

    fn recorded(headers: &[(&str, &str)]) -> Response {
        Response {
            status: 200,
            reason: "OK".to_owned(),
            headers: answer(headers).headers,
            explicit_headers: Some(headers.iter().map(|(n, _)| (*n).to_owned()).collect()),
            body: None,
            body_truncated: false,
            body_bytes: None,
        }
    }

    fn heads_agree(expected: &[(&str, &str)], got: &[(&str, &str)]) -> bool {
        compare_head(&recorded(expected), &answer(got), &mut Bindings::new("h")).is_ok()
    }

    #[test]
    fn header_names_may_differ_in_case_and_values_may_not() {
        assert!(heads_agree(
            &[("Content-Type", "text/plain")],
            &[("content-type", "text/plain")]
        ));
        assert!(!heads_agree(
            &[("Content-Type", "text/plain")],
            &[("content-type", "text/html")]
        ));
        assert!(!heads_agree(&[("Content-Type", "text/plain")], &[]));
    }

    #[test]
    fn a_surplus_header_matters_only_when_a_browser_would_act_on_it() {
        assert!(heads_agree(&[], &[("Vary", "Origin")]));
        assert!(!heads_agree(&[], &[("access-control-allow-origin", "*")]));
    }

    #[test]
    fn persistence_may_be_announced_or_not_but_never_denied() {
        assert!(heads_agree(&[("Connection", "Keep-Alive")], &[]));
        assert!(heads_agree(
            &[("Connection", "Keep-Alive")],
            &[("connection", "keep-alive")]
        ));
        assert!(!heads_agree(
            &[("Connection", "Keep-Alive")],
            &[("connection", "close")]
        ));
    }

    #[test]
    fn missing_transports_are_left_out_of_the_recorded_list_in_the_recorded_order() {
        let recorded: Vec<_> = ["websocket", "htmlfile", "xhr-polling"]
            .map(str::to_owned)
            .to_vec();
        let offer = Offer::of(&["xhr-polling", "websocket"]);
        assert_eq!(
            offer.adapt("x:60:60:websocket,htmlfile,xhr-polling", &recorded),
            "x:60:60:websocket,xhr-polling"
        );
        assert_eq!(
            offer.adapt(
                r#"io.j[0]("x:60:60:websocket,htmlfile,xhr-polling");"#,
                &recorded
            ),
            r#"io.j[0]("x:60:60:websocket,xhr-polling");"#
        );
        assert_eq!(
            offer.adapt("3:::websocket,htmlfile", &recorded),
            "3:::websocket,htmlfile"
        );
    }
}
