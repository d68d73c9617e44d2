//! Clients that talk faster than they may.

use std::time::Duration;

use proptest::prelude::*;
use socketio_proto::{DecodeLimits, Dialect};
use socketio_session::{
    DisconnectReason, EventRatePolicy, Incoming, Instant, PeerError, RateLimit, SessionConfig,
};

use socketio_invariants::session::crowd::Crowd;
use socketio_invariants::session::script::Script;

/// Two at once, then one each second.
fn slow(config: &mut SessionConfig) {
    config.event_rate = Some(RateLimit::per_second(1).burst(2));
}

fn strict(config: &mut SessionConfig) {
    slow(config);
    config.event_rate_policy = EventRatePolicy::Disconnect;
}

#[test]
fn by_default_there_is_no_rate() {
    let (mut script, _websocket) = Script::on_websocket();
    let packets = if cfg!(miri) { 1000 } else { 100_000 };
    for _ in 0..packets {
        script.sends("8::");
    }
    assert!(script.session.wants_input());
}

#[test]
fn who_is_too_fast_is_not_listened_to_for_a_while() {
    let (mut script, _websocket) = Script::on_websocket_with(slow);
    script.sends("3:::one");
    assert!(script.session.wants_input());
    script.sends("3:::two");
    assert!(!script.session.wants_input());
    assert_eq!(script.deadline(), Some(1.0));
    // What came is for the application all the same.
    script.hears(["global message one", "global message two"]);
    assert!(!script.session.wants_input());
    script.after(0.5);
    assert!(!script.session.wants_input());
    script.after(0.5);
    assert!(script.session.wants_input());
    script.sends("3:::three");
    assert!(!script.session.wants_input());
    script.after(10.0);
    assert!(script.session.wants_input());
    assert_eq!(script.deadline(), Some(25.0), "nothing but the heartbeat");
}

#[test]
fn what_comes_unwanted_is_taken_and_prolongs_the_wait() {
    let (mut script, _websocket) = Script::on_websocket_with(slow);
    for text in ["3:::1", "3:::2", "3:::3", "rubbish", "8::"] {
        script.sends(text);
    }
    assert_eq!(script.events().len(), 4);
    assert_eq!(script.deadline(), Some(4.0));
    script.after(3.9);
    assert!(!script.session.wants_input());
    script.after(0.1);
    assert!(script.session.wants_input());
}

#[test]
fn heartbeats_do_not_count() {
    for policy in [slow, strict] {
        let (mut script, _websocket) = Script::on_websocket_with(policy);
        for _ in 0..100 {
            script.sends("2::");
        }
        assert!(script.session.wants_input());
        script.sends("3:::still there");
    }
}

/// Its answer stands behind what is not read.
#[test]
fn no_heartbeat_is_missed_while_nobody_listens() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.event_rate = Some(RateLimit::new(1, Duration::from_secs(1000)));
    });
    script.sends("3:::x");
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.after(900.0);
    script.hears(["global message x"]);
    // It is listened to again, and says nothing.
    script.after(200.0);
    assert_eq!(script.events().len(), 2);
}

/// A timer that is late finds two deadlines that have come.
#[test]
fn nor_by_a_timer_that_is_late() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.event_rate = Some(RateLimit::new(1, Duration::from_secs(30)));
    });
    script.after(20.0);
    script.sends("3:::x");
    script.after(5.0);
    script.gets(websocket, ["2::"]);
    script.now = script.now + Duration::from_secs(100);
    script.session.handle_timeout(script.now);
    assert!(script.session.wants_input());
    script.sends("2::");
}

#[test]
fn where_it_is_not_put_up_with_the_session_ends() {
    let (mut script, websocket) = Script::on_websocket_with(strict);
    script.sends("3:::1");
    script.sends("3:::2");
    assert!(script.session.wants_input());
    let reason = DisconnectReason::TooManyEvents;
    assert_eq!(script.try_sends("3:::3"), Err(PeerError::Closed(reason)));
    script.gets_last(websocket, []);
    script.hears([
        "global message 1",
        "global message 2",
        "global left: too many events",
        "closed: too many events",
    ]);
    script.is_finished();
}

