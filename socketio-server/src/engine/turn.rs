//! A handler at work on one event, and what is done with its outcome.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use socketio_session::JoinRequest;
use tracing::Span;

use super::Engine;
use super::joining::{JoinFuture, Refusal};
use crate::contained::drop_contained;
use crate::handlers::{
    Dispatch, DispatchFuture, HandlerError, HandlerFuture, HandlerOutcome, OwedReply, Trigger,
};
use crate::socket::Socket;

/// A handler at work on one event, and what is to be done with its outcome.
pub(super) struct Turn {
    pub(super) socket: Socket,
    pub(super) work: Work,
    pub(super) stage: Stage,
    pub(super) span: Span,
}

/// What is awaited.
pub(super) enum Work {
    Handler(HandlerFuture),
    Join(JoinFuture),
    Dispatch(DispatchFuture),
    /// Nothing any more.
    Spent,
}

/// What it came to.
pub(super) enum Outcome {
    Handler(HandlerOutcome),
    Join(Result<(), Refusal>),
    Dispatch(Result<Dispatch, HandlerError>),
}

/// What a turn is about.
pub(super) enum Stage {
    /// A handler whose return value answers, if an answer is asked for.
    Handler { owed: OwedReply },
    /// The decision about a join.
    Join(JoinRequest),
    /// The decision about a packet.
    Dispatch { trigger: Trigger, owed: OwedReply },
    /// The handler for faults: its own faults go no further than the hook.
    Fault,
    /// The last handler of a membership.
    Disconnect,
}

impl Turn {
    pub(super) fn at_stage(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

impl Engine {
    /// What a turn came to. It may be another turn: that of the handler for faults, or of the
    /// handler that a dispatcher chose.
    fn conclude(self: &Arc<Self>, socket: &Socket, stage: Stage, outcome: Outcome) -> Option<Turn> {
        match (stage, outcome) {
            (Stage::Join(request), Outcome::Join(decision)) => {
                self.decide(socket, request, decision)
            }
            (Stage::Dispatch { trigger, owed }, Outcome::Dispatch(decision)) => {
                self.follow_dispatch(socket.clone(), trigger, owed, decision)
            }
            (Stage::Handler { owed }, Outcome::Handler(Ok(args))) => {
                // A session that has ended needs no answer.
                let _ = socket.answer(owed.for_value()?, &args);
                None
            }
            (Stage::Handler { owed }, Outcome::Handler(Err(error))) => {
                self.answer_fault(socket.clone(), error.into_fault(), owed.for_failure())
            }
            (Stage::Disconnect, Outcome::Handler(result)) => {
                self.end_membership(socket.membership());
                self.report(socket, result.err()?.into_fault())
            }
            (Stage::Fault, Outcome::Handler(Err(error))) => self.report(socket, error.into_fault()),
            _ => None,
        }
    }
}

impl Work {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self {
            Self::Handler(work) => work.as_mut().poll(cx).map(Outcome::Handler),
            Self::Join(work) => work.as_mut().poll(cx).map(Outcome::Join),
            Self::Dispatch(work) => work.as_mut().poll(cx).map(Outcome::Dispatch),
            Self::Spent => Poll::Pending,
        }
    }

    /// As if it had failed.
    fn panicked(&self) -> Outcome {
        match self {
            Self::Handler(_) | Self::Spent => Outcome::Handler(Err(HandlerError::panicked())),
            Self::Join(_) => Outcome::Join(Err(HandlerError::panicked().into())),
            Self::Dispatch(_) => Outcome::Dispatch(Err(HandlerError::panicked())),
        }
    }
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Self { work, span, .. } = &mut *self;
            let polled = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| work.poll(cx))));
            let outcome = match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(outcome)) => outcome,
                Err(_) => self.work.panicked(),
            };
            // A future may hold values of users beyond its end.
            drop_contained(std::mem::replace(&mut self.work, Work::Spent));
            let stage = std::mem::replace(&mut self.stage, Stage::Fault);
            let engine = Arc::clone(self.socket.engine());
            match engine.conclude(&self.socket, stage, outcome) {
                Some(next) => *self = next,
                None => return Poll::Ready(()),
            }
        }
    }
}
