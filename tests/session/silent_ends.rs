//! Clients that are sent away without a word.

use socketio_invariants::session::script::{CHAT, GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{DisconnectReason, Misuse, PeerError};

const AWAY: DisconnectReason = DisconnectReason::ServerDisconnected;

#[test]
fn a_websocket_ends_behind_what_is_queued() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "last");
    script.session.disconnect_silently(script.now, AWAY);
    script.gets_last(websocket, ["3:::last"]);
    script.hears([
        "global left: server disconnected",
        "closed: server disconnected",
    ]);
    script.is_finished();
}

#[test]
fn a_poll_is_answered_with_what_is_queued_and_the_next_finds_nothing() {
    let mut script = Script::between_polls();
    script.emits(GLOBAL, "last");
    script.session.disconnect_silently(script.now, AWAY);
    let _ = script.events();
    let poll = script.polls();
    script.gets_last(poll, ["3:::last"]);
    script.is_finished();
    let again = script.try_opens(TransportName::XhrPolling);
    assert_eq!(again, Err(PeerError::Closed(AWAY)));
}

#[test]
fn a_poll_that_is_held_is_let_go() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script.session.disconnect_silently(script.now, AWAY);
    script.gets_last(poll, ["8::"]);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn nothing_is_kept_for_who_has_nothing_to_fetch() {
    let mut script = Script::between_polls();
    script.session.disconnect_silently(script.now, AWAY);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn what_nobody_fetches_is_thrown_away() {
    let mut script = Script::between_polls();
    script.emits(GLOBAL, "last");
    script.session.disconnect_silently(script.now, AWAY);
    let _ = script.events();
    assert!(!script.session.is_finished());
    script.after(60.0);
    script.is_finished();
}

#[test]
fn a_namespace_is_left_and_the_client_does_not_know() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    script.gets(websocket, ["1::/chat"]);
    assert_eq!(script.session.leave_silently(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.gets(websocket, []);
    let again = script.session.leave_silently(script.now, CHAT);
    assert_eq!(again, Err(Misuse::NotJoined));
    assert!(script.session.is_joined(GLOBAL));
}

#[test]
fn without_the_global_one_nothing_is_left() {
    let (mut script, websocket) = Script::on_websocket();
    assert_eq!(script.session.leave_silently(script.now, GLOBAL), Ok(()));
    script.gets_last(websocket, []);
    let _ = script.events();
    script.is_finished();
}
