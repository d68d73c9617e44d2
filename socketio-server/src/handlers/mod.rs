//! What users write: namespaces and their handlers.

mod ack;
mod admission;
mod args;
mod context;
mod dispatch;
mod extension;
mod extract;
mod function;
mod handler;
mod handler_error;
mod handler_table;
mod json;
mod layer;
mod namespace;
mod owed_reply;
mod raw_packet;
mod reply;
mod state;

pub use self::ack::Ack;
pub use self::admission::{Admission, Authorizer, IntoAdmission};
pub use self::args::{Args, EventArgs, FromArgs, RawArgs};
pub use self::context::{EventContext, HandlerKind};
pub use self::dispatch::{Dispatch, Dispatcher, IntoDispatch};
pub use self::extension::{Extension, SessionExtension};
pub use self::extract::{ConnectQuery, EventName, FromEvent, Rejection, Text};
pub use self::function::AsyncFunction;
pub use self::handler::{Handler, HandlerFuture};
pub use self::handler_error::HandlerError;
pub use self::json::{Json, RawJson};
pub use self::layer::{HandlerOutcome, Layer, Next};
pub use self::namespace::Namespace;
pub use self::raw_packet::{ErrorPacket, PacketKind, RawPacket};
pub use self::reply::{Reply, ReplyArgs};
pub use self::state::State;

pub(crate) use self::context::Trigger;
pub(crate) use self::dispatch::DispatchFuture;
pub(crate) use self::handler_table::NamespaceHandlers;
pub(crate) use self::layer::Watched;
pub(crate) use self::owed_reply::OwedReply;
pub(crate) use self::state::StateMap;
