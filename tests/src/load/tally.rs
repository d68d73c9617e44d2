//! What the clients of one run share, and the run itself.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{sleep, timeout};

use super::awaited_answers::Answer;
use super::latencies::Latencies;
use super::load_error::LoadError;
use super::measurement::{Latency, Throughput, Timing};
use super::server_process::ServerProcess;

/// How long clients may take to open, and to finish what they have begun.
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts for one run.
#[derive(Debug, Default)]
pub(super) struct Tally {
    messages: Cell<u64>,
    overtakers: Cell<u64>,
    latencies: RefCell<Latencies>,
    stopping: Cell<bool>,
}

impl Tally {
    /// One more message has come and was right.
    pub(super) fn count(&self, after: Duration) {
        self.messages.set(self.messages.get() + 1);
        self.latencies.borrow_mut().record(after);
    }

    /// Likewise, an answer.
    pub(super) fn count_answer(&self, answer: Answer) {
        self.count(answer.after);
        let overtakers = self.overtakers.get() + u64::from(answer.has_overtaken);
        self.overtakers.set(overtakers);
    }

    /// What has been counted before is not measured.
    fn start_over(&self) {
        self.messages.set(0);
        self.overtakers.set(0);
        self.latencies.borrow_mut().clear();
    }

    fn latency(&self) -> Latency {
        let latencies = self.latencies.borrow();
        Latency {
            median: latencies.quantile(0.5),
            p99: latencies.quantile(0.99),
        }
    }

    /// Whether nothing further is to be begun.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.get()
    }
}

/// Tasks of one run; each must end well.
pub(super) type Clients = JoinSet<Result<(), LoadError>>;

/// Runs a future and the tasks it makes on this thread, within bounds.
pub(super) fn run<T>(
    what: &'static str,
    work: impl Future<Output = Result<T, LoadError>>,
) -> Result<T, LoadError> {
    run_within(PATIENCE, what, work)
}

/// Likewise, within this time.
pub(super) fn run_within<T>(
    time: Duration,
    what: &'static str,
    work: impl Future<Output = Result<T, LoadError>>,
) -> Result<T, LoadError> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = LocalSet::new();
    runtime.block_on(local.run_until(async {
        timeout(time, work)
            .await
            .map_err(|_| LoadError::TooSlow(what))?
    }))
}

/// Measures the server while its clients are at work, and lets them finish.
pub(super) async fn measure(
    server: &ServerProcess,
    timing: Timing,
    tally: &Rc<Tally>,
    clients: &mut Clients,
) -> Result<Throughput, LoadError> {
    unless_one_fails(sleep(timing.warm_up), clients).await?;
    let (start, cpu) = (Instant::now(), server.cpu_time()?);
    tally.start_over();
    unless_one_fails(sleep(timing.window), clients).await?;
    let throughput = Throughput {
        messages: tally.messages.get(),
        overtakers: tally.overtakers.get(),
        cpu: server.cpu_time()? - cpu,
        elapsed: start.elapsed(),
        latency: tally.latency(),
    };
    tally.stopping.set(true);
    while let Some(ended) = clients.join_next().await {
        ended.map_err(std::io::Error::from)??;
    }
    Ok(throughput)
}

/// Waits; a client that ends meanwhile ends the run, too.
async fn unless_one_fails(
    wait: impl Future<Output = ()>,
    clients: &mut Clients,
) -> Result<(), LoadError> {
    tokio::select! {
        () = wait => Ok(()),
        ended = clients.join_next() => match ended {
            Some(ended) => ended.map_err(std::io::Error::from)?.and(Err(LoadError::Closed)),
            None => Err(LoadError::Closed),
        },
    }
}
