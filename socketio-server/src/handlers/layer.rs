//! Layers around handlers.

use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_lite::FutureExt;

use super::context::EventContext;
use super::extract::Rejection;
use super::handler::{ErasedHandler, HandlerFuture};
use super::handler_error::HandlerError;
use super::reply::ReplyArgs;
use super::state::StateType;
use crate::contained::bury;

/// What a handler came to: the answer's arguments, or why there is none.
pub type HandlerOutcome = Result<ReplyArgs, HandlerError>;

/// Something around every handler of a namespace ([`Namespace::layer`](crate::Namespace::layer))
/// or of a server ([`ServerBuilder::layer`](crate::ServerBuilder::layer)), and around the jobs
/// that sockets spawn ([`Socket::spawn`](crate::Socket::spawn)).
///
/// It sees what is about to happen, and what came of it: an answer, an error, or a panic, which
/// has become an error by then. It may change the outcome, keep the handler from running by not
/// calling [`Next::run`], measure, log, or run the rest inside a span. Parameters that could not
/// be extracted are an error among others ([`HandlerError::is_rejection`]).
///
/// An async function or closure of an [`EventContext`] and a [`Next`] is one:
///
/// ```
/// use socketio_server::{EventContext, HandlerError, Namespace, Next};
///
/// Namespace::new("/chat").layer(async |context: EventContext, next: Next| {
///     let name = String::from(context.name());
///     let outcome = next.run(context).await;
///     outcome.map_err(|error| {
///         eprintln!("{name} failed: {error:?}");
///         HandlerError::new("internal", "something went wrong")
///     })
/// });
/// ```
///
/// Layers nest in the order in which they were added, the first outermost, those of the server
/// around those of the namespace. They are not called for packets that no handler gets, and they are
/// dropped with a handler whose [time](crate::ServerLimits::handler_timeout) is up.
///
/// # Who may come in
///
/// Layers surround neither authorizers nor dispatchers: none can let in whom an authorizer would
/// refuse, or keep one from being asked. They do surround
/// [`initialize`](crate::Namespace::initialize), and a client whose initializer fails is refused:
///
/// * A layer that makes an error of the outcome keeps the client out; one that makes an answer of
///   an error lets it in.
/// * A layer that does not call `next` keeps the client out, whatever it returns: a place that
///   nobody has prepared is none to be let into. The fault is `not_initialized`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    note = "a layer is an async function or closure of an `EventContext` and a `Next` that returns a `HandlerOutcome`, with the types of its parameters written out"
)]
pub trait Layer: Send + Sync + 'static {
    /// Does something before and after what `next` does.
    fn call(&self, context: EventContext, next: Next) -> HandlerFuture;
}

impl<F, Fut> Layer for F
where
    F: Fn(EventContext, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = HandlerOutcome> + Send + 'static,
{
    fn call(&self, context: EventContext, next: Next) -> HandlerFuture {
        Box::pin(self(context, next))
    }
}

/// The layers around a handler, the outermost first.
#[derive(Clone, Default)]
pub(crate) struct Layers(Arc<[Arc<dyn Layer>]>);

impl Layers {
    pub(crate) fn new(layers: Vec<Arc<dyn Layer>>) -> Self {
        Self(layers.into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The layers with a handler inside.
    pub(crate) fn around_handler(&self, handler: Arc<dyn ErasedHandler>) -> Next {
        Next {
            layers: self.clone(),
            passed: 0,
            innermost: Innermost::Handler(handler),
        }
    }

    /// The layers with a job inside.
    pub(crate) fn around_job(&self, job: HandlerFuture) -> Next {
        Next {
            layers: self.clone(),
            passed: 0,
            innermost: Innermost::Job(job),
        }
    }
}

/// A handler that remembers whether the layers around it let it be called.
#[derive(Debug)]
pub(crate) struct Watched {
    handler: Arc<dyn ErasedHandler>,
    is_reached: AtomicBool,
}

impl Watched {
    pub(crate) fn new(handler: Arc<dyn ErasedHandler>) -> Arc<Self> {
        Arc::new(Self {
            handler,
            is_reached: AtomicBool::new(false),
        })
    }

    pub(crate) fn is_reached(&self) -> bool {
        self.is_reached.load(Ordering::Relaxed)
    }
}

impl ErasedHandler for Watched {
    fn call(&self, context: &mut EventContext) -> Result<HandlerFuture, Rejection> {
        self.is_reached.store(true, Ordering::Relaxed);
        self.handler.call(context)
    }

    fn state_types(&self) -> Vec<StateType> {
        self.handler.state_types()
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} layers", self.0.len())
    }
}

/// What a [`Layer`] surrounds: the layers further inside, and the handler or job.
#[must_use = "the handler does not run unless `run` is called"]
pub struct Next {
    layers: Layers,
    passed: usize,
    innermost: Innermost,
}

enum Innermost {
    Handler(Arc<dyn ErasedHandler>),
    Job(HandlerFuture),
}

impl Next {
    /// Runs it. A panic is an error in the outcome.
    #[must_use]
    pub fn run(mut self, context: EventContext) -> HandlerFuture {
        if let Some(layer) = self.layers.0.get(self.passed).map(Arc::clone) {
            self.passed += 1;
            return contained(async move { layer.call(context, self).await });
        }
        match self.innermost {
            Innermost::Handler(handler) => contained(call(handler, context)),
            Innermost::Job(job) => contained(job),
        }
    }
}

async fn call(handler: Arc<dyn ErasedHandler>, mut context: EventContext) -> HandlerOutcome {
    let work = match handler.call(&mut context) {
        Ok(work) => work,
        Err(rejection) => return Err(HandlerError::rejected(context.name(), rejection)),
    };
    // Who has not taken the answer in hand does not hold it any more.
    drop(context);
    work.await
}

fn contained(work: impl Future<Output = HandlerOutcome> + Send + 'static) -> HandlerFuture {
    Box::pin(async move {
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        outcome.unwrap_or_else(|carried| {
            bury(carried);
            Err(HandlerError::panicked())
        })
    }) as Pin<Box<_>>
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("layers", &self.layers)
            .field("passed", &self.passed)
            .finish_non_exhaustive()
    }
}
