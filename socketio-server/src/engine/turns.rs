//! Events on their way through handlers: one at a time for each session, in order.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use socketio_proto::ErrorReason;
use socketio_session::{DisconnectReason, Event, Fault, FaultKind, JoinRequest, ReplyTo};
use tracing::{Span, debug, debug_span};

use super::{Engine, Membership, NextEvent, SessionAddress};
use crate::handlers::{
    Admission, AdmissionFuture, EventContext, HandlerError, HandlerFuture, OwedReply, ReplyArgs,
    Trigger,
};
use crate::socket::Socket;

/// A handler at work on one event, and what is to be done with its outcome.
struct Turn {
    socket: Socket,
    work: Work,
    stage: Stage,
    span: Span,
}

/// What is awaited.
enum Work {
    Handler(HandlerFuture),
    Admission(AdmissionFuture),
}

/// What it came to.
enum Outcome {
    Handler(Result<ReplyArgs, HandlerError>),
    Admission(Result<Admission, HandlerError>),
}

/// What a turn is about.
enum Stage {
    /// A handler whose return value answers, if an answer is asked for.
    Handler { owed: OwedReply },
    /// The decision about a join.
    Join(JoinRequest),
    /// The handler for faults: its own faults go no further than the hook.
    Fault,
    /// The last handler of a membership.
    Disconnect,
}

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
                content, reply_to, ..
            } => self.start_handler(socket?, Trigger::Received(content), reply_to),
            Event::Joined { query, .. } => {
                let socket = socket?;
                debug!(session = ?socket.id(), namespace = socket.namespace(), "joined");
                self.start_handler(socket, Trigger::Connect { query }, None)
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

    fn start_handler(
        self: &Arc<Self>,
        socket: Socket,
        trigger: Trigger,
        reply_to: Option<ReplyTo>,
    ) -> Option<Turn> {
        let handlers = self.handlers(socket.namespace_id())?;
        let Some((handler, concurrent)) = handlers.find(&trigger) else {
            return self.nothing_handles(socket, &trigger, reply_to);
        };
        let span = debug_span!("handler", session = ?socket.id(), namespace = socket.namespace(),
            event = trigger.method());
        let mut context = EventContext {
            socket: socket.clone(),
            trigger,
            owed: reply_to.into(),
        };
        let called = catch_unwind(AssertUnwindSafe(|| {
            span.in_scope(|| handler.call(&mut context))
        }));
        let EventContext { trigger, owed, .. } = context;
        let kind = match called {
            Ok(Ok(work)) => {
                let (work, stage) = (Work::Handler(work), Stage::Handler { owed });
                let turn = Turn {
                    socket,
                    work,
                    stage,
                    span,
                };
                return if concurrent {
                    self.run_beside(turn)
                } else {
                    Some(turn)
                };
            }
            Ok(Err(rejection)) => FaultKind::InvalidArguments {
                event: Box::from(trigger.method()),
                why: rejection.0.into_boxed_str(),
            },
            Err(_) => failure(HandlerError::panicked()),
        };
        match trigger {
            // A handler for faults that cannot take faults must not get this one as well, and
            // who has left is to be told nothing any more.
            Trigger::Fault(_) | Trigger::Disconnect(_) => self.report(&socket, kind),
            _ => self.answer_fault(socket, kind, owed.for_failure()),
        }
    }

    /// Lets a turn run beside the next ones, unless there are too many already.
    fn run_beside(self: &Arc<Self>, mut turn: Turn) -> Option<Turn> {
        let membership = turn.socket.membership();
        let limit = self.settings.limits.concurrent_handlers;
        if membership.concurrent.load(Ordering::Relaxed) >= limit {
            return Some(turn);
        }
        let mut nobody = Context::from_waker(Waker::noop());
        if Pin::new(&mut turn).poll(&mut nobody).is_pending() {
            let beside = Beside::new(&turn.socket);
            self.executor.spawn(Box::pin(async move {
                turn.await;
                drop(beside);
            }));
        }
        None
    }

    /// Connects, disconnects and faults need no handler; everything else does.
    fn nothing_handles(
        self: &Arc<Self>,
        socket: Socket,
        trigger: &Trigger,
        reply_to: Option<ReplyTo>,
    ) -> Option<Turn> {
        match trigger {
            Trigger::Received(_) => {
                let kind = FaultKind::NoSuchMethod(Box::from(trigger.method()));
                self.answer_fault(socket, kind, reply_to)
            }
            Trigger::Connect { .. } | Trigger::Disconnect(_) | Trigger::Fault(_) => None,
        }
    }

    fn start_join(self: &Arc<Self>, socket: Socket, request: JoinRequest) -> Turn {
        let trigger = Trigger::Connect {
            query: Box::from(request.query()),
        };
        let mut context = EventContext {
            socket: socket.clone(),
            trigger,
            owed: OwedReply::Nothing,
        };
        let authorizer = self
            .handlers(request.namespace())
            .and_then(|it| it.authorizer.as_ref());
        let called = catch_unwind(AssertUnwindSafe(|| authorizer?.call(&mut context).ok()));
        let deadline = self
            .executor
            .sleep(self.settings.limits.authorization_timeout);
        let work = Work::Admission(Box::pin(async move {
            let late = async {
                deadline.await;
                Err(HandlerError::new(
                    "authorization_timeout",
                    "the authorization took too long",
                ))
            };
            match called {
                Ok(Some(decision)) => futures_lite::future::or(decision, late).await,
                Ok(None) => Ok(Admission::Refuse),
                Err(_) => Err(HandlerError::panicked()),
            }
        }));
        let span = debug_span!("authorize", session = ?socket.id(), namespace = socket.namespace());
        Turn {
            socket,
            work,
            stage: Stage::Join(request),
            span,
        }
    }

    fn start_disconnect(
        self: &Arc<Self>,
        socket: Socket,
        reason: DisconnectReason,
    ) -> Option<Turn> {
        debug!(session = ?socket.id(), namespace = socket.namespace(), %reason, "left");
        let turn = self.start_handler(socket.clone(), Trigger::Disconnect(reason), None);
        match turn {
            Some(turn) => Some(Turn {
                stage: Stage::Disconnect,
                ..turn
            }),
            None => {
                self.end_membership(socket.membership());
                None
            }
        }
    }

    /// Tells the client about a fault, and then whoever wants to hear of it.
    fn answer_fault(
        self: &Arc<Self>,
        socket: Socket,
        kind: FaultKind,
        reply_to: Option<ReplyTo>,
    ) -> Option<Turn> {
        let namespace = socket.namespace_id();
        let fault = self.with_session(socket.address(), |mut session| {
            session.answer_fault(namespace, kind, reply_to)
        })?;
        self.start_fault(socket.address(), Some(socket), fault)
    }

    fn start_fault(
        self: &Arc<Self>,
        at: SessionAddress,
        socket: Option<Socket>,
        fault: Fault,
    ) -> Option<Turn> {
        let id = match &socket {
            Some(socket) => socket.id(),
            None => self.with_session(at, |session| session.id())?,
        };
        debug!(session = ?id, %fault, "fault");
        self.hooks.hear_of(id, &fault);
        let socket = socket?;
        let turn = self.start_handler(socket, Trigger::Fault(fault), None)?;
        Some(Turn {
            stage: Stage::Fault,
            ..turn
        })
    }

    /// What a turn came to. It may be another turn: that of the handler for faults.
    fn conclude(self: &Arc<Self>, socket: &Socket, stage: Stage, outcome: Outcome) -> Option<Turn> {
        match (stage, outcome) {
            (Stage::Join(request), Outcome::Admission(decision)) => {
                self.decide(socket, request, decision)
            }
            (Stage::Handler { owed }, Outcome::Handler(Ok(args))) => {
                // A session that has ended needs no answer.
                let _ = socket.answer(owed.for_value()?, &args);
                None
            }
            (Stage::Handler { owed }, Outcome::Handler(Err(error))) => {
                self.answer_fault(socket.clone(), failure(error), owed.for_failure())
            }
            (Stage::Disconnect, Outcome::Handler(result)) => {
                self.end_membership(socket.membership());
                self.report(socket, failure(result.err()?))
            }
            (Stage::Fault, Outcome::Handler(Err(error))) => self.report(socket, failure(error)),
            _ => None,
        }
    }

    fn decide(
        self: &Arc<Self>,
        socket: &Socket,
        request: JoinRequest,
        decision: Result<Admission, HandlerError>,
    ) -> Option<Turn> {
        let admitted = self.with_session(socket.address(), |mut session| {
            let refusal = match &decision {
                Ok(Admission::Admit) => return session.admit(request).is_ok(),
                Ok(Admission::Refuse) => Some(ErrorReason::Unauthorized),
                Ok(Admission::RefuseBecause(reason)) => Some(*reason),
                Err(_) => None,
            };
            // If the session is over, nobody is there to be refused.
            let _ = session.refuse(request, refusal);
            false
        });
        if admitted != Some(true) {
            self.end_membership(socket.membership());
        }
        self.report(socket, failure(decision.err()?))
    }

    /// A failure that nobody can answer any more still reaches the hook.
    fn report(self: &Arc<Self>, socket: &Socket, kind: FaultKind) -> Option<Turn> {
        let fault = Fault {
            namespace: Some(socket.namespace_id()),
            endpoint: Box::from(socket.namespace()),
            kind,
        };
        debug!(session = ?socket.id(), %fault, "handler failed");
        self.hooks.hear_of(socket.id(), &fault);
        None
    }

    fn end_membership(self: &Arc<Self>, membership: &Arc<Membership>) {
        let namespace = membership.namespace;
        self.with_session(membership.at, |mut session| {
            session.data().forget_membership(namespace);
        });
        membership.end();
    }
}

fn failure(error: HandlerError) -> FaultKind {
    FaultKind::HandlerFailed {
        name: Box::from(&*error.name),
        message: error.message.into_boxed_str(),
    }
}

impl Work {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        match self {
            Self::Handler(work) => work.as_mut().poll(cx).map(Outcome::Handler),
            Self::Admission(work) => work.as_mut().poll(cx).map(Outcome::Admission),
        }
    }

    /// As if it had failed.
    fn panicked(&self) -> Outcome {
        match self {
            Self::Handler(_) => Outcome::Handler(Err(HandlerError::panicked())),
            Self::Admission(_) => Outcome::Admission(Err(HandlerError::panicked())),
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
            let stage = std::mem::replace(&mut self.stage, Stage::Fault);
            let engine = Arc::clone(self.socket.engine());
            match engine.conclude(&self.socket, stage, outcome) {
                Some(next) => *self = next,
                None => return Poll::Ready(()),
            }
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
