//! Acknowledgements in both directions and both modes.

use std::time::Duration;

use socketio_invariants::session::script::{CHAT, GLOBAL, Script, message};
use socketio_proto::{AckMode, Body};
use socketio_session::{
    AwaitedAck, DisconnectReason, Loss, Misuse, NamespaceId, OverflowPolicy, SendOptions,
};

fn asks(script: &mut Script, namespace: NamespaceId, seconds: u64) -> Result<AwaitedAck, Misuse> {
    script.session.send_with_ack(
        script.now,
        namespace,
        Body::Message("ping"),
        AckMode::Data,
        Duration::from_secs(seconds),
    )
}

#[track_caller]
fn asked(script: &mut Script, namespace: NamespaceId, seconds: u64, id: u64) {
    assert_eq!(
        asks(script, namespace, seconds),
        Ok(AwaitedAck { namespace, id })
    );
}

#[test]
fn a_bare_id_is_answered_by_the_library() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["3:1::text", "4:2::{}", r#"5:3::{"name":"event"}"#, "8:007:"] {
        script.sends(text);
    }
    // Before the application has seen any of them.
    script.gets(websocket, ["6:::1", "6:::2", "6:::3", "6:::007"]);
    script.hears([
        "global message text",
        "global json {}",
        "global event event []",
    ]);
}

#[test]
fn a_bare_id_is_answered_for_every_endpoint() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("3:1:/nope:text");
    script.sends("1:2:/chat");
    script.sends("0:3:/chat");
    script.gets(websocket, ["6::/nope:1", "6::/chat:2", "6::/chat:3"]);
}

#[test]
fn a_bare_id_on_a_heartbeat_or_a_goodbye_is_not_answered() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("2:1:");
    script.gets(websocket, []);
    script.sends("0:2:");
    script.gets_last(websocket, ["0::"]);
}

#[test]
fn a_bare_id_on_what_cannot_be_decoded_is_answered() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("4:1:/chat:{broken");
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets, ["6::/chat:1"]);
}

