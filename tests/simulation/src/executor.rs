//! Tasks on one thread, in an order that the seed decides.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

use crate::random::Random;
use crate::world::Side;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Those that have been woken, in the order of that.
type Ready = Arc<Mutex<Vec<Arc<Task>>>>;

struct Task {
    number: u64,
    side: Side,
    work: Mutex<Option<Work>>,
    is_ready: AtomicBool,
    ready: Ready,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if !self.is_ready.swap(true, Ordering::Relaxed) {
            let ready = Arc::clone(&self.ready);
            ready
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(self);
        }
    }
}

/// The tasks of a world.
#[derive(Default)]
pub(crate) struct Executor {
    tasks: BTreeMap<u64, Arc<Task>>,
    last: u64,
    ready: Ready,
}

/// A task whose turn it is.
pub(crate) struct Turn(Arc<Task>);

impl Executor {
    pub(crate) fn spawn(&mut self, side: Side, work: Work) {
        self.last += 1;
        let task = Arc::new(Task {
            number: self.last,
            side,
            work: Mutex::new(Some(work)),
            is_ready: AtomicBool::new(false),
            ready: Arc::clone(&self.ready),
        });
        self.tasks.insert(self.last, Arc::clone(&task));
        task.wake();
    }

    /// Any of the tasks that have something to do; now and then one that has not, because whoever
    /// wakes tasks may do so for nothing.
    pub(crate) fn next(&mut self, random: &mut Random) -> Option<Turn> {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.is_empty() {
            return None;
        }
        if random.number() % 128 == 0 {
            let numbers = self.tasks.range(random.within(0..self.last + 1)..);
            if let Some((_, task)) = numbers.into_iter().next() {
                return Some(Turn(Arc::clone(task)));
            }
        }
        let index = random.index(ready.len());
        let task = ready.remove(index);
        task.is_ready.store(false, Ordering::Relaxed);
        Some(Turn(task))
    }

    pub(crate) fn tasks_of(&self, side: Side) -> usize {
        self.tasks.values().filter(|task| task.side == side).count()
    }

    pub(crate) fn ended(&mut self, turn: &Turn) {
        self.tasks.remove(&turn.0.number);
    }

    /// Gives up all tasks, so that nothing keeps anything alive.
    pub(crate) fn take_all(&mut self) -> Vec<Turn> {
        let ready = std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner));
        let tasks = std::mem::take(&mut self.tasks).into_values();
        tasks.chain(ready).map(Turn).collect()
    }
}

impl Turn {
    pub(crate) fn number(&self) -> u64 {
        self.0.number
    }

    /// True if the task has ended.
    pub(crate) fn run(&self) -> bool {
        let waker = Waker::from(Arc::clone(&self.0));
        let mut slot = self.0.work.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(work) = &mut *slot else {
            return false;
        };
        let ended = work
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready();
        let done = if ended { slot.take() } else { None };
        drop(slot);
        drop(done);
        ended
    }

    pub(crate) fn give_up(&self) {
        let work = self
            .0
            .work
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(work);
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("tasks", &self.tasks.len())
            .finish_non_exhaustive()
    }
}
