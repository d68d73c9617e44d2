//! Plays many transcripts, a few at a time.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::Offer;
use super::deviation::Deviations;
use super::player::{Mismatch, Options, play};
use super::scripted_server::ScriptedServer;
use super::transcript::Transcript;

/// Plays run beside each other. They mostly wait for timers, but too many would make timers late.
const AT_ONCE: usize = 4;
/// Held while a group is played: test functions run at the same time, and the bound is for all of them.
static TURN: Mutex<()> = Mutex::new(());

/// What playing some transcripts came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The transcripts that were played.
    pub played: Vec<String>,
    /// The transcripts whose every transport is not there yet, with the missing ones.
    pub not_offered: Vec<(String, Vec<String>)>,
    /// The transcripts that the deviation table takes out.
    pub skipped: Vec<String>,
    /// What was not as recorded.
    pub mismatches: Vec<Mismatch>,
}

/// Plays every transcript on a server of its own.
///
/// One that needs a transport the server does not have is counted instead of played; once the server has it,
/// the transcript is played without anything to be changed here.
pub fn play_all<'a>(
    transcripts: impl IntoIterator<Item = &'a Transcript>,
    server: &dyn ScriptedServer,
    offer: &Offer,
    deviations: &Deviations,
) -> Outcome {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut outcome = Outcome::default();
    let mut waiting = Vec::new();
    for transcript in transcripts {
        let mut missing = transcript.transports_needed();
        missing.retain(|transport| !offer.has(transport));
        if !missing.is_empty() {
            outcome.not_offered.push((transcript.id.clone(), missing));
        } else if deviations.skips(&transcript.id).is_some() {
            outcome.skipped.push(transcript.id.clone());
        } else {
            outcome.played.push(transcript.id.clone());
            waiting.push(transcript);
        }
    }
    let (next, mismatches) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(transcript) = waiting.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(mismatch) = play_one(transcript, server, offer, deviations) {
                        mismatches
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(mismatch);
                    }
                }
            });
        }
    });
    outcome.mismatches = mismatches
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcome.mismatches.sort_by(|a, b| a.id.cmp(&b.id));
    outcome
}

fn play_one(
    transcript: &Transcript,
    server: &dyn ScriptedServer,
    offer: &Offer,
    deviations: &Deviations,
) -> Result<(), Mismatch> {
    let running = server.start(transcript).map_err(|e| Mismatch {
        id: transcript.id.clone(),
        event: None,
        expected: "a server that starts".to_owned(),
        got: e,
    })?;
    let options = Options {
        offer: offer.clone(),
        deviations: deviations.clone(),
        log: Some(running.log.clone()),
        ..Options::default()
    };
    play(transcript, running.address, &options)
}
