//! Batches: what was framed comes out again, and what comes out of anything is no more than that.

use socketio_proto::Dialect;

const MARKER: char = '\u{FFFD}';

/// Takes any text apart as a batch, and frames any packets: those that a batch consists of, and
/// those that the lines of the text are.
///
/// # Panics
/// If packets come out differently than they went in, are more than the text, or if anything follows
/// a fault.
pub fn check(text: &str) {
    check_unframing(text);
    let packets: Vec<&str> = text.split('\n').collect();
    check_framing(&packets);
}

fn check_unframing(text: &str) {
    let mut unframe = Dialect::Legacy.unframe(text);
    let mut packets = Vec::new();
    let fault = loop {
        match unframe.next() {
            Some(Ok(packet)) => packets.push(packet),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(unframe.next().is_none(), "nothing follows a fault");
    let total: usize = packets.iter().map(|packet| packet.len()).sum();
    assert!(total <= text.len(), "{text:?}");
    match fault {
        Some(error) => assert!(text.is_char_boundary(error.offset), "{text:?}: {error}"),
        None => check_framing(&packets),
    }
}

fn check_framing(packets: &[&str]) {
    let mut out = Vec::new();
    Dialect::Legacy.frame(packets, &mut out);
    let payload = String::from_utf8(out).expect("packets are text, and so are batches");
    match packets {
        [] => assert_eq!(payload, ""),
        // A lone packet is sent bare, and none begins like a frame.
        [lone] if lone.starts_with(MARKER) => assert_eq!(payload, *lone),
        packets => {
            let unframed: Result<Vec<&str>, _> = Dialect::Legacy.unframe(&payload).collect();
            assert_eq!(unframed.as_deref(), Ok(packets));
        }
    }
}
