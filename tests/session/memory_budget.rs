//! What all sessions hold together is bounded, and small packets go on when the bound is reached.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use socketio_invariants::session::crowd::{Crowd, to_all};
use socketio_invariants::session::script::{CHAT, GLOBAL, Script, message};
use socketio_proto::{AckMode, Body, TransportName};
use socketio_session::{
    Delivery, DisconnectReason, Loss, MemoryAccount, MemoryBudget, MemoryExhausted, Misuse,
    OverflowPolicy, PeerError, Reservation, SendOptions, SessionConfig,
};

const ALLOWANCE: usize = MemoryBudget::ALLOWANCE_BYTES;

const EXHAUSTED: DisconnectReason = DisconnectReason::MemoryExhausted;

/// A budget, and all of it in somebody else's hands.
fn used_up(bytes: usize) -> (Arc<MemoryBudget>, Reservation) {
    let budget = Arc::new(MemoryBudget::new(bytes));
    let all = budget.reserve(bytes).expect("nobody else has it");
    (budget, all)
}

fn drawing_on(budget: &Arc<MemoryBudget>) -> impl FnOnce(&mut SessionConfig) {
    let memory = Arc::clone(budget);
    move |config| config.memory = memory
}

fn send(script: &mut Script, text: &str, policy: OverflowPolicy) -> Result<Delivery, Misuse> {
    let packet = message(GLOBAL, text);
    let options = SendOptions::default().overflow(policy);
    script.session.send(GLOBAL, &packet, options)
}

fn large() -> String {
    "x".repeat(3 * ALLOWANCE)
}

#[test]
fn what_is_held_within_the_allowance_is_not_reserved() {
    let budget = Arc::new(MemoryBudget::new(1 << 20));
    let mut account = MemoryAccount::new(&budget);
    for bytes in [0, 1, ALLOWANCE, 5] {
        assert_eq!(account.hold(bytes), Ok(()));
        assert_eq!(budget.reserved(), 0);
    }
}

