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
mod recordings;
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
    let is_whole = seeds.end - seeds.start >= RUNS;
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut drops: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for seed in seeds {
        let outcome = run(seed);
        for (reason, count) in outcome.reasons {
            *reasons.entry(reason).or_default() += count;
        }
        let (packets, sessions) = drops.entry(format!("{:?}", outcome.overflow)).or_default();
        *packets += outcome.drops.packets;
        *sessions += outcome.drops.sessions;
    }
    println!("{reasons:#?}\npackets dropped, and in how many sessions: {drops:#?}");
    if is_whole {
        for policy in ["DropOldest", "DropNewest"] {
            let (packets, _) = drops.get(policy).copied().unwrap_or_default();
            assert!(packets > 0, "nothing was ever dropped by {policy}");
        }
    }
}

#[test]
fn a_seed_is_always_the_same_run() {
    for seed in 0..20 {
        assert_eq!(run(seed), run(seed), "seed {seed}");
    }
}
