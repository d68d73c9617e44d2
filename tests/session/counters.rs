//! What sessions count.

use socketio_invariants::session::crowd::Crowd;
use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{DisconnectReason, HubCounters, OverflowPolicy, SessionCounters};

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

#[test]
fn bytes_are_counted() {
    let (mut script, websocket) = Script::on_websocket();
    let sent = script.session.counters().bytes_sent;
    assert_eq!(sent, "1::".len() as u64);
    script.session.receive_bytes(7);
    script.session.receive_bytes(5);
    assert_eq!(script.session.counters().bytes_received, 12);
    script.emits(GLOBAL, "news");
    script.gets(websocket, ["3:::news"]);
    assert_eq!(script.session.counters().bytes_sent, sent + 8);
}

/// What is dropped at the end has not been dropped for want of room.
#[test]
fn what_is_dropped_is_counted_to_the_end() {
    let (mut script, _) = Script::on_websocket_with(|config| {
        config.overflow = OverflowPolicy::DropOldest;
        config.limits.outbox_packets = 2;
    });
    for text in ["1", "2", "3"] {
        script.emits(GLOBAL, text);
    }
    assert_eq!(script.session.counters().packets_dropped, 1);
    let reason = DisconnectReason::ProtocolViolation;
    script.session.fail(script.now, reason);
    assert_eq!(script.session.counters().packets_dropped, 1);
}

#[test]
fn a_hub_remembers_what_sessions_did_that_are_gone() {
    let mut crowd = Crowd::of(3);
    let before = crowd.hub.counters();
    assert_eq!((before.created, before.ended.len()), (3, 0));
    assert_eq!(before.sessions, [(Some(TransportName::WebSocket), 3)]);
    crowd.goes(0);
    crowd.goes(1);
    let after = crowd.hub.counters();
    assert_eq!(after.created, 3);
    assert_eq!(after.ended.iter().map(|(_, count)| count).sum::<u64>(), 2);
    let (reason, count) = after.ended[0];
    assert_eq!(after.ended_for(reason), count);
    assert_eq!(after.sessions, [(Some(TransportName::WebSocket), 1)]);
    assert!(after.traffic.packets_sent >= before.traffic.packets_sent);
    assert_eq!(after.traffic.requests, before.traffic.requests);
}

#[test]
fn counters_of_hubs_add_up() {
    let [one, other] = [2, 3].map(|clients| Crowd::of(clients).hub.counters());
    let mut sum = HubCounters::default();
    sum.add(&one);
    sum.add(&other);
    assert_eq!(sum.created, 5);
    assert_eq!(sum.sessions, [(Some(TransportName::WebSocket), 5)]);
    assert_eq!(
        sum.traffic.requests,
        one.traffic.requests + other.traffic.requests
    );
    assert_eq!(sum.queued_bytes, one.queued_bytes + other.queued_bytes);
}

#[test]
fn sums_over_hubs_say_how_many_ended_for_each_reason() {
    let mut sum = HubCounters::default();
    for clients in [2, 3] {
        let mut crowd = Crowd::of(clients);
        for client in 0..clients {
            crowd.goes(client);
        }
        sum.add(&crowd.hub.counters());
    }
    assert_eq!(sum.created, 5);
    assert_eq!(sum.ended.len(), 1);
    let (reason, count) = sum.ended[0];
    assert_eq!((count, sum.ended_for(reason)), (5, 5));
}
