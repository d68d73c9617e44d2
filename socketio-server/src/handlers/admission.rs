//! Decisions about clients that want to join.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use socketio_proto::ErrorReason;

use super::context::EventContext;
use super::extract::Rejection;
use super::function::AsyncFunction;
use super::handler_error::HandlerError;
use super::state::StateType;

/// The decision about a client that wants to join a namespace.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Let it in.
    Admit,
    /// Keep it out; it is told that it is not authorized.
    Refuse,
    /// Keep it out, for one of the reasons that the wire knows.
    RefuseBecause(ErrorReason),
}

/// What an authorizer may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no decision about a join",
    note = "return `bool`, `Admission`, or a `Result` of these with `HandlerError`"
)]
pub trait IntoAdmission {
    /// The decision.
    ///
    /// # Errors
    /// If there is none: the client is refused without a reason, and the error hooks hear why.
    fn into_admission(self) -> Result<Admission, HandlerError>;
}

impl IntoAdmission for Admission {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        Ok(self)
    }
}

impl IntoAdmission for bool {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        Ok(if self {
            Admission::Admit
        } else {
            Admission::Refuse
        })
    }
}

impl<A: IntoAdmission> IntoAdmission for Result<A, HandlerError> {
    fn into_admission(self) -> Result<Admission, HandlerError> {
        self?.into_admission()
    }
}

/// An async function or closure that decides who may join a namespace: its parameters are
/// extractors ([`FromEvent`](crate::FromEvent)), such as [`ConnectQuery`](crate::ConnectQuery)
/// and [`State`](crate::State).
///
/// Implemented for functions of up to eight parameters; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no authorizer of a namespace",
    note = "it is an async function: its parameters implement `FromEvent` and have their types written out, its result implements `IntoAdmission`"
)]
pub trait Authorizer<Parameters>: AsyncFunction<Parameters, Output: IntoAdmission> {}

impl<P, F: AsyncFunction<P, Output: IntoAdmission>> Authorizer<P> for F {}

pub(crate) type AdmissionFuture =
    Pin<Box<dyn Future<Output = Result<Admission, HandlerError>> + Send>>;

/// An authorizer whose type does not matter any more.
pub(crate) trait ErasedAuthorizer: fmt::Debug + Send + Sync {
    fn call(&self, context: &mut EventContext) -> Result<AdmissionFuture, Rejection>;
    fn state_types(&self) -> Vec<StateType>;
}

struct Erased<A, P>(A, PhantomData<fn(P)>);

impl<A, P> fmt::Debug for Erased<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorizer")
    }
}

impl<P: 'static, A: Authorizer<P>> ErasedAuthorizer for Erased<A, P> {
    fn call(&self, context: &mut EventContext) -> Result<AdmissionFuture, Rejection> {
        let work = self.0.call(context)?;
        Ok(Box::pin(async move { work.await.into_admission() }))
    }

    fn state_types(&self) -> Vec<StateType> {
        self.0.state_types()
    }
}

pub(super) fn erase<P: 'static>(authorizer: impl Authorizer<P>) -> Arc<dyn ErasedAuthorizer> {
    Arc::new(Erased(authorizer, PhantomData))
}
