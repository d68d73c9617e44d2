//! The namespace: visitors from other origins greet each other.

use std::sync::Arc;

use serde_json::{Value, json};
use socketio_server::{Args, HandlerError, Handshake, Json, Namespace, Socket};

/// The longest greeting, in characters.
const GREETING_LENGTH: usize = 200;

pub(crate) fn visitors() -> Namespace {
    Namespace::new("/visitors")
        .on_connect(welcome)
        .on("greeting", pass_on)
}

/// The server tells what the browser has told it: pages cannot choose their `Origin` header.
async fn welcome(socket: Socket, handshake: Arc<Handshake>) -> Result<(), HandlerError> {
    socket.emit("welcome", (origin(&handshake),))?;
    Ok(())
}

async fn pass_on(
    socket: Socket,
    handshake: Arc<Handshake>,
    Args((text,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    if text.is_empty() || text.chars().count() > GREETING_LENGTH {
        return Err(HandlerError::new(
            "not_a_greeting",
            "a greeting has 1 to 200 characters",
        ));
    }
    let reach = socket
        .broadcast()
        .emit("greeting", (origin(&handshake), text))?;
    Ok(Json(json!({ "heard_by": reach.queued })))
}

fn origin(handshake: &Handshake) -> &str {
    handshake.header("origin").unwrap_or("none")
}