#[test]
fn a_data_id_is_answered_by_the_application() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("3:1+::one");
    script.sends("3:2+::two");
    script.hears(["global message one (asks)", "global message two (asks)"]);
    script.gets(websocket, []);
    assert_eq!(script.replies(r#"["yes",1]"#), Ok(()));
    assert_eq!(script.replies("[]"), Ok(()));
    script.gets(websocket, [r#"6:::1+["yes",1]"#, "6:::2"]);
}

#[test]
fn an_answer_goes_to_the_endpoint_that_asked() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    script.sends(r#"5:9+:/chat:{"name":"who"}"#);
    script.hears(["/chat joined", "/chat event who [] (asks)"]);
    assert_eq!(script.replies("[7]"), Ok(()));
    script.gets(websocket, ["1::/chat", "6::/chat:9+[7]"]);
}

#[test]
fn an_answer_reaches_a_client_that_has_left_the_namespace() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["1::/chat", "3:9+:/chat:who", "0::/chat"] {
        script.sends(text);
    }
    let _ = script.events();
    assert_eq!(script.replies("[7]"), Ok(()));
    script.gets(websocket, ["1::/chat", "6::/chat:9+[7]"]);
}

#[test]
fn an_answer_after_the_end_is_refused() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("3:1+::who");
    script.hears(["global message who (asks)"]);
    script.loses(websocket, Loss::Ended);
    assert_eq!(
        script.replies("[7]"),
        Err(Misuse::Closed(DisconnectReason::TransportClosed))
    );
}

#[test]
fn the_server_may_ask_in_either_mode() {
    let (mut script, websocket) = Script::on_websocket();
    let second = Duration::from_secs(1);
    for (id, mode) in [(1, AckMode::Data), (2, AckMode::Automatic)] {
        let ack =
            script
                .session
                .send_with_ack(script.now, GLOBAL, Body::Message("?"), mode, second);
        let namespace = GLOBAL;
        assert_eq!(ack, Ok(AwaitedAck { namespace, id }));
    }
    script.gets(websocket, ["3:1+::?", "3:2::?"]);
    script.sends(r#"6:::1+["data",null]"#);
    script.sends("6:::2");
    script.resolves([r#"global 1 ["data",null]"#, "global 2 []"]);
    assert_eq!(script.deadline(), Some(25.0), "nothing is awaited any more");
}

#[test]
fn numbers_are_counted_for_each_namespace() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    asked(&mut script, GLOBAL, 9, 1);
    asked(&mut script, CHAT, 9, 1);
    asked(&mut script, CHAT, 9, 2);
    script.gets(
        websocket,
        [
            "1::/chat",
            "3:1+::ping",
            "3:1+:/chat:ping",
            "3:2+:/chat:ping",
        ],
    );
    script.sends("6::/chat:1");
    script.resolves(["/chat 1 []"]);
    script.sends("6:::1");
    script.resolves(["global 1 []"]);
}

#[test]
fn numbers_are_never_used_twice() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    asked(&mut script, CHAT, 9, 1);
    script.sends("0::/chat");
    script.sends("1::/chat");
    let _ = script.events();
    script.resolves(["/chat 1: client disconnected"]);
    asked(&mut script, CHAT, 9, 2);
    // The late answer to the old question does not answer the new one.
    script.sends("6::/chat:1");
    script.resolves([]);
}

#[test]
fn what_answers_nothing_is_ignored() {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    asked(&mut script, GLOBAL, 9, 1);
    let _ = script.transmits(websocket);
    for text in [
        "6:::2",
        "6::/chat:1",
        "6::/nope:1",
        "6:::18446744073709551616",
    ] {
        script.sends(text);
    }
    script.resolves([]);
    script.sends("6:::1+[1]");
    script.sends("6:::1+[2]");
    script.resolves(["global 1 [1]"]);
    script.gets(websocket, []);
    script.hears([]);
}

#[test]
fn an_answer_must_come_in_time() {
    let (mut script, _) = Script::on_websocket();
    asked(&mut script, GLOBAL, 9, 1);
    asked(&mut script, GLOBAL, 5, 2);
    assert_eq!(script.deadline(), Some(5.0));
    script.after(4.9);
    script.resolves([]);
    script.after(0.1);
    script.resolves(["global 2 timed out"]);
    assert_eq!(script.deadline(), Some(9.0));
    script.sends("6:::2");
    script.resolves([]);
    script.after(4.0);
    script.resolves(["global 1 timed out"]);
}

#[test]
fn an_answer_that_came_takes_its_deadline_along() {
    let (mut script, _) = Script::on_websocket();
    asked(&mut script, GLOBAL, 5, 1);
    asked(&mut script, GLOBAL, 7, 2);
    script.sends("6:::1");
    script.after(5.0);
    script.resolves(["global 1 []"]);
    assert_eq!(script.deadline(), Some(7.0));
}

#[test]
fn no_answer_comes_from_who_left_the_namespace() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    asked(&mut script, CHAT, 5, 1);
    asked(&mut script, GLOBAL, 7, 1);
    assert_eq!(script.session.leave(script.now, CHAT), Ok(()));
    script.hears(["/chat left: server disconnected"]);
    script.resolves(["/chat 1: server disconnected"]);
    assert_eq!(script.deadline(), Some(7.0));
}

#[test]
fn no_answer_comes_after_the_end() {
    let (mut script, _) = Script::on_websocket();
    script.sends("1::/chat");
    let _ = script.events();
    asked(&mut script, GLOBAL, 5, 1);
    asked(&mut script, CHAT, 5, 1);
    script.sends("0::");
    script.resolves([
        "global 1: client disconnected",
        "/chat 1: client disconnected",
    ]);
}

#[test]
fn answers_do_not_wait_in_line() {
    // A handler that waits for an answer has the events behind it waiting.
    let (mut script, _) = Script::on_websocket();
    script.sends("3:::handled now");
    script.sends("1::/vault");
    assert!(script.next_event().is_some());
    asked(&mut script, GLOBAL, 5, 1);
    script.hears(["/vault joining"]);
    script.sends("3:::waiting");
    script.sends("6:::1+[true]");
    script.resolves(["global 1 [true]"]);
    script.hears([]);
}

#[test]
fn answers_come_on_whatever_transport_there_is() {
    let (mut script, websocket) = Script::on_websocket();
    asked(&mut script, GLOBAL, 9, 1);
    script.gets(websocket, ["3:1+::ping"]);
    script.loses(websocket, Loss::Broken);
    script.sends("6:::1");
    script.resolves(["global 1 []"]);
}

#[test]
fn only_so_many_are_awaited_at_once() {
    let (mut script, _) = Script::on_websocket_with(|config| config.limits.awaited_acks = 1);
    asked(&mut script, GLOBAL, 9, 1);
    assert_eq!(asks(&mut script, GLOBAL, 9), Err(Misuse::TooManyAcks));
    script.sends("6:::1");
    asked(&mut script, GLOBAL, 9, 2);
}

#[test]
fn only_members_are_asked() {
    let (mut script, websocket) = Script::on_websocket();
    assert_eq!(asks(&mut script, CHAT, 9), Err(Misuse::NotJoined));
    script.gets(websocket, []);
    script.sends("0::");
    assert_eq!(
        asks(&mut script, GLOBAL, 9),
        Err(Misuse::Closed(DisconnectReason::ClientDisconnected))
    );
}

#[test]
fn a_question_that_could_not_be_sent_has_no_outcome() {
    let mut script = Script::between_polls_with(|config| config.limits.outbox_packets = 1);
    script.emits(GLOBAL, "fills the outbox");
    assert_eq!(
        asks(&mut script, GLOBAL, 9),
        Err(Misuse::Closed(DisconnectReason::SlowConsumer))
    );
    // Nobody knows its number, so nobody could make sense of a failure.
    script.resolves([]);
}

#[test]
fn a_question_is_not_dropped_for_others() {
    let mut script = Script::between_polls_with(|config| {
        config.limits.outbox_packets = 3;
        config.overflow = OverflowPolicy::DropOldest;
    });
    asked(&mut script, GLOBAL, 9, 1);
    for text in ["one", "two", "three", "four"] {
        let packet = message(GLOBAL, text);
        let sent = script.session.send(GLOBAL, &packet, SendOptions::default());
        assert!(sent.is_ok());
    }
    let poll = script.polls();
    script.gets_last(poll, ["3:1+::ping", "3:::three", "3:::four"]);
}

#[test]
fn a_wait_without_time_ends_at_the_next_look_at_the_clock() {
    let (mut script, _) = Script::on_websocket();
    asked(&mut script, GLOBAL, 0, 1);
    assert_eq!(script.deadline(), Some(0.0));
    script.after(0.0);
    script.resolves(["global 1 timed out"]);
}

#[test]
fn one_that_nobody_waits_for_any_more_leaves_room_for_another() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.awaited_acks = 1);
    let ask = |script: &mut Script| {
        let (body, mode) = (Body::Message("there?"), AckMode::Data);
        let within = Duration::from_secs(30);
        script
            .session
            .send_with_ack(script.now, GLOBAL, body, mode, within)
    };
    let first = ask(&mut script).expect("there is room");
    assert_eq!(ask(&mut script), Err(Misuse::TooManyAcks));
    script.session.forget_ack(first);
    assert!(ask(&mut script).is_ok());
    script.sends("6:::1+[1]");
    script.resolves([]);
    script.sends("6:::2+[2]");
    script.resolves(["global 2 [2]"]);
    script.gets(websocket, ["3:1+::there?", "3:2+::there?"]);
}
