//! From what happened to a handler at work.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Waker};

use socketio_session::{Content, FaultKind};
use tracing::debug_span;

use super::turn::{Stage, Turn, Work};
use super::{Engine, Membership};
use crate::contained::{Panicked, call_contained};
use crate::handlers::{EventContext, HandlerError, OwedReply, Trigger};
use crate::socket::Socket;

impl Engine {
    /// Starts the handler for what happened; `None` if there is nothing to wait for.
    pub(super) fn start_handler(
        self: &Arc<Self>,
        socket: Socket,
        trigger: Trigger,
        owed: OwedReply,
    ) -> Option<Turn> {
        let namespace = socket.namespace_id();
        let handlers = self.handlers(namespace)?;
        let Some((handler, concurrent)) = handlers.find(&trigger) else {
            return self.nothing_handles(socket, &trigger, owed);
        };
        let span = debug_span!("handler", session = ?socket.id(), namespace = socket.namespace(),
            event = trigger.method());
        let mut context = EventContext {
            socket: socket.clone(),
            trigger,
            owed,
        };
        if !handlers.layers.is_empty() {
            let inside = handlers.layers.around_handler(Arc::clone(handler));
            let owed = context.owed.share_with_another(&socket);
            let work = Work::Handler(self.timed(namespace, inside.run(context)));
            let turn = Turn::new(socket, work, Stage::Handler { owed }, span);
            return self.run_turn(turn, concurrent);
        }
        let called = call_contained(|| span.in_scope(|| handler.call(&mut context)));
        let EventContext { trigger, owed, .. } = context;
        let error = match called {
            Ok(Ok(work)) => {
                let work = Work::Handler(self.timed(namespace, work));
                let turn = Turn::new(socket, work, Stage::Handler { owed }, span);
                return self.run_turn(turn, concurrent);
            }
            Ok(Err(rejection)) => HandlerError::rejected(trigger.method(), rejection),
            Err(Panicked) => HandlerError::panicked(),
        };
        match trigger {
            // A handler for faults that cannot take faults must not get this one as well, and
            // who has left is to be told nothing any more.
            Trigger::Fault(_) | Trigger::Disconnect(_) => self.report(&socket, error.into_fault()),
            _ => self.answer_fault(socket, error.into_fault(), owed.for_failure()),
        }
    }

    fn run_turn(self: &Arc<Self>, turn: Turn, concurrent: bool) -> Option<Turn> {
        if concurrent {
            self.run_beside(turn)
        } else {
            Some(turn)
        }
    }

    /// Lets a turn run beside the next ones, unless there are too many already.
    fn run_beside(self: &Arc<Self>, mut turn: Turn) -> Option<Turn> {
        let membership = turn.socket().membership();
        let limit = self.settings.limits.concurrent_handlers;
        if membership.concurrent.load(Ordering::Relaxed) >= limit {
            return Some(turn);
        }
        let mut nobody = Context::from_waker(Waker::noop());
        if Pin::new(&mut turn).poll(&mut nobody).is_pending() {
            let beside = Beside::new(turn.socket());
            self.executor.spawn(Box::pin(async move {
                turn.await;
                drop(beside);
            }));
        }
        None
    }

    /// Connects, disconnects, faults and error packets need no handler; everything else does.
    fn nothing_handles(
        self: &Arc<Self>,
        socket: Socket,
        trigger: &Trigger,
        owed: OwedReply,
    ) -> Option<Turn> {
        match trigger {
            Trigger::Received(Content::Error { .. }) => None,
            Trigger::Received(_) => {
                let kind = FaultKind::NoSuchMethod(Box::from(trigger.method()));
                self.answer_fault(socket, kind, owed.for_failure())
            }
            _ => None,
        }
    }
}

/// A handler that runs beside the others, counted.
struct Beside(Arc<Membership>);

impl Beside {
    fn new(socket: &Socket) -> Self {
        let membership = Arc::clone(socket.membership());
        membership.concurrent.fetch_add(1, Ordering::Relaxed);
        Self(membership)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.0.concurrent.fetch_sub(1, Ordering::Relaxed);
    }
}
