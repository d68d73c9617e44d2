//! What goes wrong in handlers.

use std::borrow::Cow;
use std::fmt;

use socketio_session::FaultKind;

use super::extract::Rejection;

/// A handler's failure: the client is told its name and message in an `error` event, and the
/// error hooks hear of it. The session goes on.
///
/// `?` makes one of any error, with that error's text as the message. What the client must not
/// see has to be mapped first, there or in a [`Layer`](crate::Layer).
pub struct HandlerError {
    name: Cow<'static, str>,
    message: String,
    cause: Cause,
}

/// Where an error comes from.
enum Cause {
    Handler,
    Panic,
    /// The handler was never called.
    Rejection(FaultKind),
}

impl HandlerError {
    /// The name of errors that `?` has converted.
    pub const DEFAULT_NAME: &'static str = "handler_failed";

    /// With a name that clients can look for, and a message for people.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, message: impl fmt::Display) -> Self {
        Self {
            name: name.into(),
            message: message.to_string(),
            cause: Cause::Handler,
        }
    }

    /// A panic. Its text may hold anything, so clients do not see it.
    pub(crate) fn panicked() -> Self {
        Self {
            cause: Cause::Panic,
            ..Self::new("handler_panicked", "internal error")
        }
    }

    /// It was dropped in the midst of its work.
    pub(crate) fn timed_out() -> Self {
        Self::new("handler_timed_out", "the handler took too long")
    }

    /// Nobody decided in time whether a client may join.
    pub(crate) fn authorization_timed_out() -> Self {
        Self::new("authorization_timeout", "the authorization took too long")
    }

    /// What `method` takes was not there.
    pub(crate) fn rejected(method: &str, rejection: Rejection) -> Self {
        let kind = FaultKind::InvalidArguments {
            event: Box::from(method),
            why: rejection.0.into_boxed_str(),
        };
        Self {
            name: Cow::Owned(String::from(kind.code())),
            message: kind.text(""),
            cause: Cause::Rejection(kind),
        }
    }

    /// The name that the client is told.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text that the client is told.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the handler panicked.
    #[must_use]
    pub const fn is_panic(&self) -> bool {
        matches!(self.cause, Cause::Panic)
    }

    /// Whether the handler was not called, because one of its parameters could not be
    /// extracted.
    #[must_use]
    pub const fn is_rejection(&self) -> bool {
        matches!(self.cause, Cause::Rejection(_))
    }

    pub(crate) fn into_fault(self) -> FaultKind {
        match self.cause {
            Cause::Rejection(kind) => kind,
            Cause::Handler | Cause::Panic => FaultKind::HandlerFailed {
                name: Box::from(&*self.name),
                message: self.message.into_boxed_str(),
            },
        }
    }
}

impl<E: std::error::Error> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::new(Self::DEFAULT_NAME, error)
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
