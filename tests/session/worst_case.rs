//! What one session can take of memory at most follows from its limits.

use socketio_session::{MemoryBudget, SessionLimits};

const ALLOWANCE: usize = MemoryBudget::ALLOWANCE_BYTES;

fn limits(change: impl FnOnce(&mut SessionLimits)) -> SessionLimits {
    let mut limits = SessionLimits::default();
    change(&mut limits);
    limits
}

/// Nothing may wait anywhere.
fn none(limits: &mut SessionLimits) {
    (limits.outbox_bytes, limits.outbox_packets) = (0, 0);
    (limits.inbox_bytes, limits.inbox_packets) = (0, 0);
    (limits.rooms, limits.awaited_acks) = (0, 0);
}

#[test]
fn every_limit_adds_to_it() {
    let changes: [fn(&mut SessionLimits); 7] = [
        |limits| limits.outbox_bytes *= 2,
        |limits| limits.outbox_packets *= 2,
        |limits| limits.inbox_bytes *= 2,
        |limits| limits.inbox_packets *= 2,
        |limits| limits.rooms *= 2,
        |limits| limits.awaited_acks *= 2,
        |limits| limits.namespaces *= 2,
    ];
    let usual = SessionLimits::default().worst_case_bytes();
    for (number, change) in changes.into_iter().enumerate() {
        let more = limits(change).worst_case_bytes();
        assert!(more > usual, "limit {number}: {more}");
    }
    assert!(limits(none).worst_case_bytes() < usual);
}

#[test]
fn without_bounds_it_is_all_there_is() {
    let boundless = limits(|limits| {
        (limits.outbox_bytes, limits.inbox_bytes) = (usize::MAX, usize::MAX);
    });
    assert_eq!(boundless.worst_case_bytes(), usize::MAX);
}

#[test]
fn beside_the_budget_there_are_four_allowances_and_no_more() {
    let empty = limits(none).worst_case_beside_budget_bytes();
    let boundless = limits(|limits| {
        (limits.outbox_bytes, limits.inbox_bytes) = (usize::MAX, usize::MAX);
        (limits.rooms, limits.awaited_acks) = (usize::MAX, usize::MAX);
    });
    let most = boundless.worst_case_beside_budget_bytes();
    assert_eq!(most, empty + 4 * ALLOWANCE);
    // What is less than an allowance counts as it is.
    let few = limits(|limits| {
        none(limits);
        limits.inbox_bytes = 100;
    });
    assert_eq!(few.worst_case_beside_budget_bytes(), empty + 200);
}
