//! Joining and leaving namespaces.

use socketio_invariants::session::script::{CHAT, GLOBAL, NEWS, Script, message};
use socketio_session::{DisconnectReason, Loss, Misuse, SendOptions};

#[test]
fn the_global_one_is_joined_from_the_start() {
    let (script, _) = Script::on_websocket();
    assert!(script.session.is_joined(GLOBAL));
    assert_eq!(script.session.namespaces().collect::<Vec<_>>(), [GLOBAL]);
}

#[test]
fn joining_the_global_one_again_means_nothing() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::");
    script.hears([]);
    script.gets(websocket, []);
}

#[test]
fn a_join_is_confirmed_without_its_query() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat:?room=a");
    script.hears(["/chat joined ?room=a"]);
    script.gets(websocket, ["1::/chat"]);
    assert!(script.session.is_joined(CHAT));
    assert!(!script.session.is_joined(NEWS));
}

#[test]
fn names_are_compared_exactly() {
    let (mut script, websocket) = Script::on_websocket();
    for endpoint in ["/chat?a=b", "/chat/", "/Chat", "chat", "/"] {
        script.sends(&format!("1::{endpoint}"));
        assert_eq!(
            script.events(),
            [format!("{endpoint} fault no_such_namespace")]
        );
        let text = format!("The endpoint '{endpoint}' was not joined or does not exist");
        let error =
            format!(r#"5::{endpoint}:{{"name":"error","args":["no_such_namespace","{text}"]}}"#);
        script.gets(websocket, [&error]);
    }
}

#[test]
fn joining_twice_is_confirmed_twice_and_heard_once() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    script.sends("1::/chat");
    script.hears(["/chat joined"]);
    script.gets(websocket, ["1::/chat", "1::/chat"]);
}

#[test]
fn leaving_is_heard_and_not_answered() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    script.sends("0::/chat");
    script.hears(["/chat joined", "/chat left: client disconnected"]);
    script.gets(websocket, ["1::/chat"]);
    assert!(!script.session.is_joined(CHAT));
    assert!(script.session.is_joined(GLOBAL));
}

#[test]
fn leaving_what_was_not_joined_means_nothing() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["0::/chat", "0::/nope", "1::/chat", "0::/chat", "0::/chat"] {
        script.sends(text);
    }
    script.hears(["/chat joined", "/chat left: client disconnected"]);
    script.gets(websocket, ["1::/chat"]);
}

#[test]
fn a_client_may_leave_and_come_back() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["1::/chat", "0::/chat", "1::/chat", "3::/chat:back"] {
        script.sends(text);
    }
    script.hears([
        "/chat joined",
        "/chat left: client disconnected",
        "/chat joined",
        "/chat message back",
    ]);
    script.gets(websocket, ["1::/chat", "1::/chat"]);
}

#[test]
fn the_server_sends_a_client_out_of_one_of_them() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.gets(websocket, ["1::/chat", "0::/chat"]);
    assert_eq!(
        script.session.leave(script.now, CHAT),
        Err(Misuse::NotJoined)
    );
    assert!(script.session.is_joined(GLOBAL));
}

#[test]
fn what_a_client_sent_before_it_knew_that_it_was_sent_out_is_dropped() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    script.gets(websocket, ["1::/chat"]);
    for text in ["3::/chat:one", "3:1+:/chat:two", "0::/chat"] {
        script.sends(text);
    }
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.gets(websocket, ["0::/chat"]);
}

#[test]
fn a_join_repeated_before_the_client_knew_that_it_was_sent_out_does_not_count() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    script.gets(websocket, ["1::/chat"]);
    script.sends("1::/chat");
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.gets(websocket, ["0::/chat"]);
    assert!(!script.session.is_joined(CHAT));
}

#[test]
fn a_client_that_was_sent_out_may_come_back_once_it_knows() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.sends("1::/chat");
    script.hears(["/chat left: server disconnected", "/chat joined"]);
    script.gets(websocket, ["1::/chat", "0::/chat", "1::/chat"]);
}

#[test]
fn only_so_many_can_be_joined_at_once() {
    let (mut script, websocket) = Script::on_websocket_with(|config| config.limits.namespaces = 2);
    script.sends("1::/chat");
    script.sends("1::/news");
    script.hears(["/chat joined", "/news fault too_many_namespaces"]);
    script.gets(
        websocket,
        [
            "1::/chat",
            r#"5::/news:{"name":"error","args":["too_many_namespaces","Too many namespaces are joined"]}"#,
        ],
    );
    script.sends("1::/chat");
    script.sends("0::/chat");
    script.sends("1::/news");
    script.hears(["/chat left: client disconnected", "/news joined"]);
    script.gets(websocket, ["1::/chat", "1::/news"]);
}

#[test]
fn nothing_is_sent_to_a_namespace_that_is_not_joined() {
    let (mut script, websocket) = Script::on_websocket();
    let packet = message(CHAT, "too early");
    for options in [SendOptions::default(), SendOptions::VOLATILE] {
        assert_eq!(
            script.session.send(CHAT, &packet, options),
            Err(Misuse::NotJoined)
        );
    }
    assert_eq!(script.session.acl(CHAT).err(), Some(Misuse::NotJoined));
    script.gets(websocket, []);
}

#[test]
fn memberships_survive_a_change_of_transport() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    script.gets(websocket, ["1::/chat"]);
    script.loses(websocket, Loss::Broken);
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    script.emits(CHAT, "still a member");
    let poll = script.polls();
    script.gets_last(poll, ["3::/chat:still a member"]);
    script.hears([]);
}

#[test]
fn coming_and_going_leaves_nothing_behind() {
    let (mut script, websocket) = Script::on_websocket();
    let mut sizes = Vec::new();
    for _ in 0..100 {
        script.sends("1::/chat");
        script.sends("0::/chat");
        let _ = script.events();
        let _ = script.transmits(websocket);
        let _ = script.actions();
        let counters = format!("{:?}", script.session.counters());
        let left = format!("{:?}", script.session).replace(&counters, "");
        sizes.push(left.len());
    }
    assert_eq!(sizes.first(), sizes.last());
}

#[test]
fn without_a_global_one_nobody_joins_it() {
    let mut script = Script::with(|config| {
        config.namespaces.remove(0);
    });
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    script.hears([]);
    script
        .session
        .disconnect(script.now, DisconnectReason::ShuttingDown);
    script.hears(["closed: shutting down"]);
}
