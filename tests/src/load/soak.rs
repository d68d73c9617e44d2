//! Clients of all kinds for a long time: what they leave behind must be nothing.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::load_error::LoadError;
use super::measurement::Memory;
use super::server_process::ServerProcess;
use super::soak_visit::Visit;
use super::tally::run_within;

/// How long the server may remember clients that have gone: the timeouts of sessions, and some
/// more.
const FORGETTING: Duration = Duration::from_secs(150);

/// After that, allocators have given back what they give back.
const SETTLING: Duration = Duration::from_secs(3);

/// A long load.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    /// Clients at a time, each of which makes one visit after the other.
    pub clients: usize,
    /// How long they are at work before the baseline is taken: allocators, pools and tables have
    /// their size then.
    pub warm_up: Duration,
    /// How long they are at work after it.
    pub length: Duration,
}

/// The server at one point of time.
#[derive(Debug, Clone, Copy)]
pub struct SoakSample {
    /// Since the beginning.
    pub at: Duration,
    /// Its memory, with what its allocator keeps of what was freed.
    pub memory: Memory,
    /// Bytes on its heap, as it counts them itself.
    pub heap: u64,
    /// Sessions, as it counts them itself.
    pub sessions: usize,
    /// Likewise, connections.
    pub connections: usize,
    /// Visits that clients have made so far.
    pub visits: u64,
}

/// What a soak came to.
#[derive(Debug, Clone)]
pub struct SoakReport {
    /// After the warm-up, when all clients had left.
    pub baseline: SoakSample,
    /// While clients were at work: one each second.
    pub samples: Vec<SoakSample>,
    /// After it, when all clients had left.
    pub end: SoakSample,
}

struct Run<'a> {
    server: &'a ServerProcess,
    start: Instant,
    visits: Rc<Cell<u64>>,
}

impl Soak {
    /// Lets clients visit a server that tells its counts. `told` hears of each sample.
    ///
    /// # Errors
    /// If the server answers a client otherwise than it must, ends, or does not forget who has
    /// left.
    pub fn run(
        self,
        server: &ServerProcess,
        mut told: impl FnMut(&SoakSample),
    ) -> Result<SoakReport, LoadError> {
        let time = self.warm_up + self.length + 4 * FORGETTING;
        run_within(time, "a soak", async {
            let run = Run {
                server,
                start: Instant::now(),
                visits: Rc::default(),
            };
            run.load(self.clients, self.warm_up, |_| {}).await?;
            let baseline = run.wait_until_deserted().await?;
            told(&baseline);
            let mut samples = Vec::new();
            run.load(self.clients, self.length, |sample| {
                told(&sample);
                samples.push(sample);
            })
            .await?;
            let end = run.wait_until_deserted().await?;
            told(&end);
            Ok(SoakReport {
                baseline,
                samples,
                end,
            })
        })
    }
}

impl Run<'_> {
    /// Clients at work, for so long; who is at a visit then ends it.
    async fn load(
        &self,
        clients: usize,
        length: Duration,
        mut told: impl FnMut(SoakSample),
    ) -> Result<(), LoadError> {
        let is_over = Rc::new(Cell::new(false));
        let failure = Rc::new(RefCell::new(None));
        let mut crowd = JoinSet::new();
        for client in 0..clients {
            let (visits, is_over) = (Rc::clone(&self.visits), Rc::clone(&is_over));
            let (port, failure) = (self.server.port(), Rc::clone(&failure));
            crowd.spawn_local(async move {
                for number in client.. {
                    if is_over.get() {
                        return;
                    }
                    // Neighbours do different things, and each does everything in turn.
                    let visit = Visit::ALL[(number + number / 8) % 8];
                    if let Err(error) = visit.make(port, client).await {
                        failure.borrow_mut().get_or_insert((visit, error));
                        return;
                    }
                    visits.set(visits.get() + 1);
                }
            });
        }
        let end = Instant::now() + length;
        while Instant::now() < end && failure.borrow().is_none() {
            sleep(Duration::from_secs(1)).await;
            told(self.sample()?);
        }
        is_over.set(true);
        while crowd.join_next().await.is_some() {}
        match failure.take() {
            Some((visit, error)) => Err(LoadError::Visit(format!("{visit:?}: {error}"))),
            None => Ok(()),
        }
    }

    /// Waits until the server has forgotten everybody.
    async fn wait_until_deserted(&self) -> Result<SoakSample, LoadError> {
        let end = Instant::now() + FORGETTING;
        loop {
            sleep(SETTLING).await;
            let sample = self.sample()?;
            if sample.sessions == 0 && sample.connections == 0 {
                sleep(SETTLING).await;
                return self.sample();
            }
            if Instant::now() > end {
                return Err(LoadError::Remembered {
                    sessions: sample.sessions,
                    connections: sample.connections,
                });
            }
        }
    }

    fn sample(&self) -> Result<SoakSample, LoadError> {
        let line = self.server.last_line();
        let counts = parse_counts(&line);
        let counts = counts.ok_or(LoadError::NoAccounts("counts"))?;
        Ok(SoakSample {
            at: self.start.elapsed(),
            memory: self.server.memory()?,
            heap: counts.heap_bytes.ok_or(LoadError::NoAccounts("heap"))?,
            sessions: counts.sessions,
            connections: counts.connections,
            visits: self.visits.get(),
        })
    }
}

/// What a server says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) sessions: usize,
    pub(super) connections: usize,
    /// If it was built to count them.
    pub(super) heap_bytes: Option<u64>,
}

/// Reads `sessions 3 connections 4` or `sessions 3 connections 4 heap 5000`.
pub(super) fn parse_counts(line: &str) -> Option<Counts> {
    let rest = line.strip_prefix("sessions ")?;
    let (sessions, rest) = rest.split_once(" connections ")?;
    let (connections, heap) = match rest.split_once(" heap ") {
        Some((connections, heap)) => (connections, Some(heap.parse().ok()?)),
        None => (rest, None),
    };
    Some(Counts {
        sessions: sessions.parse().ok()?,
        connections: connections.parse().ok()?,
        heap_bytes: heap,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_counts() {
        let mut counts = Counts {
            sessions: 3,
            connections: 40,
            heap_bytes: None,
        };
        assert_eq!(parse_counts("sessions 3 connections 40"), Some(counts));
        counts.heap_bytes = Some(5000);
        let line = "sessions 3 connections 40 heap 5000";
        assert_eq!(parse_counts(line), Some(counts));
        assert_eq!(parse_counts("sessions 3"), None);
    }
}
