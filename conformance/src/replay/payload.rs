//! Just enough of the packet and payload grammar to tell what a body holds, written apart from the crates
//! under test so that a mistake there cannot hide itself here.

use serde_json::Value;

/// Marks the beginning and the end of a length in a payload.
const MARK: char = '\u{fffd}';

/// The packets of a body in the one form a server may write: a single packet bare, several framed, each
/// with its length in UTF-16 units. `None` when the body has another form.
pub fn packets(body: &str) -> Option<Vec<String>> {
    if !body.starts_with(MARK) {
        return Some(vec![body.to_owned()]);
    }
    let mut packets = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (length, after) = rest.strip_prefix(MARK)?.split_once(MARK)?;
        let (packet, after) = split_at_utf16(after, length.parse().ok()?)?;
        packets.push(packet.to_owned());
        rest = after;
    }
    (packets.len() > 1).then_some(packets)
}

/// The packets that a client's body holds, as far as it is well-formed.
pub fn sent_packets(body: &str) -> Vec<String> {
    packets(body).unwrap_or_default()
}

fn split_at_utf16(text: &str, units: usize) -> Option<(&str, &str)> {
    let mut left = units;
    let mut at = 0;
    for c in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(c.len_utf16())?;
        at += c.len_utf8();
    }
    (left == 0).then(|| text.split_at(at))
}

/// The parts of a packet by which the application's log can be searched for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The type, one digit.
    pub kind: char,
    /// The endpoint, empty for the global namespace.
    pub endpoint: String,
    /// The name, for events.
    pub event: Option<String>,
    /// The arguments, for acknowledgements.
    pub acked: Option<Vec<Value>>,
}

impl Summary {
    /// Reads the head of a packet; `None` when it is none.
    pub fn of(packet: &str) -> Option<Self> {
        let mut fields = packet.splitn(4, ':');
        let (kind, _id, endpoint) = (fields.next()?, fields.next()?, fields.next()?);
        let data = fields.next().unwrap_or_default();
        let mut digits = kind.chars();
        let kind = digits
            .next()
            .filter(|c| c.is_ascii_digit() && digits.next().is_none())?;
        let event = (kind == '5').then(|| event_name(data)).flatten();
        let acked = (kind == '6').then(|| ack_arguments(data));
        Some(Self {
            kind,
            endpoint: endpoint.to_owned(),
            event,
            acked,
        })
    }
}

fn event_name(data: &str) -> Option<String> {
    let event: Value = serde_json::from_str(data).ok()?;
    event.get("name")?.as_str().map(str::to_owned)
}

fn ack_arguments(data: &str) -> Vec<Value> {
    data.split_once('+')
        .and_then(|(_, args)| serde_json::from_str(args).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_packets_are_split_by_utf16_length() {
        let body = "\u{fffd}8\u{fffd}3:::\u{2603}\u{1f600}x\u{fffd}3\u{fffd}3::";
        assert_eq!(packets(body).unwrap(), ["3:::\u{2603}\u{1f600}x", "3::"]);
    }

    #[test]
    fn only_the_form_a_server_may_write_is_taken() {
        assert_eq!(packets("3:::a").unwrap(), ["3:::a"]);
        assert_eq!(
            packets("\u{fffd}5\u{fffd}3:::a"),
            None,
            "one packet must be bare"
        );
        assert_eq!(
            packets("\u{fffd}9\u{fffd}3:::a\u{fffd}5\u{fffd}3:::b"),
            None,
            "length too long"
        );
        assert_eq!(
            packets("\u{fffd}5\u{fffd}3:::\u{1f600}\u{fffd}5\u{fffd}3:::b"),
            None,
            "inside a pair"
        );
    }

    #[test]
    fn summaries() {
        let event = Summary::of(r#"5:1+:/chat:{"name":"a:b","args":[]}"#).unwrap();
        assert_eq!(
            (event.kind, event.endpoint.as_str(), event.event.as_deref()),
            ('5', "/chat", Some("a:b"))
        );
        assert_eq!(
            Summary::of(r#"6:::1+["a+b"]"#).unwrap().acked,
            Some(vec!["a+b".into()])
        );
        assert_eq!(Summary::of("6:::1").unwrap().acked, Some(vec![]));
        assert_eq!(Summary::of("garbage"), None);
        assert_eq!(Summary::of("12::"), None);
    }
}
