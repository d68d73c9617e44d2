//! Others in the same namespace: broadcasts and rooms.

use socketio_server::{Args, DisconnectReason, HandlerError, Namespace, Socket};

pub(crate) fn with_company(namespace: Namespace) -> Namespace {
    namespace
        .on(
            "tell others",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.broadcast().emit("told", (text,))?;
                Ok(())
            },
        )
        .on(
            "tell everybody",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.everybody().emit("told", (text,))?;
                Ok(())
            },
        )
        .on(
            "tell room",
            async |socket: Socket, Args((room, text)): Args<(String, String)>| {
                socket.to(room).emit("told", (text,))?;
                Ok(())
            },
        )
        .on("enter", enter)
        .on("exit", exit)
        .on_disconnect(tell_of_leaving)
}

/// The answer: all rooms that the client is in now.
async fn enter(
    socket: Socket,
    Args((room,)): Args<(String,)>,
) -> Result<Vec<String>, HandlerError> {
    socket.join(&room)?;
    Ok(socket.rooms())
}

async fn exit(socket: Socket, Args((room,)): Args<(String,)>) -> Vec<String> {
    socket.leave(&room);
    socket.rooms()
}

async fn tell_of_leaving(socket: Socket, reason: DisconnectReason) -> Result<(), HandlerError> {
    socket.broadcast().emit("gone", (reason.to_string(),))?;
    Ok(())
}
