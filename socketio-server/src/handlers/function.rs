//! Async functions whose parameters are extracted from what happened.

use std::future::Future;

use super::context::EventContext;
use super::extract::{FromEvent, Rejection};
use super::state::StateType;

/// An async function or closure whose parameters are extractors ([`FromEvent`]).
///
/// Implemented for functions of up to eight parameters; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an async function of extractors",
    note = "its parameters implement `FromEvent`, and its future is `Send`"
)]
pub trait AsyncFunction<Parameters>: Send + Sync + 'static {
    /// What it comes to.
    type Output;
    /// The function at work.
    type Future: Future<Output = Self::Output> + Send + 'static;

    /// Extracts the parameters and starts the function.
    ///
    /// # Errors
    /// If a parameter cannot be extracted.
    fn call(&self, context: &mut EventContext) -> Result<Self::Future, Rejection>;

    /// The types of state that the parameters need.
    #[doc(hidden)]
    fn state_types(&self) -> Vec<StateType>;
}

macro_rules! functions {
    ($($parameter:ident),*) => {
        impl<F, Fut, $($parameter,)*> AsyncFunction<($($parameter,)*)> for F
        where
            F: Fn($($parameter),*) -> Fut + Send + Sync + 'static,
            Fut: Future + Send + 'static,
            $($parameter: FromEvent + 'static,)*
        {
            type Output = Fut::Output;
            type Future = Fut;

            #[allow(non_snake_case, reason = "the macro names parameters after their types")]
            #[allow(unused_variables, reason = "without parameters nothing is extracted")]
            fn call(&self, context: &mut EventContext) -> Result<Fut, Rejection> {
                $(let $parameter = $parameter::from_event(context)?;)*
                Ok(self($($parameter),*))
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
