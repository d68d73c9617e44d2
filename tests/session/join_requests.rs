//! Namespaces that ask the application before they let a client in.

use socketio_invariants::session::script::{Script, VAULT};
use socketio_proto::ErrorReason;
use socketio_session::{DisconnectReason, Loss, Misuse};

#[test]
fn an_admitted_client_is_in() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault:?key=1");
    script.hears(["/vault joining ?key=1"]);
    assert!(!script.session.is_joined(VAULT));
    script.gets(websocket, []);
    assert_eq!(script.admits(), Ok(()));
    script.gets(websocket, ["1::/vault"]);
    assert!(script.session.is_joined(VAULT));
    script.hears(["/vault joined ?key=1"]);
}

#[test]
fn a_refused_client_is_told() {
    for (reason, answer) in [
        (Some(ErrorReason::Unauthorized), "7::/vault:2"),
        (None, "7::/vault"),
    ] {
        let (mut script, websocket) = Script::on_websocket();
        script.sends("1::/vault");
        script.hears(["/vault joining"]);
        let join = script.next_join();
        assert_eq!((join.namespace(), join.query()), (VAULT, ""));
        assert_eq!(script.session.refuse(join, reason), Ok(()));
        script.gets(websocket, [answer]);
        script.hears([]);
        assert!(!script.session.is_joined(VAULT));
    }
}

#[test]
fn everything_behind_an_open_question_waits() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["1::/vault", "3::/vault:inside", "3:::outside", "3::/nope:?"] {
        script.sends(text);
    }
    script.hears(["/vault joining"]);
    script.hears([]);
    assert!(!script.session.has_events());
    script.gets(websocket, []);
    assert_eq!(script.admits(), Ok(()));
    script.hears([
        "/vault joined",
        "/vault message inside",
        "global message outside",
        "/nope fault no_such_namespace",
    ]);
}

#[test]
fn what_a_refused_client_sent_on_is_a_fault() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("3::/vault:inside");
    script.hears(["/vault joining"]);
    let join = script.next_join();
    assert_eq!(
        script.session.refuse(join, Some(ErrorReason::Unauthorized)),
        Ok(())
    );
    script.hears(["/vault fault no_such_namespace"]);
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets.len(), 2);
    assert_eq!(packets[0], "7::/vault:2");
}

#[test]
fn a_client_that_asks_twice_is_asked_about_once_if_admitted() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("1::/vault");
    script.hears(["/vault joining"]);
    assert_eq!(script.admits(), Ok(()));
    script.hears(["/vault joined"]);
    script.gets(websocket, ["1::/vault", "1::/vault"]);
}

#[test]
fn a_refused_client_may_ask_again() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("1::/vault:?key=2");
    script.hears(["/vault joining"]);
    let join = script.next_join();
    assert_eq!(script.session.refuse(join, None), Ok(()));
    script.hears(["/vault joining ?key=2"]);
    assert_eq!(script.admits(), Ok(()));
    script.hears(["/vault joined ?key=2"]);
    script.gets(websocket, ["7::/vault", "1::/vault"]);
}

#[test]
fn a_client_that_left_while_it_was_asked_about_joins_and_leaves() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("0::/vault");
    script.hears(["/vault joining"]);
    assert_eq!(script.admits(), Ok(()));
    script.hears(["/vault joined", "/vault left: client disconnected"]);
}

#[test]
fn the_answer_comes_too_late_for_a_session_that_ended() {
    for admitted in [true, false] {
        let (mut script, websocket) = Script::on_websocket();
        script.sends("1::/vault");
        script.hears(["/vault joining"]);
        script.loses(websocket, Loss::Ended);
        // The order of events holds: the end waits for the answer.
        script.hears([]);
        let join = script.next_join();
        let answer = if admitted {
            script.session.admit(join)
        } else {
            script.session.refuse(join, None)
        };
        assert_eq!(
            answer,
            Err(Misuse::Closed(DisconnectReason::TransportClosed))
        );
        script.hears(["global left: transport closed", "closed: transport closed"]);
        script.is_finished();
    }
}

#[test]
fn a_session_that_ended_is_not_asked_about() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.loses(websocket, Loss::Ended);
    script.hears(["global left: transport closed", "closed: transport closed"]);
}

#[test]
fn an_answer_that_never_comes_does_not_keep_a_session_for_ever() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.hears(["/vault joining"]);
    script.loses(websocket, Loss::Ended);
    script.hears([]);
    script.after(60.0);
    script.hears(["global left: transport closed", "closed: transport closed"]);
    script.is_finished();
    // It comes after all.
    assert!(script.admits().is_err());
    script.hears([]);
    script.is_finished();
}

#[test]
fn a_client_sent_away_while_it_was_asked_about_is_not_let_in() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.hears(["/vault joining"]);
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    assert!(script.admits().is_err());
    script.gets_last(websocket, ["0::"]);
    script.hears(["global left: shutting down", "closed: shutting down"]);
    script.is_finished();
}

#[test]
fn an_admitted_client_can_be_sent_out_before_anybody_heard_of_it() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/vault");
    script.hears(["/vault joining"]);
    assert_eq!(script.admits(), Ok(()));
    assert_eq!(script.session.leave(script.now, VAULT), Ok(()));
    script.hears(["/vault joined", "/vault left: server disconnected"]);
    script.gets(websocket, ["1::/vault", "0::/vault"]);
}

#[test]
fn an_admitted_client_that_the_server_sends_away_joined_before_it_left() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/vault");
    script.sends("3::/vault:unheard");
    script.hears(["/vault joining"]);
    assert_eq!(script.admits(), Ok(()));
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.hears([
        "/vault joined",
        "global left: server disconnected",
        "/vault left: server disconnected",
        "closed: server disconnected",
    ]);
}
