//! The way to the end.

use socketio_proto::Body;

use super::link::Link;
use super::{Phase, Session};
use crate::acks::{AckFailure, AckOutcome};
use crate::action::Action;
use crate::heartbeat::Heartbeat;
use crate::inbox::Arrival;
use crate::reason::DisconnectReason;

/// Whether the client is told that the session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// The disconnect packet follows whatever is queued. Without an open transport it waits
    /// for one until the close timeout: a client that finds its session gone without a word
    /// would connect again for ever.
    Send,
    /// What is queued is still sent, but nothing behind it: the client is to think that it lost
    /// its connection, and to come back.
    Silent,
    /// Nobody is there to hear it, or the connection is not worth it.
    Omit,
}

impl Session {
    /// Ends the session, once. The application hears of everything that arrived before, of the
    /// end of each membership, and of the end.
    pub(super) fn close(&mut self, reason: DisconnectReason, goodbye: Goodbye) {
        if let Phase::Closed { .. } = self.phase {
            return;
        }
        let drain_by = self.now + self.config.close_timeout;
        self.phase = Phase::Closed { reason, drain_by };
        self.heartbeat = Heartbeat::Off;
        self.fail_awaited_acks(reason);
        self.announce_end(reason);
        match goodbye {
            Goodbye::Send => {
                let packet = self.encode("", Body::Disconnect);
                self.outbox.push_goodbye(packet);
            }
            Goodbye::Silent => {}
            Goodbye::Omit => {
                self.drop_output();
                let unsettled = self.predecessors.stop_waiting();
                if let Some(id) = unsettled {
                    self.actions.push_back(Action::Close(id));
                }
            }
        }
        let more = self.may_have_more();
        match (&mut self.link, goodbye) {
            (Link::Open(open), _) => {
                open.hold_until = None;
                self.order_flush();
            }
            (Link::Finishing { until, .. }, Goodbye::Send | Goodbye::Silent) => *until = drain_by,
            (Link::Finishing { id, .. }, Goodbye::Omit) => {
                self.actions.push_back(Action::Close(*id));
                self.link = Link::None;
            }
            (_, Goodbye::Silent) if !more => self.link = Link::None,
            (_, Goodbye::Send | Goodbye::Silent) => self.link = Link::Gone { until: drain_by },
            (_, Goodbye::Omit) => self.link = Link::None,
        }
    }

    /// Nothing more is for the client, not even what comes back undelivered.
    pub(super) fn drop_output(&mut self) {
        self.outbox.clear();
        self.greeting_due = false;
        self.keeps_nothing = true;
    }

    fn fail_awaited_acks(&mut self, reason: DisconnectReason) {
        let outcomes = &mut self.ack_outcomes;
        self.acks.take_in(None, |ack| {
            outcomes.push_back(AckOutcome {
                ack,
                result: Err(AckFailure::Disconnected(reason)),
            });
        });
    }

    fn announce_end(&mut self, reason: DisconnectReason) {
        if matches!(
            reason,
            DisconnectReason::ServerDisconnected | DisconnectReason::ShuttingDown
        ) {
            // Who sends a client away wants to hear no more from it.
            self.inbox.keep_news();
        }
        self.inbox.push_news(Arrival::End { reason });
    }

    /// Nobody fetched the rest in time, or the application never decided about a join.
    pub(super) fn give_up_draining(&mut self) {
        self.drop_output();
        self.join_pending = false;
        let unsettled = self.predecessors.stop_waiting();
        let current = self.link.id();
        let replaced = self.predecessors.take_ids();
        for id in unsettled.into_iter().chain(current).chain(replaced) {
            let close = Action::Close(id);
            if self.actions.iter().all(|action| *action != close) {
                self.actions.push_back(close);
            }
        }
        self.link = Link::None;
    }
}
