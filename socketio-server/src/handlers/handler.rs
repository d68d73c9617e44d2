//! Async functions as handlers.

use std::fmt::{self, Debug};
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use super::context::EventContext;
use super::extract::{FromEvent, Rejection};
use super::handler_error::HandlerError;
use super::reply::{Reply, ReplyArgs};
use super::state::StateType;

/// A handler at work.
pub type HandlerFuture = Pin<Box<dyn Future<Output = Result<ReplyArgs, HandlerError>> + Send>>;

/// An async function or closure whose parameters are extractors ([`FromEvent`]) and whose
/// return value can answer ([`Reply`]).
///
/// Implemented for functions of up to eight parameters; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    note = "a handler is an async function or closure: its parameters implement `FromEvent`, its result implements `Reply`, and its future is `Send`"
)]
pub trait Handler<Parameters>: Send + Sync + 'static {
    /// Extracts the parameters and starts the function.
    ///
    /// # Errors
    /// If a parameter cannot be extracted.
    fn call(&self, context: &mut EventContext) -> Result<HandlerFuture, Rejection>;

    /// The types of state that the parameters need.
    #[doc(hidden)]
    fn state_types(&self) -> Vec<StateType>;
}

macro_rules! functions {
    ($($parameter:ident),*) => {
        impl<F, Fut, $($parameter,)*> Handler<($($parameter,)*)> for F
        where
            F: Fn($($parameter),*) -> Fut + Send + Sync + 'static,
            Fut: Future + Send + 'static,
            Fut::Output: Reply,
            $($parameter: FromEvent + 'static,)*
        {
            #[allow(non_snake_case, reason = "the macro names parameters after their types")]
            fn call(&self, context: &mut EventContext) -> Result<HandlerFuture, Rejection> {
                $(let $parameter = $parameter::from_event(context)?;)*
                let wanted = context.owed.is_by_return();
                let work = self($($parameter),*);
                Ok(Box::pin(async move { work.await.into_args(wanted) }))
            }

            fn state_types(&self) -> Vec<StateType> {
                let needed: Vec<Option<StateType>> = vec![$($parameter::state_type()),*];
                needed.into_iter().flatten().collect()
            }
        }
    };
}

functions!();
functions!(A);
functions!(A, B);
functions!(A, B, C);
functions!(A, B, C, D);
functions!(A, B, C, D, E);
functions!(A, B, C, D, E, G);
functions!(A, B, C, D, E, G, H);
functions!(A, B, C, D, E, G, H, I);

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
        self.0.call(context)
    }

    fn state_types(&self) -> Vec<StateType> {
        self.0.state_types()
    }
}

pub(crate) fn erase<P: 'static>(handler: impl Handler<P>) -> Box<dyn ErasedHandler> {
    Box::new(Erased(handler, PhantomData))
}
