//! What a queue's buffer takes that its items do not account for.
//!
//! Items count twice the place that they take, because a buffer doubles when it is full. Those that
//! are taken out leave their places behind.

use alloc::collections::VecDeque;
use core::mem::size_of;

/// A smaller buffer is not worth the trouble.
const SMALL: usize = 64;

/// What the buffer takes beyond two places for each item.
pub(crate) fn spare_bytes<T>(queue: &VecDeque<T>) -> usize {
    let spare = queue.capacity().saturating_sub(2 * queue.len());
    spare * size_of::<T>()
}

/// Gives places back when three in four are vacant. Afterwards every other one is, so that it takes
/// as many items more, or half of them less, until there is anything to do again.
pub(crate) fn shrink_if_sparse<T>(queue: &mut VecDeque<T>) {
    if queue.is_empty() {
        // Who is idle keeps no buffer.
        *queue = VecDeque::new();
    } else if queue.capacity() > SMALL && queue.len() <= queue.capacity() / 4 {
        queue.shrink_to(2 * queue.len());
    }
}
