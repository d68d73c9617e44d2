//! What a handler is called for.

use socketio_session::{Content, DisconnectReason, Fault, ReplyTo};

use crate::socket::Socket;

/// One thing that happened on a socket, on its way to a handler. Extractors look at it and
/// take parts of it.
#[derive(Debug)]
pub struct EventContext {
    pub(crate) socket: Socket,
    pub(crate) trigger: Trigger,
    pub(crate) reply_to: Option<ReplyTo>,
}

#[derive(Debug)]
pub(crate) enum Trigger {
    Connect { query: Box<str> },
    Received(Content),
    Fault(Fault),
    Disconnect(DisconnectReason),
}
