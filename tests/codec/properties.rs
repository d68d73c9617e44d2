//! What must hold for every input.

use std::borrow::Cow;

use proptest::prelude::*;
use socketio_invariants::codec::{handshake, packet, payload, request_target};
use socketio_proto::{
    AckMode, AckRequest, Arguments, Body, DecodeLimits, Dialect, ErrorAdvice, ErrorReason, Packet,
    RawValue,
};
use socketio_tests::corpus_shape::describe;

/// A packet that owns its parts.
#[derive(Debug, Clone)]
struct Owned {
    ack_request: Option<(String, AckMode)>,
    endpoint: String,
    body: OwnedBody,
}

#[derive(Debug, Clone)]
enum OwnedBody {
    Bare(Body<'static>),
    Connect(String),
    Message(String),
    Json(Box<RawValue>),
    Event(String, String),
    Ack(String, String),
}

impl Owned {
    fn packet(&self) -> Packet<'_> {
        let body = match &self.body {
            OwnedBody::Bare(body) => body.clone(),
            OwnedBody::Connect(query) => Body::Connect { query },
            OwnedBody::Message(text) => Body::Message(text),
            OwnedBody::Json(value) => Body::Json(value),
            OwnedBody::Event(name, args) => Body::Event {
                name: Cow::Borrowed(name),
                args: Arguments::from_checked(args),
            },
            OwnedBody::Ack(id, args) => Body::Ack {
                id,
                args: Arguments::from_checked(args),
            },
        };
        let mut packet = Packet::new(&self.endpoint, body);
        packet.ack_request = self
            .ack_request
            .as_ref()
            .map(|(id, mode)| AckRequest { id, mode: *mode });
        packet
    }
}

/// Any text, often with what JSON and the framing treat specially.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\"\\\\\u{0}-\u{1f}\u{7f}/:+{}a\u{2028}\u{FFFD}\u{1F600}]{0,12}",
    ]
}

/// Compact JSON.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        (-1e9..1e9).prop_map(|n: f64| serde_json::to_string(&n).unwrap()),
        text().prop_map(|t| serde_json::to_string(&t).unwrap()),
        Just(r#""\ud800""#.to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let member = (text(), inner.clone())
            .prop_map(|(key, value)| format!("{}:{value}", serde_json::to_string(&key).unwrap()));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..4)
                .prop_map(|items| format!("{{{}}}", items.join(","))),
        ]
    })
}

fn args() -> impl Strategy<Value = String> {
    prop::collection::vec(json(), 0..4).prop_map(|items| format!("[{}]", items.join(",")))
}

fn body() -> impl Strategy<Value = OwnedBody> {
    let reason = prop::option::of(prop::sample::select(vec![
        ErrorReason::TransportNotSupported,
        ErrorReason::ClientNotHandshaken,
        ErrorReason::Unauthorized,
    ]));
    let advice = prop::option::of(Just(ErrorAdvice::Reconnect));
    let bare = prop::sample::select(vec![Body::Disconnect, Body::Heartbeat, Body::Noop]);
    prop_oneof![
        bare.prop_map(OwnedBody::Bare),
        (reason, advice)
            .prop_map(|(reason, advice)| OwnedBody::Bare(Body::Error { reason, advice })),
        text().prop_map(OwnedBody::Connect),
        text().prop_map(OwnedBody::Message),
        json().prop_map(|json| OwnedBody::Json(RawValue::from_string(json).unwrap())),
        (text(), args()).prop_map(|(name, args)| OwnedBody::Event(name, args)),
        ("[0-9]{1,32}", args()).prop_map(|(id, args)| OwnedBody::Ack(id, args)),
    ]
}

fn any_packet() -> impl Strategy<Value = Owned> {
    let mode = prop::sample::select(vec![AckMode::Automatic, AckMode::Data]);
    let ack_request = prop::option::of(("[0-9]{1,32}", mode));
    let endpoint = prop_oneof![Just(String::new()), "/[a-z?=]{0,8}", "[^:]{0,6}"];
    (ack_request, endpoint, body()).prop_map(|(ack_request, endpoint, body)| Owned {
        ack_request,
        endpoint,
        body,
    })
}

fn encoded(packet: &Packet<'_>) -> String {
    let mut out = Vec::new();
    Dialect::Legacy.encode(packet, &mut out);
    String::from_utf8(out).expect("packets are text")
}

