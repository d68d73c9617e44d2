//! What a driver knows of packets that it has written in part.

use proptest::prelude::*;
use socketio_invariants::session::script::{GLOBAL, Script, texts};
use socketio_session::{CarriedPackets, OutgoingPacket};

/// Packets of 7, 8 and 7 bytes.
fn three_packets() -> Vec<OutgoingPacket> {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["one", "four", "two"] {
        script.emits(GLOBAL, text);
    }
    script.gets(websocket, ["3:::one", "3:::four", "3:::two"]);
    script.handed_to(websocket)
}

/// The packets that are left after so many bytes, written bit by bit; each stands in a frame of
/// two more.
fn left_after(bytes: &[usize]) -> Vec<String> {
    let framed = |packet: &OutgoingPacket| packet.bytes().len() + 2;
    let mut carried = CarriedPackets::new(three_packets(), framed);
    assert_eq!(carried.packets().count(), 3);
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
    assert!(left_after(&[28, usize::MAX]).is_empty());
}

#[test]
fn the_packets_of_a_poll_arrive_together_or_not_at_all() {
    let left_after = |bytes| {
        let mut carried = CarriedPackets::together(three_packets(), 100);
        carried.advance(bytes);
        carried.into_undelivered().len()
    };
    assert_eq!(left_after(99), 3);
    assert_eq!(left_after(100), 0);
}

proptest! {
    #[test]
    fn what_is_left_is_what_the_bytes_do_not_reach(steps in prop::collection::vec(0..12_usize, 0..6)) {
        let written: usize = steps.iter().sum();
        // Each packet in its frame, one behind the other.
        let ends = [9, 19, 28];
        let left = ends.iter().filter(|end| **end > written).count();
        let all = left_after(&[]);
        prop_assert_eq!(&left_after(&steps)[..], &all[all.len() - left..]);
    }
}
