//! Async functions as handlers.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::context::EventContext;
use super::extract::Rejection;
use super::function::AsyncFunction;
use super::handler_error::HandlerError;
use super::reply::{Reply, ReplyArgs};
use super::state::StateType;

/// A handler at work.
pub type HandlerFuture = Pin<Box<dyn Future<Output = Result<ReplyArgs, HandlerError>> + Send>>;

/// An async function or closure whose parameters are extractors
/// ([`FromEvent`](crate::FromEvent)) and whose return value can answer ([`Reply`]).
///
/// Implemented for functions of up to eight parameters; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    note = "a handler is an async function or closure: its parameters implement `FromEvent`, its result implements `Reply`, and its future is `Send`"
)]
pub trait Handler<Parameters>: AsyncFunction<Parameters, Output: Reply> {}

impl<P, F: AsyncFunction<P, Output: Reply>> Handler<P> for F {}

/// A handler whose type does not matter any more.
pub(crate) trait ErasedHandler: Debug + Send + Sync {
    fn call(&self, context: &mut EventContext) -> Result<HandlerFuture, Rejection>;
    fn state_types(&self) -> Vec<StateType>;
}

struct Erased<H, P>(H, PhantomData<fn(P)>);

impl<H, P> Debug for Erased<H, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

impl<P: 'static, H: Handler<P>> ErasedHandler for Erased<H, P> {
    fn call(&self, context: &mut EventContext) -> Result<HandlerFuture, Rejection> {
        let work = self.0.call(context)?;
        let wanted = context.owed.is_by_return();
        Ok(Box::pin(async move { work.await.into_args(wanted) }))
    }

    fn state_types(&self) -> Vec<StateType> {
        self.0.state_types()
    }
}

pub(crate) fn erase<P: 'static>(handler: impl Handler<P>) -> Arc<dyn ErasedHandler> {
    Arc::new(Erased(handler, PhantomData))
}