/// Text that is nearly a packet or nearly a batch.
fn near_miss() -> impl Strategy<Value = String> {
    let damaged =
        (any_packet(), any::<prop::sample::Index>(), text()).prop_map(|(owned, at, junk)| {
            let mut text = encoded(&owned.packet());
            let boundaries: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            text.insert_str(boundaries[at.index(boundaries.len())], &junk);
            text
        });
    prop_oneof![
        text(),
        "[0-9\u{FFFD}:+\\-{}\"\\[\\]a,\u{1F600}]{0,24}",
        "5:::\\{\"name\":\"[a\"\\\\]{0,3}\"[,:}\\[\\]\"args]{0,12}\\}",
        damaged,
    ]
}

/// Reads the text as whatever it may be.
fn check(text: &str) {
    packet::check(text);
    payload::check(text);
    request_target::check(text);
    handshake::check(text);
}

#[test]
fn names_are_escaped_as_json_stringify_does() {
    for character in ('\0'..='\u{FF}').chain("\u{2028}\u{2029}\u{FFFD}\u{1F600}".chars()) {
        let name = format!("a{character}b");
        let body = Body::Event {
            name: Cow::Borrowed(&name),
            args: Arguments::NONE,
        };
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(
            encoded(&Packet::new("", body)),
            format!(r#"5:::{{"name":{json}}}"#)
        );
    }
}

proptest! {
    #[test]
    fn decoding_undoes_encoding(owned in any_packet()) {
        let packet = owned.packet();
        let text = encoded(&packet);
        let decoded = Dialect::Legacy.decode(&text, &DecodeLimits::default()).unwrap();
        prop_assert_eq!(describe(&decoded), describe(&packet));
        prop_assert_eq!(decoded.head(), packet.head());
        // User JSON comes through byte for byte.
        match (&owned.body, &decoded.body) {
            (OwnedBody::Event(_, args), Body::Event { args: decoded, .. }) => {
                prop_assert_eq!(decoded.as_str(), args);
            }
            (OwnedBody::Ack(_, args), Body::Ack { args: decoded, .. }) => {
                // But for line ends, which acknowledgements cannot hold.
                let one_line = args.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
                prop_assert_eq!(decoded.as_str(), one_line);
            }
            (OwnedBody::Json(json), Body::Json(decoded)) => {
                prop_assert_eq!(decoded.get(), json.get());
            }
            _ => {}
        }
    }

    #[test]
    fn encoding_undoes_decoding(owned in any_packet()) {
        let text = encoded(&owned.packet());
        let decoded = Dialect::Legacy.decode(&text, &DecodeLimits::default()).unwrap();
        prop_assert_eq!(encoded(&decoded), text);
    }

    #[test]
    fn no_text_does_harm(text in near_miss()) {
        check(&text);
    }

    #[test]
    fn no_bytes_do_harm(bytes: Vec<u8>) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn unframing_undoes_framing(messages in prop::collection::vec(text(), 0..8)) {
        let mut out = Vec::new();
        Dialect::Legacy.frame(&messages, &mut out);
        let payload = String::from_utf8(out).unwrap();
        let unframed: Result<Vec<_>, _> =
            Dialect::Legacy.unframe(&payload).collect();
        match &messages[..] {
            [] => prop_assert_eq!(payload, ""),
            // A lone message is sent bare, and no packet begins like a frame.
            [lone] if lone.starts_with('\u{FFFD}') => prop_assert_eq!(&payload, lone),
            _ => prop_assert_eq!(unframed.unwrap(), messages),
        }
    }

    #[test]
    fn the_packets_before_a_fault_are_handed_out(
        messages in prop::collection::vec(text(), 2..6),
        cut: prop::sample::Index,
    ) {
        let mut out = Vec::new();
        Dialect::Legacy.frame(&messages, &mut out);
        let payload = String::from_utf8(out).unwrap();
        let boundaries: Vec<usize> = payload.char_indices().map(|(i, _)| i).skip(1).collect();
        let cut = boundaries[cut.index(boundaries.len())];
        let results: Vec<_> =
            Dialect::Legacy.unframe(&payload[..cut]).collect();
        let whole = results.iter().take_while(|result| result.is_ok()).count();
        prop_assert!(results.len() - whole <= 1);
        for (result, message) in results.iter().zip(&messages).take(whole) {
            prop_assert_eq!(result.unwrap(), message);
        }
    }
}
