//! Transports come, replace each other, and go.
//!
//! What is handed to a transport stays the session's until the transport has said that it was
//! written. Meanwhile a newer transport gets nothing: what it got could overtake.

use socketio_proto::{TransportKind, TransportName};

use super::closing::Goodbye;
use super::link::{Link, Loss, OpenTransport};
use super::{Phase, Session};
use crate::action::{Action, TransportId};
use crate::error::PeerError;
use crate::heartbeat::Heartbeat;
use crate::outbox::{OutgoingPacket, Worth};
use crate::reason::DisconnectReason;
use crate::time::Instant;

impl Session {
    /// A transport of the client asks to carry the session. It replaces the one before: an
    /// older poll is answered, an older websocket or stream is closed. If the older one is
    /// still writing, it is to stop; the newer one gets nothing until it has said what it wrote.
    ///
    /// The session greets the client when it is taken up for the first time and when it is
    /// taken up on a transport of another name: the real client, falling back from a transport
    /// that seemed dead, waits for a second greeting (the reference server never sends one).
    ///
    /// # Errors
    /// [`PeerError::Closed`] if the session is over and nothing is left to fetch.
    pub fn open_transport(
        &mut self,
        now: Instant,
        id: TransportId,
        name: TransportName,
    ) -> Result<(), PeerError> {
        let now = self.advance(now);
        match self.phase {
            Phase::Closed { reason, .. } if !self.may_have_more() => {
                return Err(PeerError::Closed(reason));
            }
            _ => {}
        }
        self.counters.requests += 1;
        self.connect();
        self.replace_transport();
        if self.predecessors.is_change(name) {
            self.greeting_due = true;
        }
        let kind = name.kind();
        let hold_until = match kind {
            TransportKind::LongPoll if !self.is_closed() => {
                Some(now + self.config.polling_duration)
            }
            _ => None,
        };
        self.link = Link::Open(OpenTransport {
            id,
            kind,
            hold_until,
            released: false,
            came_late: self.is_closed(),
            carries: false,
        });
        self.start_heartbeat(kind);
        self.flush_ordered = false;
        if self.has_output() {
            self.order_flush();
        }
        Ok(())
    }

    /// Whether there may be something to fetch after the end: what is being written may come
    /// back.
    pub(super) fn may_have_more(&self) -> bool {
        !self.outbox.is_empty()
            || matches!(self.link, Link::Finishing { .. })
            || self.predecessors.is_unsettled()
    }

    fn replace_transport(&mut self) {
        let until = self.now + self.config.close_timeout;
        match &self.link {
            Link::Open(old) => {
                self.predecessors.add(old.id, old.kind);
                if old.carries {
                    self.predecessors.await_settlement(old.id, until);
                }
                self.actions.push_back(Action::Flush(old.id));
            }
            Link::Finishing { id, .. } => {
                self.predecessors.await_settlement(*id, until);
                self.actions.push_back(Action::Close(*id));
            }
            Link::None | Link::Gone { .. } => {}
        }
    }

    fn start_heartbeat(&mut self, kind: TransportKind) {
        self.heartbeat = match (kind, self.config.heartbeat_interval, self.phase) {
            (TransportKind::LongPoll, _, _) | (_, None, _) | (_, _, Phase::Closed { .. }) => {
                Heartbeat::Off
            }
            (_, Some(interval), _) => Heartbeat::DueAt(self.now + interval),
        };
    }

    /// A stream has written everything that it was handed, and will ask for more when it has
    /// room: until then a newer transport need not wait for it.
    pub fn settle(&mut self, now: Instant, id: TransportId) {
        self.advance(now);
        if let Link::Open(open) = &mut self.link {
            if open.id == id {
                open.carries = false;
                return;
            }
        }
        if self.predecessors.settle(id) {
            self.go_on();
        }
    }

    /// A transport has ended, however it came to that. `undelivered` is what it was handed and has
    /// not written to its end, in the order of [`transmit`](Self::transmit); nothing, if everything
    /// was written.
    ///
    /// A poll that was answered carries the session until this is said of it, and so does a
    /// websocket or stream that was handed its last packets. To say it twice, or of a transport
    /// that the session has let go of, does no harm.
    ///
    /// What is undelivered goes out first on the next transport, unless nobody is going to ask for
    /// it: an orderly end of the websocket or stream that carries the session is a farewell, and a
    /// session that ended without a goodbye keeps nothing. The outbox may hold more than its limits
    /// allow by what comes back; new packets find no room then.
    pub fn lose_transport(
        &mut self,
        now: Instant,
        id: TransportId,
        loss: Loss,
        undelivered: impl IntoIterator<Item = OutgoingPacket, IntoIter: DoubleEndedIterator>,
    ) {
        let now = self.advance(now);
        let _ = self.predecessors.remove(id);
        if self.predecessors.settle(id) {
            self.put_back(undelivered);
            self.go_on();
            return;
        }
        let Some(kind) = self.link.kind_of(id) else {
            return;
        };
        self.put_back(undelivered);
        self.heartbeat = Heartbeat::Off;
        self.detach(now, kind, loss);
    }

    /// The session has no transport any more, for now or for ever.
    fn detach(&mut self, now: Instant, kind: TransportKind, loss: Loss) {
        let farewell = kind != TransportKind::LongPoll && loss == Loss::Ended;
        self.link = Link::Gone {
            until: now + self.config.close_timeout,
        };
        match self.phase {
            // Who has said goodbye in one way or the other comes back for nothing.
            Phase::Closed { reason, .. }
                if farewell
                    || (reason == DisconnectReason::ClientDisconnected && loss == Loss::Broken) =>
            {
                self.drop_output();
                self.link = Link::None;
            }
            Phase::Closed { drain_by, .. } if !self.outbox.is_empty() => {
                self.link = Link::Gone { until: drain_by };
            }
            Phase::Closed { .. } => self.link = Link::None,
            _ if farewell => self.close(DisconnectReason::TransportClosed, Goodbye::Omit),
            _ => {}
        }
    }

    /// Queues packets that were not delivered before all others.
    fn put_back(
        &mut self,
        undelivered: impl IntoIterator<Item = OutgoingPacket, IntoIter: DoubleEndedIterator>,
    ) {
        if self.keeps_nothing {
            return;
        }
        for packet in undelivered.into_iter().rev() {
            match packet.worth() {
                Worth::Greeting => self.greeting_due = true,
                Worth::Droppable | Worth::Essential => {
                    if self.outbox.put_back(packet).is_err() {
                        self.run_out_of_memory();
                        return;
                    }
                }
                // The next transport has its own.
                Worth::Heartbeat | Worth::Noop => {}
            }
        }
    }

    /// It is known what became of everything that older transports were handed: the newest may
    /// go on.
    pub(super) fn go_on(&mut self) {
        if self.is_closed() && self.outbox.is_empty() {
            // The client has its goodbye; who comes with another transport is not greeted.
            self.greeting_due = false;
        }
        if self.has_output() {
            self.order_flush();
        }
    }
}
