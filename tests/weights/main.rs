//! What sessions and rooms hold: the heap takes no more for it than is accounted for, also when most
//! of it has gone.

use std::alloc::System;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cap::Cap;

use socketio_invariants::session::crowd::Crowd;
use socketio_invariants::session::script::{GLOBAL, Script, message};
use socketio_session::{AfterTransmit, MemoryBudget, SendOptions, SessionConfig};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// All tests share one heap.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

const PACKETS: usize = 4000;

/// How many of them are left, when the rest has gone.
const LEFT: usize = 50;

/// What else a session does with memory meanwhile, its own bookkeeping.
const OTHERS: usize = 4 << 10;

/// A budget, and settings that draw on it and have room for all packets.
fn roomy() -> (Arc<MemoryBudget>, impl FnOnce(&mut SessionConfig)) {
    let budget = Arc::new(MemoryBudget::new(1 << 30));
    let memory = Arc::clone(&budget);
    let change = move |config: &mut SessionConfig| {
        config.memory = memory;
        config.limits.outbox_packets = 2 * PACKETS;
        config.limits.outbox_bytes = usize::MAX;
        config.limits.inbox_packets = 2 * PACKETS;
        config.limits.inbox_bytes = usize::MAX;
        config.limits.rooms = PACKETS;
    };
    (budget, change)
}

#[track_caller]
fn expect_accounted(budget: &MemoryBudget, before: usize) {
    let taken = HEAP.allocated().saturating_sub(before);
    let reserved = budget.reserved();
    assert!(
        taken <= reserved + MemoryBudget::ALLOWANCE_BYTES + OTHERS,
        "{taken} bytes, {reserved} reserved"
    );
}

#[test]
fn packets_that_are_nearly_all_sent() {
    let _turn = one_at_a_time();
    let (budget, change) = roomy();
    let (mut script, websocket) = Script::on_websocket_with(change);
    let packet = message(GLOBAL, "x");
    let before = HEAP.allocated();
    for _ in 0..PACKETS {
        let sent = script.session.send(GLOBAL, &packet, SendOptions::default());
        sent.expect("room for it");
    }
    expect_accounted(&budget, before);
    let mut out = Vec::new();
    for _ in LEFT..PACKETS {
        let after = script.session.transmit(script.now, websocket, 0, &mut out);
        assert_eq!(after, AfterTransmit::KeepOpen);
        out.clear();
    }
    drop(out);
    assert_eq!(script.session.backlog().0, LEFT);
    expect_accounted(&budget, before);
}

#[test]
fn packets_that_the_application_has_nearly_all_taken() {
    let _turn = one_at_a_time();
    let (budget, change) = roomy();
    let (mut script, _) = Script::on_websocket_with(change);
    let before = HEAP.allocated();
    for _ in 0..PACKETS {
        script.sends("3:::x");
    }
    expect_accounted(&budget, before);
    for _ in LEFT..PACKETS {
        drop(script.session.poll_event());
    }
    expect_accounted(&budget, before);
}

#[test]
fn answers_whatever_their_length() {
    let _turn = one_at_a_time();
    for length in [1, 20, 100, 1019, 2040, 5000] {
        let (budget, change) = roomy();
        let (mut script, _) = Script::on_websocket_with(change);
        let args = format!("[\"{}\"]", "x".repeat(length));
        let before = HEAP.allocated();
        for _ in 0..PACKETS {
            script.sends("3:1+::x");
            script.hears(["global message x (asks)"]);
            script.replies(&args).expect("the client waits for it");
        }
        assert_eq!(script.session.backlog().0, PACKETS);
        expect_accounted(&budget, before);
    }
}

#[test]
fn rooms_with_long_names() {
    let _turn = one_at_a_time();
    let (budget, change) = roomy();
    let mut crowd = Crowd::with(1, change);
    let before = HEAP.allocated();
    for number in 0..LEFT {
        crowd.enters(0, GLOBAL, &format!("{number:05000}"));
    }
    expect_accounted(&budget, before);
}
