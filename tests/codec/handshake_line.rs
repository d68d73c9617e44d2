//! The handshake's answer, written and read.

use std::time::Duration;

use proptest::prelude::*;
use socketio_proto::legacy::handshake::HandshakeError;
use socketio_proto::{
    Body, DecodeLimits, Dialect, ErrorAdvice, ErrorReason, Handshake, TransportKind, TransportName,
};

const fn seconds(n: u64) -> Option<Duration> {
    Some(Duration::from_secs(n))
}

fn line(handshake: &Handshake<'_>) -> String {
    let mut out = Vec::new();
    handshake.encode(&mut out);
    String::from_utf8(out).expect("the line is text")
}

#[test]
fn the_line_is_the_reference_servers() {
    let transports = [
        TransportName::WebSocket,
        TransportName::HtmlFile,
        TransportName::XhrPolling,
        TransportName::JsonpPolling,
    ];
    let handshake = Handshake {
        sid: "4abc",
        heartbeat_timeout: seconds(60),
        close_timeout: Some(Duration::from_millis(1250)),
        transports: (&transports).into(),
    };
    let text = "4abc:60:1.25:websocket,htmlfile,xhr-polling,jsonp-polling";
    assert_eq!(line(&handshake), text);
    assert_eq!(Handshake::parse(text), Ok(handshake));
}

#[test]
fn timeouts_are_written_as_javascript_prints_numbers() {
    for (timeout, text) in [
        (None, ""),
        (seconds(0), "0"),
        (seconds(15), "15"),
        (Some(Duration::from_millis(500)), "0.5"),
        (Some(Duration::from_millis(60_050)), "60.05"),
        (Some(Duration::from_nanos(1)), "0.000000001"),
        (Some(Duration::MAX), "18446744073709551615.999999999"),
    ] {
        let handshake = Handshake {
            sid: "s",
            heartbeat_timeout: timeout,
            close_timeout: None,
            transports: Vec::new().into(),
        };
        assert_eq!(line(&handshake), format!("s:{text}::"));
        assert_eq!(Handshake::parse(&line(&handshake)), Ok(handshake));
    }
}

#[test]
fn reading_tolerates_other_servers() {
    let handshake = Handshake::parse("12::0.60000000005:websocket,tobi,xhr-polling").unwrap();
    assert_eq!(handshake.sid, "12");
    assert_eq!(handshake.heartbeat_timeout, None);
    assert_eq!(handshake.close_timeout, Some(Duration::from_millis(600)));
    assert_eq!(
        *handshake.transports,
        [TransportName::WebSocket, TransportName::XhrPolling]
    );
}

#[test]
fn faults_are_told_apart() {
    for short in ["", "s", "s:60", "s:60:60"] {
        assert_eq!(
            Handshake::parse(short),
            Err(HandshakeError::MissingField),
            "{short}"
        );
    }
    assert_eq!(
        Handshake::parse(":60:60:websocket"),
        Err(HandshakeError::EmptySid)
    );
    for bad in [
        "-1",
        "1e3",
        " 60",
        "x",
        ".5",
        "5.",
        "1.2.3",
        "99999999999999999999",
    ] {
        let line = format!("s:{bad}:60:websocket");
        assert_eq!(
            Handshake::parse(&line),
            Err(HandshakeError::BadTimeout),
            "{bad}"
        );
    }
}

#[test]
fn transport_names_are_exact() {
    for name in TransportName::ALL {
        assert_eq!(name.as_str().parse(), Ok(name));
        assert_eq!(name.to_string(), name.as_str());
    }
    for unknown in ["", "WebSocket", "xhr_polling", "websocket ", "constructor"] {
        assert!(unknown.parse::<TransportName>().is_err(), "{unknown}");
    }
    assert_eq!(TransportName::FlashSocket.kind(), TransportKind::WebSocket);
    assert_eq!(TransportName::HtmlFile.kind(), TransportKind::Stream);
    assert_eq!(TransportName::JsonpPolling.kind(), TransportKind::LongPoll);
}

#[test]
fn who_has_no_session_is_told_to_begin_anew() {
    let text = Dialect::Legacy.unknown_session();
    let packet = Dialect::Legacy.decode(text, &DecodeLimits::DEFAULT);
    let Body::Error { reason, advice } = packet.expect("a packet").body else {
        panic!("an error packet");
    };
    assert_eq!(reason, Some(ErrorReason::ClientNotHandshaken));
    assert_eq!(advice, Some(ErrorAdvice::Reconnect));
}

/// A time of whatever length, or none.
fn timeout() -> impl Strategy<Value = Option<Duration>> {
    let any = (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n));
    prop::option::of(any)
}

proptest! {
    #[test]
    fn any_answer_is_read_as_it_was_written(
        sid in "[A-Za-z0-9_-]{1,24}",
        heartbeat_timeout in timeout(),
        close_timeout in timeout(),
        transports in prop::sample::subsequence(TransportName::ALL.to_vec(), 0..=6),
    ) {
        let handshake = Handshake {
            sid: &sid,
            heartbeat_timeout,
            close_timeout,
            transports: transports.into(),
        };
        let line = line(&handshake);
        prop_assert_eq!(Handshake::parse(&line), Ok(handshake));
    }
}
