//! A queue for sessions, of which there are many, and nearly all idle.

use alloc::collections::VecDeque;

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

    /// Takes the first. Who takes the last gives the buffer back, too.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let item = self.first.take()?;
        if self.rest.capacity() > 0 {
            self.move_up();
        }
        Some(item)
    }

    fn move_up(&mut self) {
        self.first = self.rest.pop_front();
        if self.first.is_none() {
            self.rest = VecDeque::new();
        }
    }

    /// Takes out the one at this position.
    pub(crate) fn remove(&mut self, at: usize) -> Option<T> {
        match at.checked_sub(1) {
            None => self.pop_front(),
            Some(behind_first) => self.rest.remove(behind_first),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    fn queue(items: &[u32]) -> ShortQueue<u32> {
        let mut queue = ShortQueue::default();
        for item in items {
            queue.push_back(*item);
        }
        queue
    }

    fn items(queue: &ShortQueue<u32>) -> Vec<u32> {
        assert_eq!(queue.len(), queue.iter().count());
        assert_eq!(queue.is_empty(), queue.iter().next().is_none());
        assert_eq!(queue.front(), queue.iter().next());
        queue.iter().copied().collect()
    }

    #[test]
    fn order_is_kept_at_both_ends() {
        let mut queue = queue(&[1, 2, 3]);
        assert_eq!(queue.pop_front(), Some(1));
        queue.push_back(4);
        queue.push_front(0);
        assert_eq!(items(&queue), [0, 2, 3, 4]);
        for wanted in [0, 2, 3, 4] {
            assert_eq!(queue.pop_front(), Some(wanted));
        }
        assert_eq!(queue.pop_front(), None);
        queue.push_front(5);
        assert_eq!(items(&queue), [5]);
    }

    #[test]
    fn any_can_be_removed() {
        for at in 0..3 {
            let mut queue = queue(&[0, 1, 2]);
            assert_eq!(queue.remove(at), u32::try_from(at).ok());
            let left: Vec<u32> = (0..3).filter(|it| *it as usize != at).collect();
            assert_eq!(items(&queue), left);
        }
        assert_eq!(queue(&[0]).remove(1), None);
    }

    #[test]
    fn an_empty_queue_keeps_no_buffer() {
        let mut queue = queue(&[1, 2, 3]);
        while queue.pop_front().is_some() {}
        assert_eq!(queue.rest.capacity(), 0);
    }
}
