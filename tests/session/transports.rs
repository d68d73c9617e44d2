//! Transports that carry one session after another, and what is kept between them.

use socketio_invariants::session::script::{GLOBAL, Script};
use socketio_proto::TransportName;
use socketio_session::{Action, AfterTransmit, Loss, TransportId};

#[test]
fn the_first_one_is_greeted() {
    for name in TransportName::ALL {
        let mut script = Script::new();
        let transport = script.opens(name);
        assert_eq!(script.actions(), [Action::Flush(transport)]);
        let (packets, _) = script.transmits(transport);
        assert_eq!(packets, ["1::"], "{name}");
        assert_eq!(script.session.transport_name(), Some(name));
        script.hears(["global joined"]);
    }
}

#[test]
fn a_broken_websocket_may_come_back_to_what_was_kept() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "one");
    script.loses(websocket, Loss::Broken);
    script.emits(GLOBAL, "two");
    script.after(59.9);
    let _ = script.actions();
    let again = script.opens(TransportName::WebSocket);
    assert_eq!(script.actions(), [Action::Flush(again)]);
    // The same transport is not greeted twice: clients take that for another connection.
    script.gets(again, ["3:::one", "3:::two"]);
    script.hears([]);
}

#[test]
fn a_websocket_after_polls_is_greeted_before_the_queue() {
    let mut script = Script::between_polls();
    let poll = script.polls();
    let _ = script.actions();
    let websocket = script.opens(TransportName::WebSocket);
    script.emits(GLOBAL, "queued");
    let mut actions = script.actions();
    actions.sort_by_key(|action| match action {
        Action::Flush(id) | Action::Close(id) => *id,
    });
    assert_eq!(actions, [Action::Flush(poll), Action::Flush(websocket)]);
    script.gets(websocket, ["1::", "3:::queued"]);
    script.gets_last(poll, ["8::"]);
    script.hears([]);
}

#[test]
fn a_poll_after_a_websocket_is_greeted_alone() {
    let (mut script, websocket) = Script::on_websocket();
    script.loses(websocket, Loss::Broken);
    script.emits(GLOBAL, "queued");
    let poll = script.polls();
    script.gets_last(poll, ["1::"]);
    let poll = script.polls();
    script.gets_last(poll, ["3:::queued"]);
    script.hears([]);
}

#[test]
fn each_spelling_of_a_transport_counts_as_another() {
    // The client falls back from jsonp to xhr or from flash to plain websocket as to any other.
    let mut script = Script::between_polls();
    let jsonp = script.opens(TransportName::JsonpPolling);
    script.gets_last(jsonp, ["1::"]);
    let flash = script.opens(TransportName::FlashSocket);
    script.gets(flash, ["1::"]);
    let websocket = script.opens(TransportName::WebSocket);
    script.gets_last(flash, []);
    script.gets(websocket, ["1::"]);
}

#[test]
fn a_newer_websocket_ends_the_older_one() {
    let (mut script, old) = Script::on_websocket();
    script.emits(GLOBAL, "queued");
    let _ = script.actions();
    let new = script.opens(TransportName::WebSocket);
    assert!(script.actions().contains(&Action::Flush(old)));
    script.gets_last(old, []);
    script.gets(new, ["3:::queued"]);
    assert_eq!(script.session.transport(), Some(new));
}

#[test]
fn the_end_of_a_replaced_transport_means_nothing() {
    for loss in [Loss::Ended, Loss::Broken] {
        let (mut script, old) = Script::on_websocket();
        let new = script.opens(TransportName::WebSocket);
        script.loses(old, loss);
        script.loses(old, loss);
        script.hears([]);
        script.emits(GLOBAL, "still here");
        script.gets(new, ["3:::still here"]);
    }
}

#[test]
fn an_unknown_transport_gets_nothing_and_ends() {
    let (mut script, websocket) = Script::on_websocket();
    script.emits(GLOBAL, "not for strangers");
    script.gets_last(TransportId(99), []);
    script.loses(TransportId(99), Loss::Ended);
    script.gets(websocket, ["3:::not for strangers"]);
}

#[test]
fn one_order_to_flush_stands_for_all_packets_until_it_is_followed() {
    let (mut script, websocket) = Script::on_websocket();
    let _ = script.actions();
    script.emits(GLOBAL, "one");
    script.emits(GLOBAL, "two");
    assert_eq!(script.actions(), [Action::Flush(websocket)]);
    script.emits(GLOBAL, "three");
    assert_eq!(script.actions(), []);
    script.gets(websocket, ["3:::one", "3:::two", "3:::three"]);
    script.emits(GLOBAL, "four");
    assert_eq!(script.actions(), [Action::Flush(websocket)]);
}

#[test]
fn the_budget_bounds_what_a_websocket_takes_at_once() {
    let (mut script, websocket) = Script::on_websocket();
    for text in ["aaaa", "bbbb", "cccc"] {
        script.emits(GLOBAL, text);
    }
    // Each is eight bytes long: one goes whatever the budget is, then as many as fit.
    let (packets, after) = script.transmits_within(websocket, 16);
    assert_eq!(packets, ["3:::aaaa", "3:::bbbb"]);
    assert_eq!(after, AfterTransmit::KeepOpen);
    let (packets, _) = script.transmits_within(websocket, 0);
    assert_eq!(packets, ["3:::cccc"]);
    assert_eq!(script.session.backlog(), (0, 0));
}

#[test]
fn replaced_transports_are_closed_if_their_driver_forgets_them() {
    let (mut script, old) = Script::on_websocket();
    let new = script.opens(TransportName::WebSocket);
    script.loses(new, Loss::Ended);
    let _ = script.events();
    let _ = script.actions();
    assert!(!script.session.is_finished());
    script.after(60.0);
    assert_eq!(script.actions(), [Action::Close(old)]);
    script.is_finished();
}
