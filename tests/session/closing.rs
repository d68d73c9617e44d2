//! The life of a session and its end: every reason, who hears of it, what is left to fetch.

use socketio_invariants::session::script::{CHAT, GLOBAL, Script, message};
use socketio_proto::TransportName;
use socketio_session::{
    Action, AfterTransmit, DisconnectReason, Loss, Misuse, PeerError, Phase, SendOptions,
};

#[test]
fn goes_from_handshake_through_connected_to_closed() {
    let mut script = Script::new();
    assert!(matches!(script.session.phase(), Phase::Handshaken { .. }));
    let websocket = script.opens(TransportName::WebSocket);
    assert_eq!(script.session.phase(), Phase::Connected);
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    assert!(script.session.is_closed());
    assert_eq!(
        script.session.close_reason(),
        Some(DisconnectReason::ServerDisconnected)
    );
    script.gets_last(websocket, ["1::", "0::"]);
    script.hears(["closed: server disconnected"]);
    script.is_finished();
}

#[test]
fn an_unused_handshake_expires() {
    let mut script = Script::new();
    assert_eq!(script.deadline(), Some(30.0));
    script.after(29.9);
    script.hears([]);
    script.after(0.1);
    script.hears(["closed: handshake unused"]);
    script.is_finished();
    assert_eq!(
        script.try_opens(TransportName::XhrPolling),
        Err(PeerError::Closed(DisconnectReason::HandshakeUnused))
    );
}

#[test]
fn a_goodbye_of_the_client_is_returned_on_the_open_transport() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "before");
    script.sends("0::");
    script.gets_last(websocket, ["3:::before", "0::"]);
    script.hears([
        "global left: client disconnected",
        "closed: client disconnected",
    ]);
    script.is_finished();
}

#[test]
fn a_goodbye_of_the_client_is_returned_on_the_held_poll() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    let _ = script.actions();
    script.sends("0::");
    assert_eq!(script.actions(), [Action::Flush(poll)]);
    script.gets_last(poll, ["0::"]);
    script.hears([
        "global left: client disconnected",
        "closed: client disconnected",
    ]);
    script.is_finished();
}

#[test]
fn a_goodbye_of_the_client_between_polls_ends_at_once() {
    let mut script = Script::between_polls();
    script.session.end_by_client(script.now);
    script.hears([
        "global left: client disconnected",
        "closed: client disconnected",
    ]);
    script.is_finished();
    assert_eq!(
        script.try_opens(TransportName::XhrPolling),
        Err(PeerError::Closed(DisconnectReason::ClientDisconnected))
    );
}

#[test]
fn the_server_says_goodbye_on_the_open_transport() {
    let (mut script, websocket) = Script::on_websocket();
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.gets_last(websocket, ["0::"]);
    script.hears([
        "global left: server disconnected",
        "closed: server disconnected",
    ]);
    script.is_finished();
}

#[test]
fn the_servers_goodbye_waits_for_the_next_poll() {
    let mut script = Script::between_polls();
    script.emits(GLOBAL, "last words");
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.hears([
        "global left: server disconnected",
        "closed: server disconnected",
    ]);
    script.after(30.0);
    assert!(!script.session.is_finished());
    let poll = script.polls();
    script.gets_last(poll, ["3:::last words", "0::"]);
    script.is_finished();
    assert_eq!(
        script.try_opens(TransportName::XhrPolling),
        Err(PeerError::Closed(DisconnectReason::ServerDisconnected))
    );
}

#[test]
fn a_goodbye_nobody_fetches_is_thrown_away_after_the_close_timeout() {
    let mut script = Script::between_polls();
    script.after(5.0);
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    let _ = script.events();
    assert_eq!(script.deadline(), Some(65.0));
    script.after(60.0);
    script.is_finished();
    assert!(script.try_opens(TransportName::XhrPolling).is_err());
}

#[test]
fn a_blocked_websocket_is_closed_when_the_goodbye_was_not_taken() {
    let (mut script, websocket) = Script::on_websocket();
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    let _ = script.events();
    let _ = script.actions();
    script.after(60.0);
    assert_eq!(script.actions(), [Action::Close(websocket)]);
    script.is_finished();
}

