//! What waits for the client is bounded, and each way to stay within the bounds.

use socketio_invariants::session::script::{GLOBAL, Script, message};
use socketio_proto::TransportName;
use socketio_session::{
    Delivery, DisconnectReason, Loss, Misuse, OverflowPolicy, PeerError, SendOptions, SessionConfig,
};

fn send(script: &mut Script, text: &str) -> Result<Delivery, Misuse> {
    let packet = message(GLOBAL, text);
    script.session.send(GLOBAL, &packet, SendOptions::default())
}

fn bounded(packets: usize, policy: OverflowPolicy) -> Script {
    Script::between_polls_with(|config| {
        config.limits.outbox_packets = packets;
        config.overflow = policy;
    })
}

const SLOW: Misuse = Misuse::Closed(DisconnectReason::SlowConsumer);

#[test]
fn a_client_that_lets_too_many_packets_pile_up_is_disconnected() {
    let mut script = bounded(2, OverflowPolicy::Disconnect);
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "two"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "three"), Err(SLOW));
    script.hears(["global left: slow consumer", "closed: slow consumer"]);
    // It is not told why: unlike a goodbye, that makes real clients connect anew.
    assert_eq!(
        script.try_opens(TransportName::XhrPolling),
        Err(PeerError::Closed(DisconnectReason::SlowConsumer))
    );
    script.is_finished();
}

#[test]
fn a_client_that_lets_too_many_bytes_pile_up_is_disconnected() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_bytes = 16);
    assert_eq!(send(&mut script, "1234"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "1234"), Ok(Delivery::Queued));
    assert_eq!(script.session.backlog(), (2, 16));
    assert_eq!(send(&mut script, ""), Err(SLOW));
    script.gets_last(websocket, []);
    script.hears(["global left: slow consumer", "closed: slow consumer"]);
    script.is_finished();
}

#[test]
fn what_was_taken_makes_room() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_packets = 1);
    for _ in 0..100 {
        assert_eq!(send(&mut script, "x"), Ok(Delivery::Queued));
        script.gets(websocket, ["3:::x"]);
    }
}

#[test]
fn the_newest_can_be_dropped() {
    let mut script = bounded(2, OverflowPolicy::DropNewest);
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "two"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "three"), Ok(Delivery::Dropped));
    let poll = script.polls();
    script.gets_last(poll, ["3:::one", "3:::two"]);
}

#[test]
fn the_oldest_can_be_dropped() {
    let mut script = bounded(2, OverflowPolicy::DropOldest);
    for text in ["one", "two", "three", "four"] {
        assert_eq!(send(&mut script, text), Ok(Delivery::Queued));
    }
    let poll = script.polls();
    script.gets_last(poll, ["3:::three", "3:::four"]);
}

#[test]
fn as_many_of_the_oldest_are_dropped_as_the_new_one_needs() {
    let mut script = Script::between_polls_with(|config| {
        config.limits.outbox_bytes = 24;
        config.overflow = OverflowPolicy::DropOldest;
    });
    for text in ["1111", "2222", "3333", "long enough"] {
        assert_eq!(send(&mut script, text), Ok(Delivery::Queued));
    }
    let poll = script.polls();
    script.gets_last(poll, ["3:::3333", "3:::long enough"]);
}

#[test]
fn no_more_are_dropped_than_the_new_one_needs() {
    let mut script = Script::between_polls_with(|config| {
        config.limits.outbox_bytes = 24;
        config.overflow = OverflowPolicy::DropOldest;
    });
    for text in ["1111", "2222", "3333", "4444"] {
        assert_eq!(send(&mut script, text), Ok(Delivery::Queued));
    }
    let poll = script.polls();
    script.gets_last(poll, ["3:::2222", "3:::3333", "3:::4444"]);
}

