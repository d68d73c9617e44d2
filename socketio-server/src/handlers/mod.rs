//! What users write: namespaces and their handlers.

mod args;
mod context;
mod extract;
mod handler;
mod handler_error;
mod json;
mod namespace;
mod reply;
mod state;

pub use self::args::{Args, EventArgs, FromArgs, RawArgs};
pub use self::extract::{Ack, ConnectQuery, EventName, FromEvent, Rejection, Text};
pub use self::handler::{Handler, HandlerFuture};
pub use self::handler_error::HandlerError;
pub use self::json::{Json, RawJson};
pub use self::namespace::{Admission, IntoAdmission, Namespace};
pub use self::reply::{Reply, ReplyArgs};
pub use self::state::State;

pub use self::context::EventContext;
pub(crate) use self::context::{OwedReply, Trigger};
pub(crate) use self::namespace::{AdmissionFuture, NamespaceHandlers};
pub(crate) use self::state::StateMap;
