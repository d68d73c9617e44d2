//! Which event names a namespace lets through.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;

/// The rule for event names that come from the wire.
///
/// A name passes if it was listed, or if it fits the pattern. Names that real clients can
/// emit but that mean something else in the field's APIs are inert: they are neither answered
/// nor delivered (the reference server keeps such a blacklist, `socket.io` 0.9
/// `lib/manager.js`).
#[derive(Debug, Clone)]
pub struct EventNames {
    pattern: Pattern,
    listed: BTreeSet<Box<str>>,
}

#[derive(Debug, Clone, Copy)]
enum Pattern {
    Words,
    Any,
    Custom(fn(&str) -> bool),
}

/// Names that are never delivered, whoever sends them.
const INERT: [&str; 3] = ["connect", "disconnect", "newListener"];

impl Default for EventNames {
    /// A letter of the ASCII alphabet, then letters, digits, underscores and spaces: the
    /// pattern of gevent-socketio, `^[A-Za-z][A-Za-z0-9_ ]*$`.
    fn default() -> Self {
        Self {
            pattern: Pattern::Words,
            listed: BTreeSet::new(),
        }
    }
}

impl EventNames {
    /// Lets every name through, apart from the inert ones.
    #[must_use]
    pub fn any() -> Self {
        Self {
            pattern: Pattern::Any,
            listed: BTreeSet::new(),
        }
    }

    /// Lets through the names for which `allows` is true.
    #[must_use]
    pub fn matching(allows: fn(&str) -> bool) -> Self {
        Self {
            pattern: Pattern::Custom(allows),
            listed: BTreeSet::new(),
        }
    }

    /// Whether [`allows`](Self::allows) asks a function of the application.
    #[must_use]
    pub const fn is_custom(&self) -> bool {
        matches!(self.pattern, Pattern::Custom(_))
    }

    /// Lets `name` through whatever the pattern says.
    pub fn list(&mut self, name: impl Into<Box<str>>) {
        self.listed.insert(name.into());
    }

    /// Whether an event of this name is to be ignored without an answer.
    #[must_use]
    pub fn is_inert(name: &str) -> bool {
        INERT.contains(&name)
    }

    /// Whether an event of this name is let through.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        let fits = match self.pattern {
            Pattern::Words => is_words(name),
            Pattern::Any => true,
            Pattern::Custom(allows) => allows(name),
        };
        fits || self.listed.contains(name)
    }
}

fn is_words(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b' ')
}
