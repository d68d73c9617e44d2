//! Plays many transcripts, a few at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::compare::Offer;
use super::deviation::{Deviations, Line};
use super::player::{Mismatch, Options, play};
use super::scripted_server::ScriptedServer;
use super::transcript::Transcript;

/// Plays run beside each other. They mostly wait for timers, but too many would make timers late.
const AT_ONCE: usize = 4;
/// Held while plays run: test functions run at the same time, and the bound is for all of them.
static TURN: Mutex<()> = Mutex::new(());

/// A server, and how its answers are allowed to differ from the recordings.
pub struct Suite<'a> {
    /// Starts the server.
    pub server: &'a dyn ScriptedServer,
    /// The transports that it has.
    pub offer: Offer,
    /// Where it answers otherwise.
    pub deviations: Deviations,
}

/// How much more time each further try gives requests to arrive, when a mismatch is doubtful. One that is not
/// doubtful gets no further try.
const SLOWDOWNS: [u32; 4] = [1, 3, 9, 27];

/// What playing some transcripts came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The transcripts that were played.
    pub played: Vec<String>,
    /// The transcripts that need transports which are not there yet, with these.
    pub not_offered: Vec<(String, Vec<String>)>,
    /// The transcripts that the deviation table leaves out.
    pub left_out: Vec<String>,
    /// What was not as recorded.
    pub mismatches: Vec<Mismatch>,
}

/// A transcript with the deviations it is played with.
struct Play<'a> {
    transcript: &'a Transcript,
    deviations: Deviations,
    limit: Duration,
}

impl Suite<'_> {
    /// Plays every transcript on a server of its own.
    ///
    /// One that needs a transport the server does not have is counted instead of played; once the server
    /// has it, the transcript is played without anything to be changed here.
    pub fn play_all<'t>(&self, transcripts: impl IntoIterator<Item = &'t Transcript>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut plays = Vec::new();
        for transcript in transcripts {
            let id = transcript.id.clone();
            let mut missing = transcript.transports_needed();
            missing.retain(|transport| !self.offer.has(transport));
            if !missing.is_empty() {
                outcome.not_offered.push((id, missing));
            } else if self.deviations.leaves_out(&id) {
                outcome.left_out.push(id);
            } else {
                outcome.played.push(id);
                let deviations = self.deviations.clone();
                plays.push(Play {
                    transcript,
                    deviations,
                    limit: Options::default().limit,
                });
            }
        }
        outcome.mismatches = run_each(&plays, |play| self.run_surely(play))
            .into_iter()
            .flatten()
            .collect();
        outcome
    }

    /// The lines of the deviation table without which these transcripts are matched all the same.
    pub fn unneeded_lines(&self, transcripts: &[Transcript]) -> Vec<&Line> {
        let mut lines = Vec::new();
        let mut plays = Vec::new();
        for (index, line) in self.deviations.lines().iter().enumerate() {
            if let Some(transcript) = transcripts
                .iter()
                .find(|transcript| transcript.id == line.id)
            {
                lines.push(line);
                // A mismatch is what should come, and often shows in that nothing comes.
                let limit = Duration::from_secs(1);
                plays.push(Play {
                    transcript,
                    deviations: self.deviations.without(index),
                    limit,
                });
            }
        }
        let found = run_each(&plays, |play| self.find_mismatch(play));
        lines
            .into_iter()
            .zip(found)
            .filter(|(_, mismatch)| mismatch.is_none())
            .map(|(line, _)| line)
            .collect()
    }

    /// Runs a play again, with more time, as long as it has no mismatch: what should not come may
    /// not have come yet.
    fn find_mismatch(&self, play: &Play<'_>) -> Result<(), Mismatch> {
        SLOWDOWNS
            .into_iter()
            .try_for_each(|slowdown| self.run_one(play, slowdown))
    }

    /// Runs a play again, with more time, as long as its mismatch is doubtful.
    fn run_surely(&self, play: &Play<'_>) -> Result<(), Mismatch> {
        let mut result = Ok(());
        for slowdown in SLOWDOWNS {
            result = self.run_one(play, slowdown);
            if result
                .as_ref()
                .err()
                .is_none_or(|mismatch| !mismatch.doubtful)
            {
                break;
            }
        }
        result
    }

    fn run_one(&self, of: &Play<'_>, slowdown: u32) -> Result<(), Mismatch> {
        let running = self.server.start(of.transcript).map_err(|e| Mismatch {
            id: of.transcript.id.clone(),
            event: None,
            expected: "a server that starts".to_owned(),
            got: e,
            doubtful: false,
        })?;
        let options = Options {
            offer: self.offer.clone(),
            deviations: of.deviations.clone(),
            other_addresses: running.other_addresses.clone(),
            log: Some(running.log.clone()),
            limit: of.limit,
            slowdown,
        };
        play(of.transcript, running.address, &options)
    }
}

/// The mismatch of each play, if there is one.
fn run_each(
    plays: &[Play<'_>],
    run: impl Fn(&Play<'_>) -> Result<(), Mismatch> + Sync,
) -> Vec<Option<Mismatch>> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let (next, results) = (AtomicUsize::new(0), Mutex::new(vec![None; plays.len()]));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(play) = plays.get(index) else { return };
                    let mismatch = run(play).err();
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = mismatch;
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner)
}
