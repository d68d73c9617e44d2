//! Sessions and rooms as state machines, on virtual time.

pub mod crowd;
pub mod judgement;
pub mod record;
pub mod rooms_model;
pub mod script;
pub mod step;

use arbitrary::{Arbitrary, Result, Unstructured};

use self::judgement::patient;
use self::record::Record;
use self::rooms_model::CrowdStep;
use self::script::Script;
use self::step::Step;

/// The most steps that are read from bytes: enough for whatever happens to a session in a row. Much
/// more, and the clock could come to where even a patient session ends.
const MOST_STEPS: usize = 80;

/// Reads any bytes as steps of one session, which [`judgement`] judges.
///
/// # Panics
/// If the judgement says so.
pub fn check_script(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let kind = input.int_in_range(0..=2);
    let room = (input.int_in_range(1..=4), input.int_in_range(1..=59));
    let steps: Vec<Step> = steps(&mut input);
    match (kind, room) {
        (Ok(0), (Ok(packets), Ok(bytes))) => judgement::check_without_room(packets, bytes, &steps),
        (Ok(1), _) => judgement::check(Record::of(Script::new()), &steps),
        _ => judgement::check(Record::of(patient()), &steps),
    }
}

/// Reads any bytes as what happens in a hub, which [`rooms_model`] judges.
///
/// # Panics
/// If the judgement says so.
pub fn check_hub(bytes: &[u8]) {
    let steps: Vec<CrowdStep> = steps(&mut Unstructured::new(bytes));
    rooms_model::check(&steps);
}

fn steps<'a, T: Arbitrary<'a>>(input: &mut Unstructured<'a>) -> Vec<T> {
    let mut steps = Vec::new();
    while !input.is_empty() && steps.len() < MOST_STEPS {
        let step: Result<T> = input.arbitrary();
        steps.extend(step);
    }
    steps
}
