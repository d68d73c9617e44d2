//! Orders to the driver.

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
