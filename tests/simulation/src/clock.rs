//! Virtual time: it stands still while anybody has something to do.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::world::{Side, World};

/// When somebody is to be woken; the number keeps those of one time apart, in their order.
type Appointment = (Duration, u64);

/// The time, and who waits for it.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub(crate) now: Duration,
    waiting: BTreeMap<Appointment, (Side, Option<Waker>)>,
    last: u64,
}

impl Clock {
    pub(crate) fn file(&mut self, at: Duration, side: Side, waker: Option<Waker>) -> Appointment {
        self.last += 1;
        let appointment = (at, self.last);
        self.waiting.insert(appointment, (side, waker));
        appointment
    }

    /// Timers that this side has started and not dropped.
    pub(crate) fn timers_of(&self, side: Side) -> usize {
        let timers = self.waiting.values();
        timers.filter(|(owner, _)| *owner == side).count()
    }

    /// Goes on to the next time for which somebody waits, unless that is after `limit`, and takes
    /// out those who are to be woken then.
    pub(crate) fn advance(&mut self, limit: Duration) -> Option<Vec<Waker>> {
        // Who has been woken is waiting for nothing, though it may not have been dropped yet.
        let next = self.waiting.iter().find(|(_, (_, waker))| waker.is_some());
        let (next, _) = *next?.0;
        if next > limit {
            return None;
        }
        self.now = self.now.max(next);
        let due = self.waiting.range_mut(..=(next, u64::MAX));
        Some(due.filter_map(|(_, (_, waker))| waker.take()).collect())
    }

    /// Lets go of everybody who only had to be woken once.
    pub(crate) fn forget_woken(&mut self, side: Side) {
        let now = self.now;
        while let Some(entry) = self.waiting.first_entry() {
            let is_over = entry.key().0 <= now;
            let (owner, waker) = entry.get();
            if !is_over || *owner != side || waker.is_some() {
                return;
            }
            entry.remove();
        }
    }
}

/// A timer that has been started.
#[derive(Debug)]
pub struct Sleep {
    world: World,
    appointment: Appointment,
}

impl Sleep {
    pub(crate) fn start(world: &World, side: Side, duration: Duration) -> Self {
        let mut clock = world.clock();
        let at = clock.now.saturating_add(duration);
        Self {
            appointment: clock.file(at, side, None),
            world: world.clone(),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut clock = self.world.clock();
        if clock.now >= self.appointment.0 {
            return Poll::Ready(());
        }
        if let Some((_, waker)) = clock.waiting.get_mut(&self.appointment) {
            *waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let dropped = self.world.clock().waiting.remove(&self.appointment);
        drop(dropped);
    }
}
