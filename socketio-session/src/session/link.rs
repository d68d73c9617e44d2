//! The transport that carries a session now, and those that it replaced.

use alloc::boxed::Box;
use alloc::vec::Vec;

use socketio_proto::{TransportKind, TransportName};

use crate::action::TransportId;
use crate::time::Instant;

/// How a transport was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The client ended it in an orderly way: for a websocket or a stream that is a farewell.
    Ended,
    /// It broke. The client may come back within the close timeout.
    Broken,
}

/// What the session is attached to.
#[derive(Debug)]
pub(super) enum Link {
    /// No transport yet, or none any more.
    None,
    Open(OpenTransport),
    /// It was handed its last packets and has not said yet whether it has written them. Must
    /// have done so by `until`.
    Finishing {
        id: TransportId,
        kind: TransportKind,
        until: Instant,
    },
    /// None right now; one must come by `until`.
    Gone {
        until: Instant,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct OpenTransport {
    pub(super) id: TransportId,
    pub(super) kind: TransportKind,
    /// When a poll without news is answered and, once it was released, when it is given up;
    /// `None` for what stays open, and after the session's end, which has a deadline of its own.
    pub(super) hold_until: Option<Instant>,
    /// The poll was held long enough.
    pub(super) released: bool,
    /// The session was over when it came: it is there for what may be left.
    pub(super) came_late: bool,
    /// A stream was handed packets, and has not asked for more since: it may still be at them.
    pub(super) carries: bool,
}

impl Link {
    pub(super) const fn open_id(&self) -> Option<TransportId> {
        match self {
            Self::Open(open) => Some(open.id),
            Self::None | Self::Finishing { .. } | Self::Gone { .. } => None,
        }
    }

    /// The transport that is open or writing its last packets.
    pub(super) const fn id(&self) -> Option<TransportId> {
        match self {
            Self::Open(OpenTransport { id, .. }) | Self::Finishing { id, .. } => Some(*id),
            Self::None | Self::Gone { .. } => None,
        }
    }

    /// What kind of transport this is, if it is open or writing its last packets.
    pub(super) fn kind_of(&self, id: TransportId) -> Option<TransportKind> {
        match self {
            Self::Open(OpenTransport { id: it, kind, .. })
            | Self::Finishing { id: it, kind, .. } => (*it == id).then_some(*kind),
            Self::None | Self::Gone { .. } => None,
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::None => None,
            Self::Open(open) => open.hold_until,
            Self::Finishing { until, .. } | Self::Gone { until } => Some(*until),
        }
    }
}

/// Transports that a newer one replaced and that do not know it yet, and the name of the
/// latest: a session that is taken up on a transport of another name is greeted again.
#[derive(Debug, Default)]
pub(super) struct Predecessors {
    /// Boxed, because most sessions never have one.
    remaining: Option<Box<Remaining>>,
    latest: Option<TransportName>,
}

#[derive(Debug, Default)]
struct Remaining {
    replaced: Vec<(TransportId, TransportKind)>,
    /// The one that may still be writing what it was handed, and when it must have said what
    /// became of it. There is never another: until then, nobody else is handed anything.
    unsettled: Option<(TransportId, Instant)>,
}

impl Predecessors {
    /// Notes the newest transport's name; true if the one before had another, or if there was
    /// none.
    pub(super) fn is_change(&mut self, name: TransportName) -> bool {
        self.latest.replace(name) != Some(name)
    }

    pub(super) fn add(&mut self, id: TransportId, kind: TransportKind) {
        self.make_room().replaced.push((id, kind));
    }

    pub(super) fn remove(&mut self, id: TransportId) -> Option<TransportKind> {
        let replaced = &mut self.remaining.as_mut()?.replaced;
        let at = replaced.iter().position(|(it, _)| *it == id)?;
        let (_, kind) = replaced.swap_remove(at);
        self.give_up_room();
        Some(kind)
    }

    pub(super) fn await_settlement(&mut self, id: TransportId, until: Instant) {
        self.make_room().unsettled = Some((id, until));
    }

    /// The transport has said what became of what it was handed; true if that was awaited.
    pub(super) fn settle(&mut self, id: TransportId) -> bool {
        let awaited = self.unsettled().is_some_and(|(awaited, _)| awaited == id);
        if awaited {
            self.stop_waiting();
        }
        awaited
    }

    /// What is being written is not wanted back any more. Returns who writes it.
    pub(super) fn stop_waiting(&mut self) -> Option<TransportId> {
        let (id, _) = self.remaining.as_mut()?.unsettled.take()?;
        self.give_up_room();
        Some(id)
    }

    pub(super) fn is_unsettled(&self) -> bool {
        self.unsettled().is_some()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.unsettled().map(|(_, until)| until)
    }

    /// Forgets those that were replaced.
    pub(super) fn take_ids(&mut self) -> impl Iterator<Item = TransportId> + use<> {
        let remaining = self.remaining.as_mut();
        let replaced = remaining.map(|it| core::mem::take(&mut it.replaced));
        self.give_up_room();
        replaced.unwrap_or_default().into_iter().map(|(id, _)| id)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.remaining.is_none()
    }

    fn unsettled(&self) -> Option<(TransportId, Instant)> {
        self.remaining.as_ref()?.unsettled
    }

    fn make_room(&mut self) -> &mut Remaining {
        self.remaining.get_or_insert_default()
    }

    /// Keeps nothing for nobody.
    fn give_up_room(&mut self) {
        let is_needed = |it: &Remaining| !it.replaced.is_empty() || it.unsettled.is_some();
        if !self.remaining.as_deref().is_some_and(is_needed) {
            self.remaining = None;
        }
    }

    pub(super) const fn latest(&self) -> Option<TransportName> {
        self.latest
    }
}
