//! Background work that lives as long as its socket.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use socketio_session::Misuse;

use crate::contained::drop_contained;

/// The jobs of one socket.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<JobList>);

#[derive(Debug, Default)]
struct JobList {
    running: BTreeMap<u64, Arc<Mutex<JobState>>>,
    last: u64,
    ended: bool,
}

#[derive(Debug, Default)]
struct JobState {
    cancelled: bool,
    waker: Option<Waker>,
}

/// A future that ends early when its job is cancelled.
pub(crate) struct Job<J> {
    work: Option<Pin<Box<J>>>,
    state: Arc<Mutex<JobState>>,
    number: u64,
    /// Told when the job is done.
    leave: Box<dyn Fn(u64) + Send>,
}

impl Jobs {
    /// Makes `work` a job, unless there are `limit` already or the socket has ended. `leave`
    /// must lead back to [`remove`](Self::remove).
    pub(crate) fn add<J: Future<Output = ()> + Send>(
        &self,
        limit: usize,
        work: J,
        leave: impl Fn(u64) + Send + 'static,
    ) -> Result<Job<J>, Misuse> {
        let mut list = lock(&self.0);
        if list.ended {
            return Err(Misuse::NotJoined);
        }
        if list.running.len() >= limit {
            return Err(Misuse::TooManyJobs);
        }
        list.last += 1;
        let number = list.last;
        let state = Arc::new(Mutex::new(JobState::default()));
        list.running.insert(number, Arc::clone(&state));
        Ok(Job {
            work: Some(Box::pin(work)),
            state,
            number,
            leave: Box::new(leave),
        })
    }

    pub(crate) fn remove(&self, number: u64) {
        lock(&self.0).running.remove(&number);
    }

    /// Cancels all jobs, and lets no further one start.
    pub(crate) fn cancel_all(&self) {
        lock(&self.0).ended = true;
        self.cancel_running();
    }

    /// Cancels the jobs that run now.
    pub(crate) fn cancel_running(&self) {
        let running = std::mem::take(&mut lock(&self.0).running);
        for state in running.into_values() {
            let waker = {
                let mut state = lock(&state);
                state.cancelled = true;
                state.waker.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl<J: Future<Output = ()>> Future for Job<J> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        {
            let mut state = lock(&self.state);
            if state.cancelled {
                drop(state);
                drop_contained(self.work.take());
            } else {
                state.waker = Some(cx.waker().clone());
            }
        }
        match &mut self.work {
            Some(work) => work.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<J> Drop for Job<J> {
    fn drop(&mut self) {
        (self.leave)(self.number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
