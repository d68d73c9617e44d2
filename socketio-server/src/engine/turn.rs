//! A handler at work on one event, and what is done with its outcome.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use socketio_session::JoinRequest;
use tracing::Span;

use super::Engine;
use super::preparing::{JoinFuture, Refusal};
use crate::contained::{Panicked, call_contained, drop_contained};
use crate::handlers::{
    Dispatch, DispatchFuture, HandlerError, HandlerFuture, HandlerOutcome, OwedReply, Trigger,
};
use crate::runtime::BoxedSleep;
use crate::socket::Socket;

/// A handler at work on one event, and what is to be done with its outcome.
pub(super) struct Turn {
    socket: Socket,
    work: Work,
    stage: Stage,
    span: Span,
    deadline: Deadline,
}

/// When a turn has had its time.
enum Deadline {
    /// It has not had to wait yet: what is done on the spot needs no timer.
    Unset,
    At(BoxedSleep),
    Never,
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
    pub(super) const fn new(socket: Socket, work: Work, stage: Stage, span: Span) -> Self {
        Self {
            socket,
            work,
            stage,
            span,
            deadline: Deadline::Unset,
        }
    }

    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(super) fn at_stage(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }
}

impl Turn {
    /// Whether the work, which has to wait, has had its time.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Deadline::Unset = self.deadline {
            let engine = self.socket.engine();
            self.deadline = match engine.time_for(&self.work, &self.socket) {
                Some(time) => Deadline::At(engine.executor.sleep(time)),
                None => Deadline::Never,
            };
        }
        match &mut self.deadline {
            Deadline::At(sleep) => sleep.as_mut().poll(cx),
            Deadline::Unset | Deadline::Never => Poll::Pending,
        }
    }
}

impl Engine {
    /// How long work may take; `None` if it may take for ever.
    fn time_for(&self, work: &Work, socket: &Socket) -> Option<Duration> {
        let limits = &self.settings.limits;
        match work {
            Work::Join(_) => Some(limits.authorization_timeout),
            Work::Handler(_) | Work::Dispatch(_) => self
                .handlers(socket.namespace_id())
                .and_then(|handlers| handlers.timeout)
                .unwrap_or(limits.handler_timeout),
            Work::Spent => None,
        }
    }

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

    /// As if it had failed so.
    fn failed(&self, error: HandlerError) -> Outcome {
        match self {
            Self::Handler(_) | Self::Spent => Outcome::Handler(Err(error)),
            Self::Join(_) => Outcome::Join(Err(error.into())),
            Self::Dispatch(_) => Outcome::Dispatch(Err(error)),
        }
    }

    /// As if it had failed because its time is up.
    fn timed_out(&self) -> Outcome {
        self.failed(match self {
            Self::Join(_) => HandlerError::authorization_timed_out(),
            _ => HandlerError::timed_out(),
        })
    }
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let Self { work, span, .. } = &mut *self;
            let polled = call_contained(|| span.in_scope(|| work.poll(cx)));
            let outcome = match polled {
                Ok(Poll::Pending) => match self.poll_deadline(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => self.work.timed_out(),
                },
                Ok(Poll::Ready(outcome)) => outcome,
                Err(Panicked) => self.work.failed(HandlerError::panicked()),
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
