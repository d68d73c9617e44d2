//! Packets for a namespace that the client has not joined.

use socketio_invariants::session::script::{CHAT, Script, VAULT};
use socketio_session::{Acl, DisconnectReason, Loss, SessionConfig};

#[test]
fn the_first_packet_joins() {
    for (packet, heard) in [
        ("3::/chat:text", "/chat message text"),
        ("4::/chat:true", "/chat json true"),
        (r#"5::/chat:{"name":"x"}"#, "/chat event x []"),
        (r#"5:1+:/chat:{"name":"x"}"#, "/chat event x [] (asks)"),
    ] {
        let (mut script, websocket) = Script::on_websocket();
        script.sends(packet);
        script.hears(["/chat joined", heard]);
        // Who has not asked is not answered.
        script.gets(websocket, []);
        assert!(script.session.is_joined(CHAT));
    }
}

#[test]
fn a_connect_packet_behind_it_is_confirmed_and_joins_nobody_again() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("3::/chat:kept from before");
    script.sends("1::/chat:?late");
    script.sends("3::/chat:new");
    script.hears([
        "/chat joined",
        "/chat message kept from before",
        "/chat message new",
    ]);
    script.gets(websocket, ["1::/chat"]);
}

#[test]
fn what_carries_nothing_for_the_application_joins_nothing() {
    let (mut script, websocket) = Script::on_websocket();
    for text in [
        "0::/chat",
        "6::/chat:1",
        "7::/chat:1",
        "8::/chat",
        "2::/chat",
    ] {
        script.sends(text);
    }
    script.sends("5::/chat:{");
    script.hears(["/chat fault invalid_packet"]);
    assert!(!script.session.is_joined(CHAT));
    let _ = script.transmits(websocket);
}

#[test]
fn who_was_sent_out_has_to_ask() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.gets(websocket, ["1::/chat", "0::/chat"]);
    // Sent before the client knew, and taken out after the application did.
    script.sends("3::/chat:but");
    script.hears(["/chat fault no_such_namespace"]);
    script.sends("1::/chat");
    script.hears(["/chat joined"]);
}

#[test]
fn who_has_left_has_to_ask() {
    let (mut script, _) = Script::on_websocket();
    for text in ["3::/chat:one", "0::/chat", "3::/chat:two"] {
        script.sends(text);
    }
    script.hears([
        "/chat joined",
        "/chat message one",
        "/chat left: client disconnected",
        "/chat fault no_such_namespace",
    ]);
}

#[test]
fn where_connecting_is_required_nothing_else_joins() {
    let (mut script, _) = Script::on_websocket();
    script.sends("3::/vault:text");
    script.hears(["/vault fault no_such_namespace"]);
    assert!(!script.session.is_joined(VAULT));
}

/// The vault asks, but any packet is a question.
fn prepared(config: &mut SessionConfig) {
    config.namespaces[usize::from(VAULT.0)].requires_connect = false;
}

#[test]
fn an_application_that_prepares_joins_does_so_before_the_packet() {
    let (mut script, websocket) = Script::on_websocket_with(prepared);
    script.sends("3::/vault:one");
    script.sends("3::/vault:two");
    script.hears(["/vault joining"]);
    assert_eq!(script.admits(), Ok(()));
    script.hears(["/vault joined", "/vault message one", "/vault message two"]);
    script.gets(websocket, []);
}

#[test]
fn who_was_refused_for_a_packet_has_to_ask() {
    let (mut script, websocket) = Script::on_websocket_with(prepared);
    script.sends("3::/vault:one");
    script.sends("3::/vault:two");
    script.hears(["/vault joining"]);
    let join = script.next_join();
    assert_eq!(script.session.refuse(join, None), Ok(()));
    script.hears([
        "/vault fault no_such_namespace",
        "/vault fault no_such_namespace",
    ]);
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets[0], "7::/vault");
    script.sends("1::/vault");
    script.hears(["/vault joining"]);
}

#[test]
fn an_application_is_not_asked_for_who_has_gone() {
    let (mut script, websocket) = Script::on_websocket_with(prepared);
    script.sends("3::/vault:last words");
    script.loses(websocket, Loss::Ended);
    script.hears([
        "/vault fault no_such_namespace",
        "global left: transport closed",
        "closed: transport closed",
    ]);
}

#[test]
fn who_has_gone_has_joined_before_its_last_packet() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("3::/chat:last words");
    script.loses(websocket, Loss::Ended);
    script.hears([
        "/chat joined",
        "/chat message last words",
        "global left: transport closed",
        "/chat left: transport closed",
        "closed: transport closed",
    ]);
}

#[test]
fn a_list_that_does_not_let_connect_lets_no_packet_join() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.namespaces[usize::from(CHAT.0)].initial_acl = Acl::only(["message"]);
    });
    script.sends("3::/chat:text");
    script.hears([
        "/chat fault method_access_denied",
        "/chat fault no_such_namespace",
    ]);
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets[0], "7::/chat:2");
}

#[test]
fn a_first_packet_counts_against_the_limit_of_namespaces() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.namespaces = 1);
    script.sends("3::/chat:one");
    script.sends("3:::two");
    script.hears(["/chat fault too_many_namespaces", "global message two"]);
}

#[test]
fn a_question_nobody_answers_ends_with_the_session() {
    let (mut script, websocket) = Script::on_websocket_with(prepared);
    script.sends("3::/vault:text");
    script.hears(["/vault joining"]);
    script.loses(websocket, Loss::Broken);
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    script.after(60.0);
    script.hears(["global left: shutting down", "closed: shutting down"]);
    script.is_finished();
}
