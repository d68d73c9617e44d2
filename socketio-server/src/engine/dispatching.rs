//! Packets whose way to a handler the application decides about, or whose names it judges.

use std::sync::Arc;

use socketio_session::{Access, Content, FaultKind};
use tracing::debug_span;

use super::Engine;
use super::turn::{Stage, Turn, Work};
use crate::contained::{Panicked, call_contained};
use crate::handlers::{Dispatch, EventContext, HandlerError, OwedReply, Trigger};
use crate::socket::Socket;

impl Engine {
    /// Starts on a packet: with the dispatcher, if there is one, or with the handler.
    pub(super) fn start_received(
        self: &Arc<Self>,
        socket: Socket,
        trigger: Trigger,
        owed: OwedReply,
    ) -> Option<Turn> {
        let namespace = socket.namespace_id();
        let config = self.session_config.namespace(namespace)?;
        if !config.defers_judgement {
            return self.start_handler(socket, trigger, owed);
        }
        let Some(dispatcher) = &self.handlers(namespace)?.dispatcher else {
            return self.judge(socket, trigger, owed);
        };
        let span = debug_span!("dispatch", session = ?socket.id(), namespace = socket.namespace(),
            event = trigger.method());
        let mut context = EventContext {
            socket: socket.clone(),
            trigger,
            owed,
        };
        let called = call_contained(|| span.in_scope(|| dispatcher.call(&mut context)));
        let EventContext { trigger, owed, .. } = context;
        let error = match called {
            Ok(Ok(work)) => {
                let stage = Stage::Dispatch { trigger, owed };
                return Some(Turn::new(socket, Work::Dispatch(work), stage, span));
            }
            Ok(Err(rejection)) => HandlerError::rejected(trigger.method(), rejection),
            Err(Panicked) => HandlerError::panicked(),
        };
        self.answer_fault(socket, error.into_fault(), owed.for_failure())
    }

    /// Does what a dispatcher has decided.
    pub(super) fn follow_dispatch(
        self: &Arc<Self>,
        socket: Socket,
        trigger: Trigger,
        owed: OwedReply,
        decision: Result<Dispatch, HandlerError>,
    ) -> Option<Turn> {
        match decision {
            Ok(Dispatch::Pass) => self.judge(socket, trigger, owed),
            Ok(Dispatch::PassAs(name)) => self.judge(socket, trigger.renamed(&name), owed),
            Ok(Dispatch::Handled(args)) => {
                // A session that has ended needs no answer.
                let _ = socket.answer(owed.for_value()?, &args);
                None
            }
            Ok(Dispatch::Drop) => None,
            Err(error) => self.answer_fault(socket, error.into_fault(), owed.for_failure()),
        }
    }

    /// Starts the handler of a packet if the client may call it.
    fn judge(self: &Arc<Self>, socket: Socket, trigger: Trigger, owed: OwedReply) -> Option<Turn> {
        let kind = match self.access(&socket, &trigger)? {
            Access::Granted => return self.start_handler(socket, trigger, owed),
            Access::Denied(kind) => kind,
            // Sent away while the dispatcher was at work.
            Access::Dismissed => return None,
        };
        self.answer_fault(socket, kind, owed.for_failure())
    }

    fn access(self: &Arc<Self>, socket: &Socket, trigger: &Trigger) -> Option<Access> {
        let namespace = socket.namespace_id();
        let method = trigger.method();
        if let Trigger::Received(Content::Event(_)) = trigger {
            let names = &self.session_config.namespace(namespace)?.event_names;
            // The rule may be a function of the application.
            match call_contained(|| names.allows(method)) {
                Ok(true) => {}
                Ok(false) => {
                    let kind = FaultKind::UnallowedEventName(Box::from(method));
                    return Some(Access::Denied(kind));
                }
                Err(Panicked) => {
                    return Some(Access::Denied(HandlerError::panicked().into_fault()));
                }
            }
        }
        self.with_session(socket.address(), |session| {
            session.access(namespace, method)
        })
    }
}
