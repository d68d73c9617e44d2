//! What a connection was handed and has not written yet.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use crate::transports::delivery::Delivery;

/// What the responses of one connection carry, from when their bytes were handed to it until it
/// has written them. If it never does, they are given back when the connection is dropped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unflushed(Arc<Mutex<Vec<Delivery>>>);

impl Unflushed {
    pub(super) fn push(&self, delivery: Delivery) {
        self.with(|waiting| waiting.push(delivery));
    }

    /// Everything that was handed over has been written.
    pub(crate) fn flushed(&self) {
        for delivery in self.with(std::mem::take) {
            delivery.written();
        }
    }

    /// Whether a session wants back what cannot be written at once. The task is woken when one
    /// does.
    pub(crate) fn is_recalled(&self, waker: &Waker) -> bool {
        self.with(|waiting| waiting.clone())
            .iter()
            .any(|delivery| delivery.is_recalled(waker))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<Delivery>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
