//! A queue for sessions, of which there are many, and nearly all idle.

use alloc::collections::VecDeque;

use crate::queue_memory::{shrink_if_sparse, spare_bytes};

/// A queue that hardly ever holds more than one: the first takes no memory of its own.
#[derive(Debug)]
pub(crate) struct ShortQueue<T> {
    first: Option<T>,
    /// Empty if there is no first.
    rest: VecDeque<T>,
}

impl<T> Default for ShortQueue<T> {
    fn default() -> Self {
        Self {
            first: None,
            rest: VecDeque::new(),
        }
    }
}

impl<T> ShortQueue<T> {
    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) const fn front(&self) -> Option<&T> {
        self.first.as_ref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    pub(crate) fn push_back(&mut self, item: T) {
        if self.first.is_none() {
            self.first = Some(item);
        } else {
            self.rest.push_back(item);
        }
    }

    pub(crate) fn push_front(&mut self, item: T) {
        if let Some(second) = self.first.replace(item) {
            self.rest.push_front(second);
        }
    }

    /// Takes the first.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let item = self.first.take()?;
        if self.rest.capacity() > 0 {
            self.move_up();
        }
        Some(item)
    }

    fn move_up(&mut self) {
        self.first = self.rest.pop_front();
        shrink_if_sparse(&mut self.rest);
    }

    /// Takes out the one at this position.
    pub(crate) fn remove(&mut self, at: usize) -> Option<T> {
        match at.checked_sub(1) {
            None => self.pop_front(),
            Some(behind_first) => {
                let item = self.rest.remove(behind_first);
                shrink_if_sparse(&mut self.rest);
                item
            }
        }
    }

    /// What it takes beyond two places for each item.
    pub(crate) fn spare_bytes(&self) -> usize {
        spare_bytes(&self.rest)
    }
}
