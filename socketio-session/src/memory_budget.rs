//! One amount of memory for everything large that all sessions together hold.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicUsize, Ordering};

use thiserror::Error;

/// Bytes are reserved in steps of this size, so that few packets change what is reserved.
const STEP: usize = 16 << 10;

/// The bytes that all sessions of a server may hold together, beyond the small
/// [allowance](Self::ALLOWANCE_BYTES) that each of them has in any case.
///
/// It is a counter that is shared: nothing is allocated by it. Outboxes and inboxes draw on that of
/// their [`SessionConfig`](crate::SessionConfig); a driver draws on the same one for what it reads
/// and writes itself.
///
/// ```
/// use std::sync::Arc;
/// use socketio_session::{MemoryAccount, MemoryBudget};
///
/// let budget = Arc::new(MemoryBudget::new(100_000));
/// let mut body = MemoryAccount::new(&budget);
/// assert!(body.hold(10_000).is_ok());
/// assert_eq!(budget.reserved(), 0);
/// assert!(body.hold(80_000).is_ok());
/// assert!(budget.reserved() >= 60_000);
/// assert!(MemoryAccount::new(&budget).hold(80_000).is_err());
/// drop(body);
/// assert_eq!(budget.reserved(), 0);
/// ```
#[derive(Debug)]
pub struct MemoryBudget {
    bytes: usize,
    reserved: AtomicUsize,
}

/// All of a [`MemoryBudget`] is reserved, or so much that what was asked for is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the memory budget is used up")]
pub struct MemoryExhausted;

impl MemoryBudget {
    /// What each holder may hold without drawing on the budget, in bytes: an outbox, an inbox, a
    /// body or message that is being received, a response that is being written. So what is said
    /// in small packets goes on when the budget is used up.
    pub const ALLOWANCE_BYTES: usize = 16 << 10;

    /// A budget of so many bytes. With none, nobody may hold more than its allowance.
    #[must_use]
    pub const fn new(bytes: usize) -> Self {
        Self {
            bytes,
            reserved: AtomicUsize::new(0),
        }
    }

    /// How large it is.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How much of it is reserved now: never more than there is.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.reserved.load(Ordering::Relaxed)
    }

    /// How much of it is not reserved now. It may be somebody else's by the time it is asked for.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.saturating_sub(self.reserved())
    }

    /// Reserves so many bytes, without an allowance.
    ///
    /// # Errors
    /// [`MemoryExhausted`]: there are not so many left. Then nothing is reserved.
    pub fn reserve(self: &Arc<Self>, bytes: usize) -> Result<Reservation, MemoryExhausted> {
        self.take(bytes)?;
        Ok(Reservation {
            budget: Arc::clone(self),
            bytes,
        })
    }

    /// Whether another step could be reserved.
    fn has_room(&self) -> bool {
        self.left() >= STEP
    }

    fn take(&self, bytes: usize) -> Result<(), MemoryExhausted> {
        let more = |reserved: usize| reserved.checked_add(bytes).filter(|it| *it <= self.bytes);
        self.reserved
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .map(|_| ())
            .map_err(|_| MemoryExhausted)
    }

    fn give_back(&self, bytes: usize) {
        self.reserved.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A part of a [`MemoryBudget`], which is given back when this is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl Reservation {
    fn resize(&mut self, bytes: usize) -> Result<(), MemoryExhausted> {
        if bytes > self.bytes {
            self.budget.take(bytes - self.bytes)?;
        } else {
            self.budget.give_back(self.bytes - bytes);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.give_back(self.bytes);
        }
    }
}

/// What one holder holds: its allowance costs nothing, what is beyond it is reserved in steps.
/// Everything is given back when this is dropped.
#[derive(Debug)]
pub struct MemoryAccount(Reservation);

impl MemoryAccount {
    /// The account of somebody who holds nothing yet.
    #[must_use]
    pub fn new(budget: &Arc<MemoryBudget>) -> Self {
        Self(Reservation {
            budget: Arc::clone(budget),
            bytes: 0,
        })
    }

    /// The holder is about to hold so many bytes in all, or holds no more than that any more. To hold
    /// less, or no more than the allowance, never fails.
    ///
    /// # Errors
    /// [`MemoryExhausted`]: it must not. What was reserved before still is.
    pub fn hold(&mut self, bytes: usize) -> Result<(), MemoryExhausted> {
        let beyond = bytes.saturating_sub(MemoryBudget::ALLOWANCE_BYTES);
        if beyond <= self.0.bytes && self.0.bytes - beyond < STEP {
            return Ok(());
        }
        let steps = beyond.checked_next_multiple_of(STEP);
        self.0.resize(steps.ok_or(MemoryExhausted)?)
    }

    /// How much of so many bytes is neither allowed nor reserved.
    pub(crate) fn shortfall(&self, bytes: usize) -> usize {
        bytes.saturating_sub(MemoryBudget::ALLOWANCE_BYTES.saturating_add(self.0.bytes))
    }

    /// Whether a holder of so many bytes may count on holding more: half an allowance at least.
    #[must_use]
    pub fn has_room(&self, bytes: usize) -> bool {
        bytes.saturating_add(MemoryBudget::ALLOWANCE_BYTES / 2)
            <= MemoryBudget::ALLOWANCE_BYTES.saturating_add(self.0.bytes)
            || self.0.budget.has_room()
    }
}
