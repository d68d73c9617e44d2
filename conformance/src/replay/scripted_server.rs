//! What the replay needs from a server: that it runs the scripted application and tells what that saw.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::script::LogEntry;
use super::transcript::Transcript;

/// Starts servers that run the scripted application.
pub trait ScriptedServer: Sync {
    /// Starts one with the settings and the script of this transcript, on a port of its own.
    fn start(&self, transcript: &Transcript) -> Result<Running, String>;
}

/// A running server; dropping it stops it.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What its application sees.
    pub log: AppLog,
    /// Where it listens besides, by the setting that names the port in recordings.
    pub other_addresses: BTreeMap<String, SocketAddr>,
    stop: Option<Box<dyn FnOnce() + Send>>,
}

impl Running {
    /// A server that listens at this address, fills this log, and is stopped by this function.
    pub fn new(address: SocketAddr, log: AppLog, stop: impl FnOnce() + Send + 'static) -> Self {
        Self {
            address,
            log,
            other_addresses: BTreeMap::new(),
            stop: Some(Box::new(stop)),
        }
    }

    /// Also listens at this address, which recordings know by this setting.
    pub fn and_at(mut self, setting: &str, address: SocketAddr) -> Self {
        self.other_addresses.insert(setting.to_owned(), address);
        self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop();
        }
    }
}

/// What the application has seen so far, shared between it and the replay.
///
/// The replay goes on after a request only when the application has seen its effect: that is what makes
/// a recorded order of requests on different connections meaningful on a server with many threads.
#[derive(Debug, Clone, Default)]
pub struct AppLog {
    shared: Arc<(Mutex<Vec<LogEntry>>, Condvar)>,
}

impl AppLog {
    /// Adds a line. To be called when the operations of the handler are done, so that whoever waits for the
    /// line finds their effects.
    pub fn record(&self, entry: LogEntry) {
        self.entries().push(entry);
        self.shared.1.notify_all();
    }

    /// Everything seen so far.
    pub fn snapshot(&self) -> Vec<LogEntry> {
        self.entries().clone()
    }

    /// Waits until the lines fulfil the condition; `false` when the deadline comes first.
    pub fn wait_until(
        &self,
        deadline: Instant,
        mut fulfilled: impl FnMut(&[LogEntry]) -> bool,
    ) -> bool {
        let mut entries = self.entries();
        while !fulfilled(&entries) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            entries = self
                .shared
                .1
                .wait_timeout(entries, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    fn entries(&self) -> MutexGuard<'_, Vec<LogEntry>> {
        // A panicking handler cannot leave the list half-written.
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
