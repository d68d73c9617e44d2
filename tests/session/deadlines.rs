//! Every state has a deadline: whoever falls silent, the session ends by itself.

use std::time::Duration;

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{DisconnectReason, Loss, SessionConfig};

/// Nobody does anything any more: only the clock moves, from deadline to deadline. In the end
/// the application looks at what happened.
#[track_caller]
fn ends_by_itself(mut script: Script, state: &str) {
    let mut looks = 0;
    while let Some(deadline) = script.session.poll_timeout() {
        script.session.handle_timeout(deadline);
        let next = script.session.poll_timeout();
        assert!(next.is_none_or(|next| next > deadline), "{state}: stuck");
        looks += 1;
        assert!(looks < 100, "{state}: without end");
    }
    let heard = script.events();
    assert!(
        heard.last().is_some_and(|last| last.starts_with("closed:")),
        "{state}: {heard:?}"
    );
    while script.session.poll_ack().is_some() {}
    script.is_finished();
}

#[test]
fn before_and_without_transports() {
    ends_by_itself(Script::new(), "handshaken");
    let mut script = Script::new();
    script.sends("3:::early");
    ends_by_itself(script, "uploaded before the first poll");
    ends_by_itself(Script::between_polls(), "between polls");
    let (mut script, websocket) = Script::on_websocket();
    script.loses(websocket, Loss::Broken);
    script.emits(GLOBAL, "unheard");
    ends_by_itself(script, "websocket broken");
}

#[test]
fn with_a_transport_that_is_never_written_to() {
    for name in TransportName::ALL {
        let mut script = Script::new();
        let _ = script.opens(name);
        ends_by_itself(script, name.as_str());
        let mut script = Script::between_polls();
        let _ = script.opens(name);
        let _ = script.opens(name);
        ends_by_itself(script, "replaced");
        let mut script = Script::between_polls();
        script.emits(GLOBAL, "unheard");
        let _ = script.opens(name);
        script.after(20.0);
        ends_by_itself(script, "released");
    }
}

#[test]
fn after_the_end() {
    let goodbye = DisconnectReason::ServerDisconnected;
    for at in [0.0, 19.0, 20.0, 25.0, 79.0] {
        for name in TransportName::ALL {
            let mut script = Script::between_polls();
            let _ = script.opens(name);
            script.after(at);
            script.session.disconnect(script.now, goodbye);
            ends_by_itself(script, "goodbye not taken");
        }
    }
    let mut script = Script::between_polls();
    script.session.disconnect(script.now, goodbye);
    let _ = script.polls();
    ends_by_itself(script, "goodbye on a poll that is not written to");
}

#[test]
fn while_the_application_decides() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("3::/vault:behind");
    script.hears(["/vault joining"]);
    ends_by_itself(script, "undecided");
}

#[test]
fn while_an_answer_is_awaited() {
    let mut script = Script::between_polls();
    let asked = script.session.send_with_ack(
        script.now,
        GLOBAL,
        socketio_proto::Body::Message("?"),
        socketio_proto::AckMode::Data,
        Duration::from_secs(1_000_000),
    );
    assert!(asked.is_ok());
    ends_by_itself(script, "awaited");
}

#[test]
fn whatever_the_times_are() {
    let no_time = |config: &mut SessionConfig| {
        config.handshake_timeout = Duration::ZERO;
        config.heartbeat_interval = Some(Duration::ZERO);
        config.heartbeat_timeout = Duration::ZERO;
        config.close_timeout = Duration::ZERO;
        config.polling_duration = Duration::ZERO;
    };
    let all_time = |config: &mut SessionConfig| {
        config.handshake_timeout = Duration::MAX;
        config.heartbeat_interval = Some(Duration::MAX);
        config.heartbeat_timeout = Duration::MAX;
        config.close_timeout = Duration::MAX;
        config.polling_duration = Duration::MAX;
    };
    for change in [no_time as fn(&mut SessionConfig), all_time] {
        ends_by_itself(Script::with(change), "handshaken");
        for name in TransportName::ALL {
            let mut script = Script::with(change);
            let _ = script.opens(name);
            ends_by_itself(script, name.as_str());
        }
    }
}

#[test]
fn early_and_repeated_looks_at_the_clock_change_nothing() {
    let (mut script, websocket) = Script::on_websocket();
    for _ in 0..10 {
        script.session.handle_timeout(script.now);
    }
    assert_eq!(script.deadline(), Some(25.0));
    script.after(25.0);
    for _ in 0..10 {
        script.session.handle_timeout(script.now);
    }
    assert_eq!(script.deadline(), Some(85.0));
    script.gets(websocket, ["2::"]);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(25.0);
    script.gets(websocket, ["2::"]);
    script.now = socketio_session::Instant::START;
    script.sends("2::");
    assert_eq!(script.session.now().since_start(), Duration::from_secs(25));
    assert_eq!(script.deadline(), Some(50.0));
    script.loses(websocket, Loss::Broken);
    assert_eq!(script.deadline(), Some(85.0));
}

#[test]
fn a_late_look_at_the_clock_asks_before_it_gives_up() {
    let (mut script, websocket) = Script::on_websocket();
    // The machine slept. The client gets its chance to answer.
    let late = script.now + Duration::from_secs(1000);
    script.session.handle_timeout(late);
    script.now = late;
    script.gets(websocket, ["2::"]);
    assert_eq!(script.deadline(), Some(1060.0));
}