#[test]
fn nothing_is_dropped_for_what_can_never_fit() {
    let mut script = Script::between_polls_with(|config| {
        config.limits.outbox_bytes = 24;
        config.overflow = OverflowPolicy::DropOldest;
    });
    assert_eq!(send(&mut script, "kept"), Ok(Delivery::Queued));
    let giant = "much longer than all that there is room for";
    assert_eq!(send(&mut script, giant), Ok(Delivery::Dropped));
    let poll = script.polls();
    script.gets_last(poll, ["3:::kept"]);
}

#[test]
fn a_packet_can_come_with_a_policy_of_its_own() {
    let mut script = bounded(1, OverflowPolicy::Disconnect);
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Queued));
    for (overflow, expected) in [
        (OverflowPolicy::DropNewest, Ok(Delivery::Dropped)),
        (OverflowPolicy::DropOldest, Ok(Delivery::Queued)),
        (OverflowPolicy::Disconnect, Err(SLOW)),
    ] {
        let mut options = SendOptions::default();
        options.overflow = Some(overflow);
        let packet = message(GLOBAL, "more");
        assert_eq!(script.session.send(GLOBAL, &packet, options), expected);
    }
}

#[test]
fn the_limit_holds_while_a_transport_is_lost() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_packets = 2);
    script.loses(websocket, Loss::Broken);
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "two"), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, "three"), Err(SLOW));
    script.hears(["global left: slow consumer", "closed: slow consumer"]);
    script.is_finished();
}

#[test]
fn a_client_that_asks_without_reading_is_heard_no_further() {
    for (text, answer) in [
        (
            "rubbish:1",
            r#"5:::{"name":"error","args":["invalid_packet","unknown packet type at byte 0"]}"#,
        ),
        (
            "3::/nope:x",
            r#"5::/nope:{"name":"error","args":["no_such_namespace","The endpoint '/nope' was not joined or does not exist"]}"#,
        ),
        ("1::/chat", "1::/chat"),
    ] {
        let mut script = bounded(10, OverflowPolicy::Disconnect);
        for heard in 1..=8 {
            assert_eq!(script.session.wants_input(), heard <= 6, "{text}");
            script.sends(text);
            assert_eq!(
                script.next_event().is_some(),
                heard <= 6 && (heard == 1 || text != "1::/chat"),
                "{text}"
            );
        }
        let poll = script.polls();
        script.gets_last(poll, [answer; 6]);
        // What it said beyond that has waited.
        let _ = script.events();
        let poll = script.polls();
        script.gets_last(poll, [answer; 2]);
        assert!(script.session.wants_input());
    }
}

#[test]
fn a_client_whose_every_packet_is_answered_at_once_is_disconnected_if_nobody_stops_reading() {
    let mut script = bounded(10, OverflowPolicy::Disconnect);
    for _ in 0..10 {
        script.sends("3:1::ack me");
    }
    assert!(!script.session.wants_input());
    let slow = PeerError::Closed(DisconnectReason::SlowConsumer);
    assert_eq!(script.try_sends("3:1::ack me"), Err(slow));
}

#[test]
fn a_greeting_that_uses_up_the_budget_goes_alone() {
    let mut script = Script::with(|_| {});
    let websocket = script.opens(TransportName::WebSocket);
    script.hears(["global joined"]);
    script.emits(GLOBAL, "a");
    script.emits(GLOBAL, "b");
    for (budget, expected) in [(0, "1::"), (0, "3:::a"), (4, "3:::b"), (9, "")] {
        let (packets, _) = script.transmits_within(websocket, budget);
        assert_eq!(packets.concat(), expected);
    }
}

#[test]
fn what_fits_into_the_budget_goes_with_the_greeting() {
    let mut script = Script::with(|_| {});
    let websocket = script.opens(TransportName::WebSocket);
    script.hears(["global joined"]);
    script.emits(GLOBAL, "a");
    script.emits(GLOBAL, "b");
    let (packets, _) = script.transmits_within(websocket, 8);
    assert_eq!(packets, ["1::", "3:::a"]);
}

