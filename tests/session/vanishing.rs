//! Clients that vanish without a word, wherever they are just then: when the session ends.

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{Action, DisconnectReason, Loss};

/// Time passes up to just before `second`, and nothing ends; then it is `second`, and the
/// application hears that everything has ended.
#[track_caller]
fn ends_at(script: &mut Script, second: f64, reason: &str) {
    script.after(second - script.now.since_start().as_secs_f64() - 0.001);
    script.hears([]);
    script.after(0.001);
    let left = format!("global left: {reason}");
    let closed = format!("closed: {reason}");
    script.hears([&left, &closed]);
}

/// Nobody reports anything any more, and nothing of the session stays.
#[track_caller]
fn is_gone_by(script: &mut Script, second: f64) {
    script.after(second - script.now.since_start().as_secs_f64());
    script.is_finished();
}

#[test]
fn while_its_poll_is_held() {
    let mut script = Script::between_polls();
    script.after(5.0);
    let poll = script.polls();
    script.after(20.0);
    // Into the void.
    script.gets_last(poll, ["8::"]);
    ends_at(&mut script, 85.0, "close timeout");
    is_gone_by(&mut script, 85.0);
}

#[test]
fn while_its_poll_is_held_and_the_break_is_noticed() {
    let mut script = Script::between_polls();
    script.after(5.0);
    let poll = script.polls();
    script.after(5.0);
    script.loses(poll, Loss::Broken);
    ends_at(&mut script, 70.0, "close timeout");
    is_gone_by(&mut script, 70.0);
}

#[test]
fn while_its_poll_is_answered() {
    let mut script = Script::between_polls();
    script.after(5.0);
    let poll = script.polls();
    script.emits(GLOBAL, "news");
    script.begins_last(poll, ["3:::news"]);
    ends_at(&mut script, 65.0, "close timeout");
    assert!(script.actions().contains(&Action::Close(poll)));
    is_gone_by(&mut script, 65.0);
}

#[test]
fn while_its_poll_is_answered_and_the_break_is_noticed() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.emits(GLOBAL, "news");
    script.begins_last(poll, ["3:::news"]);
    script.after(30.0);
    script.gives_back(poll, 1);
    ends_at(&mut script, 90.0, "close timeout");
    is_gone_by(&mut script, 90.0);
}

#[test]
fn while_one_poll_is_answered_and_another_waits() {
    let mut script = Script::between_polls();
    let old = script.polls();
    script.emits(GLOBAL, "news");
    script.begins_last(old, ["3:::news"]);
    script.after(5.0);
    let new = script.polls();
    script.after(20.0);
    script.gets_last(new, ["8::"]);
    ends_at(&mut script, 65.0, "close timeout");
    is_gone_by(&mut script, 65.0);
}

#[test]
fn between_polls() {
    let mut script = Script::between_polls();
    ends_at(&mut script, 60.0, "close timeout");
    is_gone_by(&mut script, 60.0);
}

#[test]
fn on_a_websocket_or_a_stream() {
    for name in [TransportName::WebSocket, TransportName::HtmlFile] {
        let mut script = Script::new();
        let transport = script.opens(name);
        script.gets(transport, ["1::"]);
        script.hears(["global joined"]);
        script.after(25.0);
        script.gets(transport, ["2::"]);
        ends_at(&mut script, 85.0, "heartbeat timeout");
        script.gets_last(transport, []);
        is_gone_by(&mut script, 85.0);
    }
}

#[test]
fn on_a_websocket_that_it_does_not_read() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "never taken");
    // The driver is waiting for the socket and fetches nothing.
    ends_at(&mut script, 85.0, "heartbeat timeout");
    assert_eq!(script.deadline(), Some(145.0));
    script.after(60.0);
    assert!(script.actions().contains(&Action::Close(websocket)));
    is_gone_by(&mut script, 145.0);
}

#[test]
fn on_a_websocket_whose_break_is_noticed() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(30.0);
    script.loses(websocket, Loss::Broken);
    ends_at(&mut script, 90.0, "close timeout");
    is_gone_by(&mut script, 90.0);
}

#[test]
fn while_it_changes_transports() {
    let (mut script, old) = Script::on_websocket();
    script.emits(GLOBAL, "news");
    script.gets(old, ["3:::news"]);
    script.after(5.0);
    // The older websocket is stuck; the newer poll goes, too.
    let poll = script.polls();
    script.after(5.0);
    script.loses(poll, Loss::Broken);
    ends_at(&mut script, 65.0, "close timeout");
    assert!(script.actions().contains(&Action::Close(old)));
    script.loses(old, Loss::Broken);
    is_gone_by(&mut script, 65.0);
}

#[test]
fn before_it_has_fetched_its_goodbye() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(5.0);
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    let _ = script.events();
    script.begins_last(websocket, ["0::"]);
    script.after(5.0);
    script.gives_back(websocket, 1);
    let _ = script.actions();
    assert!(!script.session.is_finished());
    is_gone_by(&mut script, 65.0);
}