#[test]
fn what_is_held_beyond_it_is_reserved_and_no_more_than_there_is() {
    let bytes = 100_000;
    let budget = Arc::new(MemoryBudget::new(bytes));
    let (mut one, mut other) = (MemoryAccount::new(&budget), MemoryAccount::new(&budget));
    for held in [ALLOWANCE + 1, 40_000, 3 * ALLOWANCE, 80_000] {
        assert_eq!(one.hold(held), Ok(()));
        assert!(budget.reserved() >= held - ALLOWANCE);
        assert!(budget.reserved() < held);
    }
    let reserved = budget.reserved();
    assert_eq!(other.hold(60_000), Err(MemoryExhausted));
    assert_eq!(other.hold(usize::MAX), Err(MemoryExhausted));
    assert_eq!(other.hold(ALLOWANCE), Ok(()));
    assert_eq!(budget.reserved(), reserved);
    assert_eq!(one.hold(ALLOWANCE), Ok(()));
    assert_eq!(budget.reserved(), 0);
    assert_eq!(other.hold(60_000), Ok(()));
    drop((one, other));
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn a_reservation_is_given_back_once() {
    let (budget, all) = used_up(1000);
    assert_eq!(budget.reserved(), 1000);
    assert!(budget.reserve(1).is_err());
    drop(all);
    assert_eq!(budget.reserved(), 0);
    assert!(budget.reserve(usize::MAX).is_err());
    assert!(budget.reserve(1000).is_ok());
}

#[test]
fn a_large_answer_is_held_at_its_size() {
    let budget = Arc::new(MemoryBudget::new(1 << 20));
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    script.sends("3:1+::how much?");
    script.hears(["global message how much? (asks)"]);
    let args = format!(r#"["{}"]"#, large());
    assert_eq!(script.replies(&args), Ok(()));
    assert!(budget.reserved() >= args.len() - ALLOWANCE);
    assert!(budget.reserved() < args.len());
    let (packets, _) = script.transmits(websocket);
    assert_eq!(packets, [format!("6:::1+{args}")]);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn threads_that_draw_on_it_at_once_never_have_more_than_there_is() {
    let budget = Arc::new(MemoryBudget::new(10 * ALLOWANCE));
    let held = AtomicUsize::new(0);
    let rounds = if cfg!(miri) { 20 } else { 2000 };
    // Some two of them find room, all four never do.
    let draw = |beyond: usize| {
        let mut account = MemoryAccount::new(&budget);
        for _ in 0..rounds {
            if account.hold(ALLOWANCE + beyond).is_ok() {
                let all = held.fetch_add(beyond, Ordering::SeqCst) + beyond;
                assert!(all <= budget.bytes(), "{all}");
                std::thread::yield_now();
                held.fetch_sub(beyond, Ordering::SeqCst);
            }
            assert!(budget.reserved() <= budget.bytes());
            assert_eq!(account.hold(0), Ok(()));
        }
    };
    std::thread::scope(|threads| {
        for steps in [3, 4, 5, 6] {
            threads.spawn(move || draw(steps * ALLOWANCE));
        }
    });
    assert_eq!(budget.reserved(), 0);
    assert!(budget.reserve(budget.bytes()).is_ok());
}

#[test]
fn an_outbox_draws_on_it_until_it_is_fetched() {
    let budget = Arc::new(MemoryBudget::new(1 << 20));
    let mut script = Script::between_polls_with(drawing_on(&budget));
    script.emits(GLOBAL, &large());
    assert!(budget.reserved() >= 2 * ALLOWANCE);
    let poll = script.polls();
    script.gets_last(poll, [&*format!("3:::{}", large())]);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn small_packets_go_both_ways_when_it_is_used_up() {
    let (budget, _all) = used_up(1 << 20);
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    let rounds = if cfg!(miri) { 20 } else { 1000 };
    for _ in 0..rounds {
        assert!(script.session.wants_input());
        script.sends("3:::ping");
        script.hears(["global message ping"]);
        script.emits(GLOBAL, "pong");
        script.gets(websocket, ["3:::pong"]);
    }
}

#[test]
fn who_does_not_fetch_what_is_more_than_that_is_disconnected() {
    let (budget, _all) = used_up(1 << 20);
    let mut script = Script::between_polls_with(drawing_on(&budget));
    let policy = OverflowPolicy::Disconnect;
    assert_eq!(send(&mut script, "small", policy), Ok(Delivery::Queued));
    let refused = send(&mut script, &large(), policy);
    assert_eq!(refused, Err(Misuse::Closed(EXHAUSTED)));
    script.hears(["global left: memory exhausted", "closed: memory exhausted"]);
    script.is_finished();
}

#[test]
fn the_newest_can_be_dropped_and_is_counted_apart() {
    let (budget, _all) = used_up(1 << 20);
    let mut script = Script::between_polls_with(drawing_on(&budget));
    let policy = OverflowPolicy::DropNewest;
    assert_eq!(send(&mut script, "kept", policy), Ok(Delivery::Queued));
    assert_eq!(send(&mut script, &large(), policy), Ok(Delivery::Dropped));
    let counters = script.session.counters();
    assert_eq!(
        (counters.dropped_for_memory, counters.packets_dropped),
        (1, 0)
    );
    let poll = script.polls();
    script.gets_last(poll, ["3:::kept"]);
}

#[test]
fn the_oldest_can_be_dropped_for_as_much_memory() {
    let budget = Arc::new(MemoryBudget::new(2 * ALLOWANCE));
    let mut script = Script::between_polls_with(drawing_on(&budget));
    let policy = OverflowPolicy::DropOldest;
    let text = |letter: &str| letter.repeat(ALLOWANCE);
    for letter in ["a", "b", "c", "d"] {
        let sent = send(&mut script, &text(letter), policy);
        assert_eq!(sent, Ok(Delivery::Queued), "{letter}");
    }
    assert_eq!(script.session.counters().dropped_for_memory, 2);
    let poll = script.polls();
    let kept = ["c", "d"].map(|letter| format!("3:::{}", text(letter)));
    script.gets_last(poll, [&*kept[0], &*kept[1]]);
    // What can never fit takes nobody's place.
    assert_eq!(send(&mut script, "kept", policy), Ok(Delivery::Queued));
    let giant = "x".repeat(8 * ALLOWANCE);
    assert_eq!(send(&mut script, &giant, policy), Ok(Delivery::Dropped));
    let poll = script.polls();
    script.gets_last(poll, ["3:::kept"]);
}

#[test]
fn no_more_is_dropped_than_a_packet_lacks_of_memory() {
    let budget = Arc::new(MemoryBudget::new(0));
    let mut script = Script::between_polls_with(drawing_on(&budget));
    let policy = OverflowPolicy::DropOldest;
    for letter in ["a", "b", "c", "d"] {
        let text = letter.repeat(ALLOWANCE / 5);
        assert_eq!(send(&mut script, &text, policy), Ok(Delivery::Queued));
    }
    let large = "e".repeat(ALLOWANCE / 2);
    assert_eq!(send(&mut script, &large, policy), Ok(Delivery::Queued));
    assert_eq!(script.session.counters().dropped_for_memory, 2);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn what_a_heartbeat_has_taken_is_made_up_for() {
    let budget = Arc::new(MemoryBudget::new(0));
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    let policy = OverflowPolicy::DropOldest;
    let half = |letter: &str| letter.repeat(ALLOWANCE / 2 - 130);
    for letter in ["a", "b"] {
        assert_eq!(
            send(&mut script, &half(letter), policy),
            Ok(Delivery::Queued)
        );
    }
    script.after(25.0);
    assert_eq!(send(&mut script, &half("c"), policy), Ok(Delivery::Queued));
    // One of them would have been enough without it.
    assert_eq!(script.session.counters().dropped_for_memory, 2);
    script.gets(websocket, ["2::", &format!("3:::{}", half("c"))]);
}

#[test]
fn nothing_is_dropped_for_room_where_there_is_no_memory_either() {
    let budget = Arc::new(MemoryBudget::new(ALLOWANCE));
    let mut script = Script::between_polls_with(|config| {
        config.memory = Arc::clone(&budget);
        config.limits.outbox_packets = 2;
    });
    let policy = OverflowPolicy::DropOldest;
    for text in ["a", "b"] {
        assert_eq!(send(&mut script, text, policy), Ok(Delivery::Queued));
    }
    assert_eq!(send(&mut script, &large(), policy), Ok(Delivery::Dropped));
    let counters = script.session.counters();
    assert_eq!(counters.packets_dropped + counters.dropped_for_memory, 1);
    assert_eq!(budget.reserved(), 0);
    let poll = script.polls();
    script.gets_last(poll, ["3:::a", "3:::b"]);
}

#[test]
fn a_client_that_says_more_than_that_before_it_is_heard_is_disconnected() {
    let (budget, _all) = used_up(1 << 20);
    let (mut script, _) = Script::on_websocket_with(drawing_on(&budget));
    script.sends("3:::small");
    let refused = script.try_sends(&format!("3:::{}", large()));
    assert_eq!(refused, Err(PeerError::Closed(EXHAUSTED)));
    script.hears([
        "global message small",
        "global left: memory exhausted",
        "closed: memory exhausted",
    ]);
}

#[test]
fn small_packets_that_wait_for_the_application_are_left_unread_in_time() {
    let (budget, all) = used_up(1 << 20);
    let (mut script, _) = Script::on_websocket_with(drawing_on(&budget));
    let text = format!("3:::{}", "x".repeat(ALLOWANCE / 8));
    let mut taken = 0;
    while script.session.wants_input() {
        script.sends(&text);
        taken += 1;
    }
    assert!((2..8).contains(&taken), "{taken}");
    // As soon as others hold less, there is more to come.
    drop(all);
    assert!(script.session.wants_input());
    for _ in 0..20 {
        script.sends(&text);
    }
    assert!(budget.reserved() > 0);
    assert_eq!(script.events().len(), taken + 20);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn answers_that_are_not_read_leave_questions_unread_in_time() {
    let (budget, _all) = used_up(1 << 20);
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    let mut asked = 0;
    while script.session.wants_input() {
        script.sends("3:1::ack me");
        let _ = script.events();
        asked += 1;
        assert!(asked < 1000, "it asks for ever");
    }
    assert!(script.session.close_reason().is_none());
    let (answers, _) = script.transmits(websocket);
    assert_eq!(answers.len(), asked);
    assert!(script.session.wants_input());
}

#[test]
fn what_is_given_back_needs_memory_again() {
    let budget = Arc::new(MemoryBudget::new(4 * ALLOWANCE));
    for is_there in [true, false] {
        let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
        script.emits(GLOBAL, &large());
        let _ = script.transmits(websocket);
        assert_eq!(budget.reserved(), 0);
        let others = budget.reserve(3 * ALLOWANCE).expect("nobody has it");
        if is_there {
            drop(others);
            script.gives_back(websocket, 1);
            assert!(budget.reserved() > 0);
            let websocket = script.opens(TransportName::WebSocket);
            script.gets(websocket, [&*format!("3:::{}", large())]);
        } else {
            script.gives_back(websocket, 1);
            script.hears(["global left: memory exhausted", "closed: memory exhausted"]);
            script.is_finished();
        }
    }
}

#[test]
fn what_is_given_back_after_the_end_and_finds_no_memory_is_dropped() {
    let budget = Arc::new(MemoryBudget::new(4 * ALLOWANCE));
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    script.emits(GLOBAL, &large());
    let _ = script.transmits(websocket);
    let reason = DisconnectReason::ServerDisconnected;
    script.session.disconnect(script.now, reason);
    let _others = budget.reserve(3 * ALLOWANCE).expect("nobody has it");
    script.gives_back(websocket, 1);
    script.hears([
        "global left: server disconnected",
        "closed: server disconnected",
    ]);
    script.is_finished();
}

#[test]
fn a_broadcast_draws_on_it_once_for_all_and_gives_back_with_the_last() {
    let budget = Arc::new(MemoryBudget::new(8 * ALLOWANCE));
    let mut crowd = Crowd::with(100, drawing_on(&budget));
    let mut cast = to_all(CHAT, &large());
    cast.packet = cast.packet.reserve(&budget);
    let reach = crowd.hub.broadcast(&cast);
    assert_eq!((reach.queued, reach.disconnected), (100, 0));
    drop(cast);
    let reserved = budget.reserved();
    assert!(
        (3 * ALLOWANCE..4 * ALLOWANCE).contains(&reserved),
        "{reserved}"
    );
    for client in 0..100 {
        assert_eq!(budget.reserved(), reserved, "client {client}");
        let fetched = crowd.gets(client);
        assert_eq!(fetched.last().map(String::len), Some(large().len() + 9));
    }
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn a_broadcast_for_which_there_is_none_says_whom_it_did_not_reach() {
    for (policy, expected) in [
        (OverflowPolicy::DropNewest, (0, 3, 0)),
        (OverflowPolicy::Disconnect, (0, 0, 3)),
    ] {
        let (budget, _all) = used_up(1 << 20);
        let mut crowd = Crowd::with(3, drawing_on(&budget));
        let mut cast = to_all(CHAT, &large());
        cast.packet = cast.packet.reserve(&budget);
        cast.options = SendOptions::default().overflow(policy);
        let reach = crowd.hub.broadcast(&cast);
        assert_eq!((reach.queued, reach.dropped, reach.disconnected), expected);
    }
}

#[test]
fn a_session_that_goes_gives_everything_back() {
    let budget = Arc::new(MemoryBudget::new(1 << 20));
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    script.emits(GLOBAL, &large());
    script.sends(&format!("3:::{}", large()));
    assert!(budget.reserved() > 4 * ALLOWANCE);
    script.loses(websocket, Loss::Broken);
    drop(script);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn many_rooms_draw_on_it_until_they_are_left() {
    let budget = Arc::new(MemoryBudget::new(2 * ALLOWANCE));
    let mut crowd = Crowd::with(2, |config| {
        config.memory = Arc::clone(&budget);
        config.limits.rooms = 1000;
    });
    let enter = |crowd: &mut Crowd, client: usize, room: usize| {
        let key = crowd.clients[client];
        crowd.hub.enter_room(key, CHAT, &format!("room {room}"))
    };
    let entered = (0..1000).take_while(|room| enter(&mut crowd, 0, *room).is_ok());
    let entered = entered.count();
    assert!((60..120).contains(&entered), "{entered}");
    assert_eq!(budget.reserved(), 2 * ALLOWANCE);
    // A few may be entered in any case.
    for room in 0..30 {
        assert_eq!(enter(&mut crowd, 1, room), Ok(()));
    }
    assert_eq!(enter(&mut crowd, 0, 1000), Err(Misuse::TooManyRooms));
    for room in 0..entered / 2 {
        crowd.leaves(0, CHAT, &format!("room {room}"));
    }
    assert!(budget.reserved() < 2 * ALLOWANCE);
    assert_eq!(enter(&mut crowd, 0, 1000), Ok(()));
    crowd.goes(0);
    assert_eq!(budget.reserved(), 0);
}

#[test]
fn many_awaited_acknowledgements_draw_on_it_until_they_come_or_fail() {
    let budget = Arc::new(MemoryBudget::new(2 * ALLOWANCE));
    let (mut script, websocket) = Script::on_websocket_with(drawing_on(&budget));
    let ask = |script: &mut Script| {
        let (body, within) = (Body::Message("?"), Duration::from_secs(10));
        let session = &mut script.session;
        let asked = session.send_with_ack(script.now, GLOBAL, body, AckMode::Data, within);
        let _ = script.transmits(websocket);
        asked
    };
    let asked = (0..1000).take_while(|_| ask(&mut script).is_ok()).count();
    assert!((60..120).contains(&asked), "{asked}");
    assert_eq!(ask(&mut script), Err(Misuse::TooManyAcks));
    assert!(budget.reserved() > ALLOWANCE);
    for id in 1..=asked / 2 {
        script.sends(&format!("6:::{id}+[]"));
    }
    assert!(ask(&mut script).is_ok());
    script.after(20.0);
    assert_eq!(budget.reserved(), 0);
}
