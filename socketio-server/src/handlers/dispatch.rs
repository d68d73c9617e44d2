//! Replaceable dispatch: from a packet to the handler that gets it.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use super::context::EventContext;
use super::extract::Rejection;
use super::function::AsyncFunction;
use super::handler_error::HandlerError;
use super::reply::{Reply, ReplyArgs};
use super::state::StateType;

/// What a dispatcher decides about a packet; see [`Namespace::dispatch`](crate::Namespace::dispatch).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dispatch {
    /// To the handler that it would have gone to anyway.
    Pass,
    /// To the handler of the event of this name. The arguments stay; of a message or JSON
    /// message, which is no event, it is the only argument.
    PassAs(String),
    /// It was handled on the spot. If the client asked for an answer, this is it.
    Handled(ReplyArgs),
    /// It never came: no handler sees it, and the client hears nothing, not even an answer that
    /// it asked for.
    Drop,
}

impl Dispatch {
    /// Handled on the spot, with this answer.
    ///
    /// # Errors
    /// If it cannot be serialized.
    pub fn handled(reply: impl Reply) -> Result<Self, HandlerError> {
        Ok(Self::Handled(reply.into_args(true)?))
    }
}

/// What a dispatcher may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no decision of a dispatcher",
    note = "return `Dispatch`, or a `Result` of it with `HandlerError`"
)]
pub trait IntoDispatch {
    /// The decision.
    ///
    /// # Errors
    /// If there is none: the client is answered as if a handler had failed.
    fn into_dispatch(self) -> Result<Dispatch, HandlerError>;
}

impl IntoDispatch for Dispatch {
    fn into_dispatch(self) -> Result<Dispatch, HandlerError> {
        Ok(self)
    }
}

impl IntoDispatch for Result<Dispatch, HandlerError> {
    fn into_dispatch(self) -> Result<Dispatch, HandlerError> {
        self
    }
}

/// An async function or closure that decides which handler gets a packet: its parameters are
/// extractors ([`FromEvent`](crate::FromEvent)), such as [`RawPacket`](crate::RawPacket).
///
/// Implemented for functions of up to eight parameters; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no dispatcher",
    note = "it is an async function: its parameters implement `FromEvent`, its result implements `IntoDispatch`"
)]
pub trait Dispatcher<Parameters>: AsyncFunction<Parameters, Output: IntoDispatch> {}

impl<P, F: AsyncFunction<P, Output: IntoDispatch>> Dispatcher<P> for F {}

pub(crate) type DispatchFuture =
    Pin<Box<dyn Future<Output = Result<Dispatch, HandlerError>> + Send>>;

/// A dispatcher whose type does not matter any more.
pub(crate) trait ErasedDispatcher: fmt::Debug + Send + Sync {
    fn call(&self, context: &mut EventContext) -> Result<DispatchFuture, Rejection>;
    fn state_types(&self) -> Vec<StateType>;
}

struct Erased<D, P>(D, PhantomData<fn(P)>);

impl<D, P> fmt::Debug for Erased<D, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dispatcher")
    }
}

impl<P: 'static, D: Dispatcher<P>> ErasedDispatcher for Erased<D, P> {
    fn call(&self, context: &mut EventContext) -> Result<DispatchFuture, Rejection> {
        let work = self.0.call(context)?;
        Ok(Box::pin(async move { work.await.into_dispatch() }))
    }

    fn state_types(&self) -> Vec<StateType> {
        self.0.state_types()
    }
}

pub(super) fn erase<P: 'static>(dispatcher: impl Dispatcher<P>) -> Box<dyn ErasedDispatcher> {
    Box::new(Erased(dispatcher, PhantomData))
}
