//! Access control: which methods a client may call in a namespace.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;

use crate::error::Misuse;

/// The method name under which an [`Acl`] governs joining a namespace other than the global one,
/// which every client is in from the start. Leaving is always allowed.
pub const CONNECT_METHOD: &str = "connect";
/// The method name under which an [`Acl`] governs messages.
pub const MESSAGE_METHOD: &str = "message";
/// The method name under which an [`Acl`] governs JSON messages.
pub const JSON_METHOD: &str = "json";
/// The method name under which an [`Acl`] governs error packets that clients send.
pub const ERROR_METHOD: &str = "error";

/// The methods that one client may call in one namespace: event names, [`CONNECT_METHOD`] for
/// the join itself, [`MESSAGE_METHOD`] and [`JSON_METHOD`] for the two kinds of messages, and
/// [`ERROR_METHOD`] for error packets.
///
/// A list allows what it names and nothing else: a client whose list does not name
/// [`CONNECT_METHOD`] when its join is decided is refused.
///
/// It is looked at when a packet's turn has come, not when it arrives: a handler that lifts
/// it does so for everything the client sent after the packet being handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// `None` allows everything.
    only: Option<BTreeSet<Box<str>>>,
}

impl Default for Acl {
    fn default() -> Self {
        Self::everything()
    }
}

impl Acl {
    /// Allows every method.
    #[must_use]
    pub const fn everything() -> Self {
        Self { only: None }
    }

    /// Allows nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            only: Some(BTreeSet::new()),
        }
    }

    /// Allows the listed methods and no others.
    #[must_use]
    pub fn only<M: Into<Box<str>>>(methods: impl IntoIterator<Item = M>) -> Self {
        Self {
            only: Some(methods.into_iter().map(Into::into).collect()),
        }
    }

    /// Allows one more method. Where everything is allowed, nothing changes.
    pub fn allow(&mut self, method: impl Into<Box<str>>) {
        if let Some(only) = &mut self.only {
            only.insert(method.into());
        }
    }

    /// Takes one method away.
    ///
    /// # Errors
    /// [`Misuse::NothingRestricted`] where everything is allowed: there is no list to take it
    /// from.
    pub fn deny(&mut self, method: &str) -> Result<(), Misuse> {
        let only = self.only.as_mut().ok_or(Misuse::NothingRestricted)?;
        only.remove(method);
        Ok(())
    }

    /// Allows everything from now on.
    pub fn lift(&mut self) {
        self.only = None;
    }

    /// Whether the method may be called.
    #[must_use]
    pub fn is_allowed(&self, method: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(method))
    }
}
