//! The time of a test's server. It passes when the test says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_listener::{Event, EventListener};
use socketio_server::runtime::Instant;

/// A clock that stands still until it is told to go on.
///
/// So no deadline comes between a test and what it is about to do, however busy the machine is.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Face>);

#[derive(Debug, Default)]
struct Face {
    time: Mutex<Time>,
    changed: Event,
}

#[derive(Debug, Default)]
struct Time {
    /// What has passed until the clock was last set going.
    passed: Duration,
    pace: Pace,
}

#[derive(Debug, Clone, Copy, Default)]
enum Pace {
    #[default]
    Still,
    /// As fast as the runtime's clock, from when somebody first asked to when somebody last did.
    Real(Option<(Instant, Instant)>),
}

impl Pace {
    fn passed(self) -> Duration {
        match self {
            Self::Real(Some((first, last))) => last.saturating_duration_since(first),
            Self::Real(None) | Self::Still => Duration::ZERO,
        }
    }
}

/// What a timer has to wait for.
pub(crate) enum Wait {
    Over,
    /// Until time passes.
    Change(EventListener),
    /// As long as this, unless the clock is set meanwhile.
    Real(Duration, EventListener),
}

impl Clock {
    /// From here on time passes as it does for everybody.
    pub fn run(&self) {
        self.change(|time| {
            if let Pace::Still = time.pace {
                time.pace = Pace::Real(None);
            }
        });
    }

    /// From here on it stands still.
    pub fn stop(&self) {
        self.change(|time| {
            time.passed += time.pace.passed();
            time.pace = Pace::Still;
        });
    }

    /// Does something while time passes.
    pub fn running<T>(&self, work: impl FnOnce() -> T) -> T {
        self.run();
        let done = work();
        self.stop();
        done
    }

    /// This much time passes at once. A timer that is being started meanwhile may count from before
    /// or from behind it: whoever waits for one has time pass again and again.
    pub fn advance(&self, by: Duration) {
        self.change(|time| time.passed += by);
    }

    /// How much has passed.
    #[must_use]
    pub fn passed(&self) -> Duration {
        let time = self.0.time.lock().unwrap_or_else(PoisonError::into_inner);
        time.passed + time.pace.passed()
    }

    fn change(&self, change: impl FnOnce(&mut Time)) {
        change(&mut self.0.time.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.changed.notify(usize::MAX);
    }

    /// The time, if it is `real` on the runtime's clock.
    pub(crate) fn now(&self, real: Instant) -> Instant {
        let mut time = self.0.time.lock().unwrap_or_else(PoisonError::into_inner);
        if let Pace::Real(asked) = &mut time.pace {
            let (first, _) = asked.unwrap_or((real, real));
            *asked = Some((first, real));
        }
        Instant::from_start(time.passed + time.pace.passed())
    }

    /// What to wait for until it is `until`.
    pub(crate) fn wait(&self, real: Instant, until: Instant) -> Wait {
        let changed = self.0.changed.listen();
        let rest = until.saturating_duration_since(self.now(real));
        let time = self.0.time.lock().unwrap_or_else(PoisonError::into_inner);
        match time.pace {
            _ if rest.is_zero() => Wait::Over,
            Pace::Still => Wait::Change(changed),
            Pace::Real(_) => Wait::Real(rest, changed),
        }
    }
}
