//! The server in a simulated world: thousands of runs, each from a seed of its own.
//!
//! `SIMULATION_SEED=n` runs one seed and prints what happened last; `SIMULATION_RUNS=n` runs so
//! many.

mod application;
mod cuts;
mod dialer;
mod fairness;
mod guest;
mod ledger;
mod liar;
mod plain_client;
mod silence;
mod storm;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs in the test command.
const RUNS: u64 = 3000;

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

fn run(seed: u64) -> storm::Outcome {
    catch_unwind(AssertUnwindSafe(|| storm::run(seed))).unwrap_or_else(|panic| {
        eprintln!(
            "seed {seed} fails: \
             SIMULATION_SEED={seed} cargo test -p socketio-simulation --test simulation storms"
        );
        resume_unwind(panic)
    })
}

#[test]
fn storms_leave_nothing_behind_and_lose_nothing() {
    let seeds = match number_from("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number_from("SIMULATION_RUNS").unwrap_or(RUNS),
    };
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for seed in seeds {
        for (reason, count) in run(seed).reasons {
            *reasons.entry(reason).or_default() += count;
        }
    }
    println!("{reasons:#?}");
}

#[test]
fn a_seed_is_always_the_same_run() {
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
