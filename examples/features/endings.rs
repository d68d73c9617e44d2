//! Ends that the server makes.

use socketio_server::{HandlerError, Namespace, Socket};

pub(crate) fn with_endings(namespace: Namespace) -> Namespace {
    namespace
        .on("send me out", async |socket: Socket| {
            socket.disconnect().map_err(HandlerError::from)
        })
        .on("end my session", async |socket: Socket| {
            socket.disconnect_session();
        })
}