#[test]
fn no_goodbye_is_kept_for_who_has_said_goodbye() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("0::");
    script.loses(websocket, Loss::Broken);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn no_goodbye_is_kept_for_who_ends_its_websocket() {
    let (mut script, websocket) = Script::on_websocket();
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.loses(websocket, Loss::Ended);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn nobody_is_told_of_the_end_of_an_unused_handshake() {
    let mut script = Script::new();
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.hears(["closed: server disconnected"]);
    script.is_finished();
}

#[test]
fn an_orderly_end_of_a_websocket_ends_the_session_at_once() {
    for name in [
        TransportName::WebSocket,
        TransportName::FlashSocket,
        TransportName::HtmlFile,
    ] {
        let mut script = Script::new();
        let transport = script.opens(name);
        script.gets(transport, ["1::"]);
        script.hears(["global joined"]);
        script.loses(transport, Loss::Ended);
        script.hears(["global left: transport closed", "closed: transport closed"]);
        script.is_finished();
    }
}

#[test]
fn a_poll_given_up_by_its_client_ends_nothing() {
    for loss in [Loss::Ended, Loss::Broken] {
        let mut script = Script::between_polls();
        let poll = script.polls();
        script.loses(poll, loss);
        script.emits(GLOBAL, "kept");
        script.after(59.9);
        script.hears([]);
        let poll = script.polls();
        script.gets_last(poll, ["3:::kept"]);
    }
}

#[test]
fn a_broken_websocket_is_waited_for_until_the_close_timeout() {
    let (mut script, websocket) = Script::on_websocket();
    script.after(1.0);
    script.loses(websocket, Loss::Broken);
    script.emits(GLOBAL, "in vain");
    assert_eq!(script.deadline(), Some(61.0));
    script.after(60.0);
    script.hears(["global left: close timeout", "closed: close timeout"]);
    script.is_finished();
}

#[test]
fn a_client_that_stops_polling_is_given_up_after_the_close_timeout() {
    let mut script = Script::between_polls();
    script.after(30.0);
    // What is posted does not replace a poll.
    script.sends("3:::hello");
    assert_eq!(script.deadline(), Some(60.0));
    script.after(30.0);
    script.hears([
        "global message hello",
        "global left: close timeout",
        "closed: close timeout",
    ]);
    script.is_finished();
}

#[test]
fn a_broken_rule_of_the_transport_ends_it_without_a_goodbye() {
    for (reason, phrase) in [
        (DisconnectReason::PacketTooLarge, "packet too large"),
        (DisconnectReason::ProtocolViolation, "protocol violation"),
    ] {
        let (mut script, websocket) = Script::on_websocket();
        script.emits(GLOBAL, "never sent");
        script.session.fail(script.now, reason);
        script.gets_last(websocket, []);
        let left = format!("global left: {phrase}");
        let closed = format!("closed: {phrase}");
        script.hears([&left, &closed]);
        script.is_finished();
    }
}

#[test]
fn a_failure_answers_the_held_poll() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    script
        .session
        .fail(script.now, DisconnectReason::PacketTooLarge);
    script.gets_last(poll, ["8::"]);
    let _ = script.events();
    script.is_finished();
}

#[test]
fn a_failure_before_the_greeting_omits_the_greeting() {
    for (name, expected) in [
        (TransportName::WebSocket, &[][..]),
        (TransportName::XhrPolling, &["8::"][..]),
    ] {
        let mut script = Script::new();
        let transport = script.opens(name);
        let reason = DisconnectReason::ProtocolViolation;
        script.session.fail(script.now, reason);
        let (packets, after) = script.transmits(transport);
        assert_eq!(packets, expected);
        assert_eq!(after, AfterTransmit::Finish);
    }
}

#[test]
fn the_time_of_the_end_counts_from_the_command() {
    let mut script = Script::between_polls();
    // Nothing else has told the session that it is second 10.
    let now = script.now + std::time::Duration::from_secs(10);
    script
        .session
        .disconnect(now, DisconnectReason::ShuttingDown);
    assert_eq!(script.deadline(), Some(70.0));
}

#[test]
fn the_first_reason_is_the_only_one() {
    let (mut script, websocket) = Script::on_websocket();
    let closed = PeerError::Closed(DisconnectReason::ClientDisconnected);
    script.sends("0::");
    script
        .session
        .fail(script.now, DisconnectReason::PacketTooLarge);
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.session.end_by_client(script.now);
    script.loses(websocket, Loss::Ended);
    assert_eq!(script.try_sends("3:::late"), Err(closed));
    assert_eq!(script.try_sends("rubbish"), Err(closed));
    script.after(1000.0);
    script.hears([
        "global left: client disconnected",
        "closed: client disconnected",
    ]);
    script.is_finished();
    assert_eq!(script.try_opens(TransportName::WebSocket), Err(closed));
}

#[test]
fn commands_to_a_closed_session_say_why_it_is_closed() {
    let (mut script, _) = Script::on_websocket();
    script.sends("0::");
    let closed = Misuse::Closed(DisconnectReason::ClientDisconnected);
    let packet = message(GLOBAL, "late");
    assert_eq!(
        script.session.send(GLOBAL, &packet, SendOptions::default()),
        Err(closed)
    );
    assert_eq!(script.session.leave(script.now, GLOBAL), Err(closed));
    assert_eq!(script.session.acl(GLOBAL).err(), Some(closed));
    assert!(!script.session.is_joined(GLOBAL));
}

