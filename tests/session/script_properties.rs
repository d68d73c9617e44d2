//! What must hold for every session, whatever happens to it and in whatever order.

use proptest::prelude::*;
use socketio_invariants::session::judgement::{check, check_without_room, patient};
use socketio_invariants::session::record::Record;
use socketio_invariants::session::script::Script;
use socketio_invariants::session::step::Step;

use crate::random_steps::{any_step, ending};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any_step(), 0..60)
}

proptest! {
    #[test]
    fn holds_for_impatient_sessions(steps in steps()) {
        check(Record::of(Script::new()), &steps);
    }

    #[test]
    fn holds_for_patient_sessions(steps in steps()) {
        check(Record::of(patient()), &steps);
    }

    #[test]
    fn holds_for_sessions_that_are_ended(
        steps in steps(),
        ending in ending(),
        afterwards in prop::collection::vec(any_step(), 0..20),
    ) {
        let mut all = steps;
        all.push(ending);
        all.extend(afterwards);
        check(Record::of(patient()), &all);
    }

    #[test]
    fn holds_without_room(steps in steps(), packets in 1..5_usize, bytes in 1..60_usize) {
        check_without_room(packets, bytes, &steps);
    }
}
