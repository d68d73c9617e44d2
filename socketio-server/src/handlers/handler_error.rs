//! What goes wrong in handlers.

use std::borrow::Cow;
use std::fmt;

/// A handler's failure: the client is told its name and message in an `error` event, and the
/// error hooks hear of it. The session goes on.
///
/// `?` makes one of any error, with that error's text as the message. What the client must not
/// see has to be mapped first.
pub struct HandlerError {
    pub(crate) name: Cow<'static, str>,
    pub(crate) message: String,
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
        }
    }

    /// A panic. Its text may hold anything, so clients do not see it.
    pub(crate) fn panicked() -> Self {
        Self::new("handler_panicked", "internal error")
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
