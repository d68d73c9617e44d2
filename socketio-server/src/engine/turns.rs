//! Events on their way through handlers: one at a time for each session, in order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use socketio_session::{DisconnectReason, Event};
use tracing::debug;

use super::turn::{Stage, Turn};
use super::{Engine, Membership, NextEvent, SessionAddress};
use crate::handlers::{OwedReply, Trigger};
use crate::socket::Socket;

impl Engine {
    /// Works on an event, and on those behind it, on the spot as long as no handler has to wait;
    /// the first that waits goes on in a task of its own, and the rest with it. True if the
    /// session wants further input.
    pub(crate) fn run_turns(self: &Arc<Self>, at: SessionAddress, first: NextEvent) -> bool {
        let mut next = first;
        loop {
            if let Some(mut turn) = self.start_turn(at, next) {
                let mut nobody = Context::from_waker(Waker::noop());
                if Pin::new(&mut turn).poll(&mut nobody).is_pending() {
                    let rest = Arc::clone(self).finish_turns(at, Some(turn));
                    self.executor.spawn(Box::pin(rest));
                    return self.with_session(at, |session| session.wants_input()) != Some(false);
                }
            }
            match self.next_turn(at) {
                (Some(event), _) => next = event,
                (None, wants_input) => return wants_input,
            }
        }
    }

    /// Works on an event and those behind it in a task of its own.
    pub(super) fn spawn_turns(self: &Arc<Self>, at: SessionAddress, first: NextEvent) {
        let engine = Arc::clone(self);
        self.executor.spawn(Box::pin(async move {
            let turn = engine.start_turn(at, first);
            engine.finish_turns(at, turn).await;
        }));
    }

    /// Works on a turn that has to wait, and on the events behind it.
    async fn finish_turns(self: Arc<Self>, at: SessionAddress, first: Option<Turn>) {
        let mut turn = first;
        loop {
            if let Some(turn) = turn {
                turn.await;
            }
            let (Some(event), _) = self.next_turn(at) else {
                return;
            };
            turn = self.start_turn(at, event);
        }
    }

    /// The session's next event, and whether it wants further input.
    fn next_turn(self: &Arc<Self>, at: SessionAddress) -> (Option<NextEvent>, bool) {
        let next = self.with_session(at, |mut session| {
            let next = NextEvent::take(&mut session, at);
            let wants_input = session.wants_input();
            let fed = match wants_input {
                true => session.data().links.feed(),
                false => Vec::new(),
            };
            (next, wants_input, fed)
        });
        let Some((next, wants_input, fed)) = next else {
            return (None, true);
        };
        for waker in fed {
            waker.wake();
        }
        (next, wants_input)
    }

    /// Starts the handler for an event; `None` if there is nothing to wait for.
    fn start_turn(self: &Arc<Self>, at: SessionAddress, next: NextEvent) -> Option<Turn> {
        let NextEvent { event, membership } = next;
        let socket = membership.map(|membership| Socket::new(Arc::clone(self), membership));
        match event {
            Event::Received {
                content,
                reply_to,
                acknowledged,
                ..
            } => {
                let owed = OwedReply::new(reply_to, acknowledged);
                self.start_received(socket?, Trigger::Received(content), owed)
            }
            Event::Joined { query, .. } => {
                let socket = socket?;
                debug!(session = ?socket.id(), namespace = socket.namespace(), "joined");
                self.start_handler(socket, Trigger::Connect { query }, OwedReply::Nothing)
            }
            Event::Joining(request) => Some(self.start_join(socket?, request)),
            Event::Left { reason, .. } => self.start_disconnect(socket?, reason),
            Event::Fault(fault) => self.start_fault(at, socket, fault),
            Event::Closed { reason } => {
                debug!(?at, %reason, "session closed");
                None
            }
        }
    }

    fn start_disconnect(
        self: &Arc<Self>,
        socket: Socket,
        reason: DisconnectReason,
    ) -> Option<Turn> {
        debug!(session = ?socket.id(), namespace = socket.namespace(), %reason, "left");
        let trigger = Trigger::Disconnect(reason);
        match self.start_handler(socket.clone(), trigger, OwedReply::Nothing) {
            Some(turn) => Some(turn.at_stage(Stage::Disconnect)),
            None => {
                self.end_membership(socket.membership());
                None
            }
        }
    }

    pub(super) fn end_membership(self: &Arc<Self>, membership: &Arc<Membership>) {
        let namespace = membership.namespace;
        self.with_session(membership.at, |mut session| {
            session.data().forget_membership(namespace);
        });
        membership.end();
    }
}