#[test]
fn who_keeps_to_the_rate_is_never_sent_away() {
    let (mut script, _websocket) = Script::on_websocket_with(|config| {
        strict(config);
        config.heartbeat_interval = None;
    });
    for _ in 0..100 {
        script.sends("3:::x");
        assert_eq!(script.events().len(), 1);
        script.after(1.0);
    }
}

/// Whoever left input unread hears when it is wanted again, once.
#[test]
fn a_hub_says_when_a_session_is_listened_to_again() {
    let mut crowd = Crowd::with(1, slow);
    let key = crowd.clients[0];
    let mut at = Instant::from_start(Duration::from_secs(100));
    let limits = DecodeLimits::default();
    let text = Incoming::read(Dialect::Legacy, "8::", &limits);
    for _ in 0..2 {
        let mut session = crowd.hub.session(key).expect("it is there");
        session.take_in(at, &text).expect("it is alive");
    }
    while crowd.hub.poll_ready().is_some() {}
    let wants_input = |crowd: &mut Crowd| {
        let session = crowd.hub.session(key).expect("it is there");
        session.wants_input()
    };
    assert!(!wants_input(&mut crowd));
    assert!(
        crowd
            .hub
            .poll_timeout()
            .is_some_and(|due| due <= at + Duration::from_secs(1))
    );
    at = at + Duration::from_secs(1);
    crowd.hub.handle_timeout(at);
    assert_eq!(crowd.hub.poll_ready(), Some(key));
    assert!(wants_input(&mut crowd));
    assert_eq!(crowd.hub.poll_ready(), None);
}

#[test]
fn a_hub_says_so_too_when_it_is_another_packet_that_finds_it_out() {
    let mut crowd = Crowd::with(1, slow);
    let key = crowd.clients[0];
    let text = Incoming::read(Dialect::Legacy, "8::", &DecodeLimits::default());
    for seconds in [100, 100, 105] {
        while crowd.hub.poll_ready().is_some() {}
        let at = Instant::from_start(Duration::from_secs(seconds));
        let mut session = crowd.hub.session(key).expect("it is there");
        session.take_in(at, &text).expect("it is alive");
    }
    assert_eq!(crowd.hub.poll_ready(), Some(key));
}

proptest! {
    /// A driver that reads only what is wanted never reads more than the rate allows, and time
    /// always comes when it may read again.
    #[test]
    fn no_more_is_wanted_than_the_rate_allows(
        times in 1_u32..50,
        burst in 1_u32..20,
        steps in prop::collection::vec((0_usize..40, 0.0..3.0_f64), 1..50),
    ) {
        let (mut script, _websocket) = Script::on_websocket_with(|config| {
            config.event_rate = Some(RateLimit::per_second(times).burst(burst));
            config.heartbeat_interval = None;
        });
        let start = script.now;
        let mut read = 0_usize;
        for (sent, pause) in steps {
            for _ in 0..sent {
                if script.session.wants_input() {
                    script.sends("8::");
                    read += 1;
                }
            }
            let passed = script.now.saturating_duration_since(start).as_secs_f64();
            let most = f64::from(burst) + passed * f64::from(times) + 1e-6;
            prop_assert!(read as f64 <= most, "{read} of {most}");
            script.after(pause);
        }
        script.after(f64::from(burst));
        prop_assert!(script.session.wants_input());
    }
}

#[test]
fn whose_session_is_over_is_not_waited_for() {
    let (mut script, _websocket) = Script::on_websocket_with(slow);
    for text in ["3:::1", "3:::2", "3:::3"] {
        script.sends(text);
    }
    assert_eq!(script.deadline(), Some(2.0));
    let reason = DisconnectReason::ServerDisconnected;
    script.session.disconnect(script.now, reason);
    assert_eq!(
        script.deadline(),
        Some(60.0),
        "nothing but the close timeout"
    );
}