#[test]
fn every_membership_still_open_is_left_before_the_end() {
    let (mut script, websocket) = Script::on_websocket();
    for join in ["1::/chat", "1::/news", "0::/chat"] {
        script.sends(join);
    }
    let _ = script.events();
    script.gets(websocket, ["1::/chat", "1::/news"]);
    script.loses(websocket, Loss::Ended);
    script.hears([
        "global left: transport closed",
        "/news left: transport closed",
        "closed: transport closed",
    ]);
}

#[test]
fn what_the_client_sent_before_its_goodbye_is_heard() {
    // Real clients send all of this in one upload when a page does its work and goes.
    let mut script = Script::new();
    for text in [
        "3:::hello",
        "1::/chat",
        "3::/chat:there",
        "3::/nope:?",
        "0::",
    ] {
        script.sends(text);
    }
    script.hears([
        "global joined",
        "global message hello",
        "/chat joined",
        "/chat message there",
        "/nope fault no_such_namespace",
        "global left: client disconnected",
        "/chat left: client disconnected",
        "closed: client disconnected",
    ]);
    script.is_finished();
}

#[test]
fn nothing_more_is_heard_of_a_client_that_the_server_sent_away() {
    let (mut script, _) = Script::on_websocket();
    for text in ["3:::hello", "1::/chat", "3::/chat:there", "3::/nope:?"] {
        script.sends(text);
    }
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    script.hears([
        "global left: server disconnected",
        "closed: server disconnected",
    ]);
}

#[test]
fn nothing_is_said_after_the_goodbye() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["1::/chat", "3:1+:/nope:?", "rubbish", "0::"] {
        script.sends(text);
    }
    let _ = script.events();
    script.gets_last(websocket, ["0::"]);
    script.is_finished();
}

#[test]
fn a_dead_session_is_not_revived_by_answers_to_what_came_before() {
    let mut script = Script::between_polls();
    script.sends("3::/nope:?");
    script.sends("0::");
    let _ = script.events();
    assert_eq!(
        script.try_opens(TransportName::XhrPolling),
        Err(PeerError::Closed(DisconnectReason::ClientDisconnected))
    );
    script.is_finished();
}

#[test]
fn leaving_the_global_namespace_ends_the_session() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    script.gets(websocket, ["1::/chat"]);
    assert_eq!(script.session.leave(script.now, GLOBAL), Ok(()));
    script.gets_last(websocket, ["0::"]);
    script.hears([
        "global left: server disconnected",
        "/chat left: server disconnected",
        "closed: server disconnected",
    ]);
    assert_eq!(
        script.session.leave(script.now, CHAT),
        Err(Misuse::Closed(DisconnectReason::ServerDisconnected))
    );
}

#[test]
fn a_websocket_gets_its_backlog_piece_by_piece_before_it_ends() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["one", "two", "three"] {
        script.emits(GLOBAL, text);
    }
    script
        .session
        .disconnect(script.now, DisconnectReason::ServerDisconnected);
    let mut pieces = Vec::new();
    loop {
        let (packets, after) = script.transmits_within(websocket, 1);
        assert_eq!(packets.len(), 1);
        pieces.extend(packets);
        if after == AfterTransmit::Finish {
            break;
        }
    }
    assert_eq!(pieces, ["3:::one", "3:::two", "3:::three", "0::"]);
}

#[test]
fn an_abandoned_session_keeps_nothing_for_its_client() {
    let mut script = Script::between_polls();
    script.emits(GLOBAL, "news");
    let reason = DisconnectReason::ShuttingDown;
    script.session.abandon(script.now, reason);
    assert_eq!(script.session.backlog(), (0, 0));
    assert_eq!(script.deadline(), None);
    script.hears(["global left: shutting down", "closed: shutting down"]);
    script.is_finished();
}

#[test]
fn a_session_is_finished_when_its_last_order_was_fetched() {
    let (mut script, websocket) = Script::on_websocket();
    let _ = script.actions();
    script
        .session
        .fail(script.now, DisconnectReason::ProtocolViolation);
    script.hears([
        "global left: protocol violation",
        "closed: protocol violation",
    ]);
    script.gets_last(websocket, []);
    assert!(!script.session.is_finished());
    let orders = script.actions();
    assert!(!orders.is_empty());
    assert!(orders.iter().all(|order| order.transport() == websocket));
    assert!(script.session.is_finished());
}
