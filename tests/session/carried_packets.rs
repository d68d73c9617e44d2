//! What a driver knows of packets that it has written in part.

use socketio_session::{CarriedPackets, OutgoingPacket};

use crate::script::{GLOBAL, Script, texts};

/// Packets of 7, 8 and 7 bytes, each in a frame of two more.
fn three_carried() -> CarriedPackets {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["one", "four", "two"] {
        script.emits(GLOBAL, text);
    }
    script.gets(websocket, ["3:::one", "3:::four", "3:::two"]);
    let packets = script.handed_to(websocket);
    CarriedPackets::new(packets, |packet: &OutgoingPacket| packet.bytes().len() + 2)
}

/// The packets that are left after so many bytes, written bit by bit.
fn left_after(bytes: &[usize]) -> Vec<String> {
    let mut carried = three_carried();
    bytes.iter().for_each(|bytes| carried.advance(*bytes));
    texts(&carried.into_undelivered())
}

#[test]
fn a_packet_is_delivered_with_the_last_byte_of_its_frame() {
    assert_eq!(left_after(&[]), ["3:::one", "3:::four", "3:::two"]);
    assert_eq!(left_after(&[8]), ["3:::one", "3:::four", "3:::two"]);
    assert_eq!(left_after(&[8, 1]), ["3:::four", "3:::two"]);
    assert_eq!(left_after(&[18]), ["3:::four", "3:::two"]);
    assert_eq!(left_after(&[18, 1]), ["3:::two"]);
    assert!(left_after(&[28]).is_empty());
}

#[test]
fn what_stands_behind_them_may_be_written_as_well() {
    let mut carried = three_carried();
    carried.advance(27);
    assert!(!carried.is_written());
    carried.advance(usize::MAX);
    assert!(carried.is_written());
    assert!(carried.into_undelivered().is_empty());
    assert!(CarriedPackets::default().is_written());
}
