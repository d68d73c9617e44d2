//! The namespace: readers come to topics and leave them.

use serde_json::{Value, json};
use socketio_server::{Args, HandlerError, Json, Namespace, Socket, State};

use crate::newsroom::Newsroom;

pub(crate) const NAME: &str = "/feed";

pub(crate) fn feed() -> Namespace {
    Namespace::new(NAME)
        .on_connect(greet)
        .on("subscribe", subscribe)
        .on("unsubscribe", unsubscribe)
        .on_disconnect(leave)
}

async fn greet(socket: Socket, State(newsroom): State<Newsroom>) -> Result<(), HandlerError> {
    socket.emit("topics", (newsroom.list(),))?;
    Ok(())
}

/// The answer holds what was published last. An item that is published meanwhile may be in it
/// and come as an event, too: its number tells.
async fn subscribe(
    socket: Socket,
    State(newsroom): State<Newsroom>,
    Args((topic,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    if newsroom.history(&topic).is_none() {
        return Err(no_such_topic());
    }
    if !socket.rooms().contains(&topic) {
        socket.join(&topic)?;
        newsroom.count_reader(&topic, true);
        tell_readers(&socket, &newsroom)?;
    }
    // After joining, so that nothing falls between.
    let history = newsroom.history(&topic);
    Ok(Json(json!({ "topic": topic, "history": history })))
}

async fn unsubscribe(
    socket: Socket,
    State(newsroom): State<Newsroom>,
    Args((topic,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    if !socket.rooms().contains(&topic) {
        return Err(HandlerError::new(
            "not_subscribed",
            "that topic is not subscribed to",
        ));
    }
    socket.leave(&topic);
    newsroom.count_reader(&topic, false);
    tell_readers(&socket, &newsroom)?;
    Ok(Json(json!({ "topic": topic })))
}

/// A client is in its rooms until this has run.
async fn leave(socket: Socket, State(newsroom): State<Newsroom>) -> Result<(), HandlerError> {
    for topic in socket.rooms() {
        newsroom.count_reader(&topic, false);
    }
    tell_readers(&socket, &newsroom)
}

fn tell_readers(socket: &Socket, newsroom: &Newsroom) -> Result<(), HandlerError> {
    let everybody = socket.everybody().volatile();
    everybody.emit("readers", (newsroom.readers(),))?;
    Ok(())
}

fn no_such_topic() -> HandlerError {
    HandlerError::new("no_such_topic", "there is no such topic")
}
