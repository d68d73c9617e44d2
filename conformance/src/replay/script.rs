//! The scripted application: what it is to do, and how it tells what it saw.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// What the scripted authorization hook decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authorization {
    /// Everyone may enter.
    Allow,
    /// Nobody may enter.
    Deny,
    /// The decision itself fails.
    Error,
    /// Those with `?token=sesame` may enter.
    Query,
}

/// The scripted application, by namespace (the global one is the empty name).
pub type App = BTreeMap<String, NamespaceScript>;

/// What the scripted application does in one namespace.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct NamespaceScript {
    /// Run when a socket connects.
    #[serde(default)]
    pub connect: Vec<Operation>,
    /// Run when a message or a JSON packet arrives.
    #[serde(default)]
    pub message: Option<Vec<Operation>>,
    /// Run when the named event arrives.
    #[serde(default)]
    pub events: BTreeMap<String, EventScript>,
    /// Who may connect: `true`, `false`, `"later"` (true after a while) or the text of a failure.
    pub auth: Option<Value>,
}

/// What is run for one event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum EventScript {
    /// `"$ops"`: the operations are the event's arguments.
    FromArguments(String),
    /// These operations.
    Operations(Vec<Operation>),
}

/// One operation: its name, then its arguments, as a JSON list.
pub type Operation = Vec<Value>;

/// One line of what the application saw.
#[derive(Clone, PartialEq, Deserialize)]
pub struct LogEntry {
    /// Milliseconds since the server was started.
    #[serde(default)]
    pub t: u64,
    /// `connection`, `event`, `message`, `acked`, `disconnect`, `authorization` or `CRASH`.
    pub ev: String,
    /// The namespace it happened in.
    #[serde(default)]
    pub ns: String,
    /// The event's name.
    pub name: Option<String>,
    /// The arguments of the event, message or acknowledgement.
    pub args: Option<Vec<Value>>,
    /// Whether an acknowledgement with data was asked for.
    pub wants_ack: Option<bool>,
    /// The query of the handshake, for `authorization`.
    pub query: Option<Value>,
    /// Whether the handshake came from another origin, for `authorization`.
    pub xdomain: Option<bool>,
}

impl fmt::Debug for LogEntry {
    /// One short line, leaving out what is missing: logs are only printed to be compared by eye.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.ev, self.ns)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        if let Some(args) = &self.args {
            write!(f, " {}", Value::Array(args.clone()))?;
        }
        for (what, value) in [("wants_ack", self.wants_ack), ("xdomain", self.xdomain)] {
            if let Some(value) = value {
                write!(f, " {what}: {value}")?;
            }
        }
        match &self.query {
            Some(query) => write!(f, " query: {query}"),
            None => Ok(()),
        }
    }
}
