//! Errors that users meet.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use socketio_session::{DisconnectReason, Misuse};
use thiserror::Error;

/// Why something was not sent.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum SendError {
    /// The session has ended, or the client is not in the namespace.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// The arguments cannot be serialized.
    #[error("the arguments cannot be serialized: {0}")]
    Serialize(#[from] serde_json::Error),
}

/// Why there is no answer from the client.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum AckError {
    /// The packet was not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The client did not answer in time.
    #[error("the client did not answer in time")]
    TimedOut,
    /// The client left before it answered.
    #[error("the client left: {0}")]
    Disconnected(DisconnectReason),
    /// The answer's arguments are not what was expected.
    #[error("the answer does not fit: {0}")]
    Arguments(#[from] serde_json::Error),
}

/// Why a server could not be started.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum BuildError {
    /// A handler takes [`State`](crate::State) of a type that the server was not given.
    #[error(
        "namespace {namespace:?} needs state of type {type_name}, which the server was not given"
    )]
    MissingState {
        /// The namespace whose handler needs it.
        namespace: String,
        /// The type.
        type_name: &'static str,
    },
    /// A handler for an event of this name would never run: the name stands for something
    /// else, such as [`Namespace::on_connect`](crate::Namespace::on_connect) or
    /// [`Namespace::on_disconnect`](crate::Namespace::on_disconnect).
    #[error("namespace {namespace:?} handles an event {event:?}, which never arrives as an event")]
    InertEvent {
        /// The namespace.
        namespace: String,
        /// The event.
        event: String,
    },
    /// The global namespace cannot refuse anybody; the handshake can
    /// ([`ServerBuilder::authorize`](crate::ServerBuilder::authorize)).
    #[error("the global namespace cannot ask who may join it: authorize the handshake")]
    GlobalNamespaceCannotAsk,
    /// The namespace's access control list does not name
    /// [`CONNECT_METHOD`](crate::CONNECT_METHOD), and there is neither an
    /// [`initialize`](crate::Namespace::initialize) nor an
    /// [`authorize`](crate::Namespace::authorize) that could open it.
    #[error(
        "nobody can ever join namespace {0:?}: its access control list does not name \"connect\""
    )]
    NobodyCanJoin(String),
    /// Two namespaces have the same name.
    #[error("there are two namespaces {0:?}")]
    DuplicateNamespace(String),
    /// There are more than 65,535 namespaces.
    #[error("there are too many namespaces")]
    TooManyNamespaces,
    /// No transport is offered.
    #[error("no transport is offered")]
    NoTransports,
    /// Session ids cannot begin like this: it must be one or two characters of `A-Za-z0-9`
    /// ([`ServerBuilder::session_id_prefix`](crate::ServerBuilder::session_id_prefix)).
    #[error("session ids begin with one or two characters of A-Za-z0-9, not with {0:?}")]
    SessionIdPrefix(String),
    /// This is neither an address nor a network, nor `unix`
    /// ([`ServerBuilder::trusted_proxies`](crate::ServerBuilder::trusted_proxies)).
    #[error("{0:?} is no proxy to trust: write an address, a network like 10.0.0.0/8, or unix")]
    TrustedProxy(String),
    /// The resource is empty, or contains other characters than letters, digits, `-._~` and
    /// the slashes between its segments.
    #[error("{0:?} cannot be the resource: write path segments of letters, digits and `-._~`")]
    Resource(String),
    /// The setting is zero, and nothing would work.
    #[error("{0} must not be zero")]
    Zero(&'static str),
    /// One time has to be shorter than another, or clients take a healthy connection for dead.
    #[error("{setting} is {value:?}, and must be less than {bound}, which is {limit:?}")]
    TooLong {
        /// The setting that is too long.
        setting: &'static str,
        /// Its value.
        value: Duration,
        /// What it must be below.
        bound: &'static str,
        /// The value of that.
        limit: Duration,
    },
    /// A file of the browser client cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    ClientFile {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file of the browser client cannot be served at this path
    /// ([`ServerBuilder::client_file`](crate::ServerBuilder::client_file)).
    #[error("no file of the client can be served at {0:?}: write static/... or socket.io.*.js")]
    ClientFilePath(String),
    /// A content type is none.
    #[error("{0:?} is no content type")]
    ContentType(String),
    /// There is nothing to listen on ([`ServerBuilder::listen`](crate::ServerBuilder::listen)).
    #[error("there is nothing to listen on")]
    NothingToListenOn,
    /// There is a listener for Flash policies, and no policy
    /// ([`ServerBuilder::flash_policy`](crate::ServerBuilder::flash_policy)).
    #[error("there is no flash policy to answer on the listener for flash policies")]
    NoFlashPolicy,
    /// There is something to [listen on](crate::ServerBuilder::listen), but a layer or service
    /// gets its connections from a framework.
    #[error("a layer or service cannot listen on {0}")]
    CannotListen(String),
    /// An option of [`Listen`](crate::Listen) does not go with what is to be listened on.
    #[error("{option} cannot be set for {on}")]
    ListenOption {
        /// What is to be listened on.
        on: String,
        /// The option.
        option: &'static str,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {on}: {source}")]
    Listen {
        /// What is to be listened on.
        on: String,
        /// What the operating system says.
        source: io::Error,
    },
}
