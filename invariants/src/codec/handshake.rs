//! The answer to a handshake: what was read can be written again.

use socketio_proto::Handshake;

/// Reads any text as the answer to a handshake. What was read is written, and reads the same.
///
/// # Panics
/// If it does not.
pub fn check(text: &str) {
    let Ok(handshake) = Handshake::parse(text) else {
        return;
    };
    let mut out = Vec::new();
    handshake.encode(&mut out);
    let again = String::from_utf8(out).expect("the answer is text");
    assert_eq!(Handshake::parse(&again), Ok(handshake), "{again:?}");
}
