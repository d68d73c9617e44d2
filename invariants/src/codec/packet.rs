//! Packets: what was understood can be said again.

use socketio_proto::{Body, DecodeLimits, Dialect, Packet};

/// Limits that short inputs can reach.
const TIGHT: DecodeLimits = DecodeLimits {
    max_packet_bytes: 64,
    max_id_digits: 4,
    max_json_depth: 3,
};

/// Decodes any text as a packet. What was decoded is encoded, and means the same; encoding that
/// once more changes nothing. Errors point to where a character begins.
///
/// # Panics
/// If one of this does not hold.
pub fn check(text: &str) {
    let limits = DecodeLimits::DEFAULT;
    let decoded = Dialect::Legacy.decode(text, &limits);
    match &decoded {
        Ok(packet) => check_encoding(packet),
        Err(error) => assert!(text.is_char_boundary(error.offset), "{text:?}: {error}"),
    }
    check_head(text, decoded.as_ref().ok());
    if let Ok(packet) = Dialect::Legacy.decode(text, &TIGHT) {
        assert!(text.len() <= TIGHT.max_packet_bytes, "{text:?}");
        let larger = decoded.expect("whatever is within tight limits is within loose ones");
        assert_eq!(meaning(&packet), meaning(&larger));
        let digits = packet.ack_request.map_or(0, |request| request.id.len());
        assert!(digits <= TIGHT.max_id_digits, "{text:?}");
    }
}

fn check_encoding(packet: &Packet<'_>) {
    let again = encoded(packet);
    let repeated = Dialect::Legacy.decode(&again, &DecodeLimits::DEFAULT);
    let repeated = repeated.unwrap_or_else(|error| panic!("{again:?}, which we wrote: {error}"));
    assert_eq!(meaning(packet), meaning(&repeated));
    assert_eq!(packet.head(), repeated.head());
    assert_eq!(again, encoded(&repeated));
}

/// The head of a packet is its head, whether the rest is looked at or not.
fn check_head(text: &str, packet: Option<&Packet<'_>>) {
    let head = Dialect::Legacy.decode_head(text, &DecodeLimits::DEFAULT);
    if let Some(packet) = packet {
        assert_eq!(head, Ok(packet.head()), "{text:?}");
    }
}

fn encoded(packet: &Packet<'_>) -> String {
    let mut out = Vec::new();
    Dialect::Legacy.encode(packet, &mut out);
    String::from_utf8(out).expect("packets are text")
}

/// Everything that a packet says. Arguments that are none are written as none, and those of an
/// acknowledgement in one line, which means the same.
fn meaning(packet: &Packet<'_>) -> String {
    let head = packet.head();
    match &packet.body {
        Body::Event { name, args } if args.is_empty() => format!("{head:?} event {name:?}"),
        Body::Ack { id, args } if args.is_empty() => format!("{head:?} ack {id}"),
        Body::Ack { id, args } => {
            let args = args.as_str().replace(['\n', '\r'], " ");
            let args = args.replace('\u{2028}', "\\u2028");
            let args = args.replace('\u{2029}', "\\u2029");
            format!("{head:?} ack {id} {args}")
        }
        body => format!("{head:?} {body:?}"),
    }
}
