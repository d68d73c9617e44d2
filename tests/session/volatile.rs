//! Volatile packets: sent now, or not at all.

use socketio_invariants::session::script::{GLOBAL, Script, message};
use socketio_proto::TransportName;
use socketio_session::{Delivery, Loss, OverflowPolicy, SendOptions};

#[track_caller]
fn is(script: &mut Script, expected: Delivery) {
    let packet = message(GLOBAL, "tick");
    let sent = script.session.send(GLOBAL, &packet, SendOptions::VOLATILE);
    assert_eq!(sent, Ok(expected));
}

#[test]
fn goes_out_on_an_open_transport() {
    let (mut script, websocket) = Script::on_websocket();
    is(&mut script, Delivery::Queued);
    script.gets(websocket, ["3:::tick"]);
    let mut script = Script::between_polls();
    let poll = script.polls();
    is(&mut script, Delivery::Queued);
    script.gets_last(poll, ["3:::tick"]);
}

#[test]
fn is_dropped_between_polls() {
    let mut script = Script::between_polls();
    is(&mut script, Delivery::Dropped);
    let poll = script.polls();
    script.gets(poll, []);
}

#[test]
fn is_dropped_while_the_transport_is_lost() {
    let (mut script, websocket) = Script::on_websocket();
    script.loses(websocket, Loss::Broken);
    is(&mut script, Delivery::Dropped);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets(websocket, []);
}

#[test]
fn is_dropped_if_the_poll_can_carry_only_the_greeting() {
    let mut script = Script::new();
    let poll = script.polls();
    script.hears(["global joined"]);
    is(&mut script, Delivery::Dropped);
    script.gets_last(poll, ["1::"]);
}

#[test]
fn goes_out_behind_the_greeting_of_a_websocket() {
    let mut script = Script::new();
    let websocket = script.opens(TransportName::WebSocket);
    script.hears(["global joined"]);
    is(&mut script, Delivery::Queued);
    script.gets(websocket, ["1::", "3:::tick"]);
}

#[test]
fn is_dropped_while_the_client_is_behind() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.volatile_backlog_bytes = 8);
    script.emits(GLOBAL, "1234");
    is(&mut script, Delivery::Queued);
    is(&mut script, Delivery::Dropped);
    script.gets(websocket, ["3:::1234", "3:::tick"]);
    is(&mut script, Delivery::Queued);
}

#[test]
fn never_ends_the_session() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.limits.outbox_packets = 1);
    is(&mut script, Delivery::Queued);
    is(&mut script, Delivery::Dropped);
    script.gets(websocket, ["3:::tick"]);
    script.hears([]);
}

#[test]
fn never_takes_the_place_of_another() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.limits.outbox_packets = 1;
        config.overflow = OverflowPolicy::DropOldest;
    });
    script.emits(GLOBAL, "stays");
    is(&mut script, Delivery::Dropped);
    let mut options = SendOptions::VOLATILE;
    options.overflow = Some(OverflowPolicy::DropOldest);
    let packet = message(GLOBAL, "tick");
    assert_eq!(
        script.session.send(GLOBAL, &packet, options),
        Ok(Delivery::Dropped)
    );
    script.gets(websocket, ["3:::stays"]);
}