#[test]
fn nothing_comes_after_the_end_when_an_acknowledgement_overflows() {
    let mut script = bounded(1, OverflowPolicy::Disconnect);
    script.sends("3:1::one");
    // This one's acknowledgement does not fit any more, so the packet itself is lost.
    assert_eq!(
        script.try_sends("3:2::two"),
        Err(PeerError::Closed(DisconnectReason::SlowConsumer))
    );
    script.hears([
        "global message one",
        "global left: slow consumer",
        "closed: slow consumer",
    ]);
    script.is_finished();
}

#[test]
fn nothing_comes_after_the_end_when_the_answer_to_rubbish_overflows() {
    let mut script = bounded(1, OverflowPolicy::Disconnect);
    script.sends("4:1::{broken");
    let again = script.try_sends("4:2::{broken");
    assert_eq!(
        again,
        Err(PeerError::Closed(DisconnectReason::SlowConsumer))
    );
    script.hears([
        "global fault invalid_packet",
        "global left: slow consumer",
        "closed: slow consumer",
    ]);
}

#[test]
fn what_both_sides_rely_on_is_dropped_by_no_policy() {
    // A join that the client never hears of, or an answer it waits for in vain, would leave
    // the two sides of different minds for good.
    let mut script = bounded(4, OverflowPolicy::DropOldest);
    script.sends("1::/chat");
    script.sends("3:1+::ask");
    script.sends("3:2::ask");
    let _ = script.events();
    assert_eq!(script.replies("[true]"), Ok(()));
    for text in ["one", "two", "three"] {
        assert_eq!(send(&mut script, text), Ok(Delivery::Queued));
    }
    let poll = script.polls();
    script.gets_last(poll, ["6:::2", "1::/chat", "6:::1+[true]", "3:::three"]);
}

#[test]
fn a_new_packet_is_dropped_if_there_is_nothing_to_drop_for_it() {
    let mut script = bounded(2, OverflowPolicy::DropOldest);
    script.sends("3:1::ask");
    script.sends("3:2::ask");
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Dropped));
    let poll = script.polls();
    script.gets_last(poll, ["6:::1", "6:::2"]);
}

#[test]
fn replies_that_cannot_be_queued_end_the_session_under_every_policy() {
    for policy in [OverflowPolicy::DropNewest, OverflowPolicy::DropOldest] {
        let mut script = bounded(2, policy);
        script.sends("3:1::ask");
        script.sends("3:2::ask");
        assert_eq!(
            script.try_sends("3:3::ask"),
            Err(PeerError::Closed(DisconnectReason::SlowConsumer)),
            "{policy:?}"
        );
    }
}

#[test]
fn a_reply_takes_the_place_of_the_oldest_packet() {
    let mut script = bounded(2, OverflowPolicy::DropOldest);
    for text in ["one", "two"] {
        assert_eq!(send(&mut script, text), Ok(Delivery::Queued));
    }
    script.sends("3:1::ask");
    let poll = script.polls();
    script.gets_last(poll, ["3:::two", "6:::1"]);
}

#[test]
fn the_goodbye_fits_into_a_full_outbox() {
    let mut script = bounded(1, OverflowPolicy::Disconnect);
    assert_eq!(send(&mut script, "one"), Ok(Delivery::Queued));
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    let poll = script.polls();
    script.gets_last(poll, ["3:::one", "0::"]);
}

#[test]
fn is_drained_when_half_of_it_is_free() {
    let small = |config: &mut SessionConfig| config.limits.outbox_packets = 4;
    let (mut script, websocket) = Script::on_websocket_with(small);
    for text in ["1", "2", "3"] {
        assert!(script.session.is_drained());
        script.emits(GLOBAL, text);
    }
    assert!(!script.session.is_drained());
    script.gets(websocket, ["3:::1", "3:::2", "3:::3"]);
    assert!(script.session.is_drained());
}
