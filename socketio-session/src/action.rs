//! Orders to the driver.

use alloc::vec::Vec;

/// A transport, by the number that its driver gave it. Numbers are unique within a session's
/// lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransportId(pub u64);

/// What the driver should do with a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// There is something for this transport: call
    /// [`transmit`](crate::Session::transmit) when it can be written to.
    ///
    /// If it cannot, because it is still at what it was handed before, and the session counts on
    /// [another one](crate::Session::transport) by now, end it as for [`Close`](Self::Close): the
    /// other one is given nothing before.
    Flush(TransportId),
    /// End this transport now, and say [how far it came](crate::Session::lose_transport).
    Close(TransportId),
}

impl Action {
    /// The transport that it is about.
    #[must_use]
    pub const fn transport(self) -> TransportId {
        match self {
            Self::Flush(id) | Self::Close(id) => id,
        }
    }
}

/// What happens to a transport after what [`transmit`](crate::Session::transmit) handed out
/// has been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum AfterTransmit {
    /// It stays open; there may be more at once if the budget was used up.
    KeepOpen,
    /// It ends: a poll's response is complete, a websocket or stream is closed. Say so with
    /// [`lose_transport`](crate::Session::lose_transport) when everything was written, or when it
    /// cannot be.
    Finish,
}

/// Orders that the driver has not fetched, the oldest first. There is hardly ever more than one,
/// which takes no memory of its own.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    first: Option<Action>,
    /// Empty if there is no first.
    rest: Vec<Action>,
}

impl Orders {
    pub(crate) fn push(&mut self, action: Action) {
        match self.first {
            None => self.first = Some(action),
            Some(_) => self.rest.push(action),
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Action> {
        let action = self.first.take()?;
        if self.rest.is_empty() {
            self.rest = Vec::new();
        } else {
            self.first = Some(self.rest.remove(0));
        }
        Some(action)
    }

    pub(crate) fn contains(&self, action: Action) -> bool {
        self.first == Some(action) || self.rest.contains(&action)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_keep_their_order() {
        let flush = |id: u64| Action::Flush(TransportId(id));
        let mut orders = Orders::default();
        assert_eq!(orders.pop(), None);
        for id in 1..=3 {
            orders.push(flush(id));
        }
        assert!(orders.contains(flush(1)) && orders.contains(flush(3)));
        assert_eq!(orders.pop(), Some(flush(1)));
        orders.push(flush(4));
        for id in 2..=4 {
            assert!(!orders.is_empty());
            assert_eq!(orders.pop(), Some(flush(id)));
        }
        assert!(orders.is_empty());
        assert!(!orders.contains(flush(4)));
    }
}
