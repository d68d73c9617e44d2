//! A message in a great many fragments: it takes no more than its own bytes do.

use socketio_conformance::client::{WebSocket, handshake};
use socketio_conformance::replay::raw_websocket::{CONTINUATION, PING, PONG, TEXT, frame_bytes};
use socketio_driver_tokio::{Namespace, Server, Socket, Text};

use crate::{HEAP, grown_since, one_at_a_time, patient, started};

/// How often a thousand fragments of no byte come, and then a thousand of one.
const ROUNDS: usize = 50;

/// What the message may take while it is not complete: its bytes in a buffer that doubles, the
/// connection's own buffers, and the client's. Two bytes for each fragment would be more.
const TAKEN: usize = 192 << 10;

#[test]
fn cve_2026_48779_tiny_fragments_take_no_more_than_their_message() {
    let _turn = one_at_a_time();
    let echo = Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        let _ = socket.send(&text);
    });
    let (address, _handle) = started(patient(Server::builder().namespace(echo)));
    let mut websocket = WebSocket::open(address, &handshake(address, ""));
    assert_eq!(websocket.next_frame().payload, b"1::");

    let empty = frame_bytes(CONTINUATION, false, true, b"").repeat(1000);
    let single = frame_bytes(CONTINUATION, false, true, b"x").repeat(1000);
    let before = HEAP.allocated();
    let mut most = 0;
    websocket.send_bytes(&frame_bytes(TEXT, false, true, b"3:::"));
    for _ in 0..ROUNDS {
        websocket.send_bytes(&empty);
        websocket.send_bytes(&single);
        // Everything before this has been taken in when it is answered.
        websocket.send(PING, b"");
        assert_eq!(websocket.next_frame().opcode, PONG);
        most = most.max(grown_since(before));
    }
    println!("{most} bytes of {TAKEN}");
    assert!(most <= TAKEN, "{most} of {TAKEN}");

    websocket.send_bytes(&frame_bytes(CONTINUATION, true, true, b""));
    let echoed = websocket.next_frame().payload;
    let whole = format!("3:::{}", "x".repeat(ROUNDS * 1000));
    assert!(echoed == whole.as_bytes(), "{} bytes", echoed.len());
}
