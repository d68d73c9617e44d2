//! What sessions count.

use socketio_session::SessionCounters;

use socketio_invariants::session::script::{GLOBAL, Script};

fn counts(script: &Script) -> [u64; 4] {
    let SessionCounters {
        requests,
        packets_received,
        packets_sent,
        heartbeats,
        ..
    } = script.session.counters();
    [requests, packets_received, packets_sent, heartbeats]
}

#[test]
fn requests_and_packets_are_counted() {
    let mut script = Script::new();
    assert_eq!(counts(&script), [0, 0, 0, 0]);
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    assert_eq!(counts(&script), [1, 0, 1, 0]);
    script.session.receive_upload();
    script.sends("3:::text");
    script.sends("5:::{");
    script.sends("2::");
    assert_eq!(counts(&script), [2, 3, 1, 1]);
    // The second is answered with an error event.
    let _ = script.events();
    script.emits(GLOBAL, "news");
    let poll = script.polls();
    let (packets, _) = script.transmits(poll);
    assert_eq!(packets.len(), 2);
    assert_eq!(counts(&script), [3, 3, 3, 1]);
}

#[test]
fn nothing_counts_after_the_end() {
    let (mut script, _) = Script::on_websocket();
    script.session.end_by_client(script.now);
    let before = counts(&script);
    assert!(script.try_sends("3:::text").is_err());
    assert_eq!(counts(&script), before);
}
