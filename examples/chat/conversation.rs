//! The chat's namespace: what clients may say, and who hears it.

use std::time::Duration;

use serde_json::{Value, json};
use socketio_server::{Acl, Args, HandlerError, Json, Namespace, Socket, State};

use crate::people::People;

const ROOMS: [&str; 3] = ["lobby", "rust", "random"];
const LOBBY: &str = ROOMS[0];

/// How long a person's browser may take to show a private message.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest nickname and room name, in characters.
const NAME_LENGTH: usize = 24;

/// The longest message, in characters.
const TEXT_LENGTH: usize = 2000;

/// The nickname of a socket, kept with it.
struct Nickname(String);

/// Until a nickname is taken, nothing else is allowed.
pub(crate) fn chat() -> Namespace {
    Namespace::new("/chat")
        .initial_acl(Acl::only(["connect", "nickname"]))
        .on("nickname", take_nickname)
        .on("join room", join_room)
        .on("user message", user_message)
        .on("private message", private_message)
        .on("typing", typing)
        .on_disconnect(leave)
}

async fn take_nickname(
    socket: Socket,
    State(people): State<People>,
    Args((nickname,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    let Some(nickname) = name(&nickname) else {
        return Ok(refusal("A nickname has 1 to 24 characters."));
    };
    if socket.extensions().get::<Nickname>().is_some() {
        return Ok(refusal("You have a nickname already."));
    }
    if !people.enter(&nickname, socket.clone(), LOBBY) {
        return Ok(refusal("That nickname is taken."));
    }
    socket.extensions().insert(Nickname(nickname.clone()));
    socket.acl().lift()?;
    socket.join(LOBBY)?;
    announce(&socket, "join", &nickname, LOBBY)?;
    socket.everybody().emit("online", (people.list(),))?;
    Ok(Json(json!({
        "ok": true, "nickname": nickname, "room": LOBBY, "rooms": ROOMS,
    })))
}

async fn join_room(
    socket: Socket,
    State(people): State<People>,
    Args((room,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    let Some(room) = name(&room) else {
        return Ok(refusal("A room's name has 1 to 24 characters."));
    };
    let nickname = nickname(&socket)?;
    let Some(before) = people.change_room(&nickname, &room) else {
        return Ok(refusal("You have left."));
    };
    socket.leave(&before);
    socket.join(&room)?;
    announce(&socket, "room", &nickname, &room)?;
    socket.everybody().emit("online", (people.list(),))?;
    Ok(Json(json!({ "ok": true, "room": room })))
}

async fn user_message(
    socket: Socket,
    Args((text,)): Args<(String,)>,
) -> Result<Json<Value>, HandlerError> {
    if text.is_empty() || text.chars().count() > TEXT_LENGTH {
        return Ok(refusal("A message has 1 to 2000 characters."));
    }
    let from = nickname(&socket)?;
    for room in socket.rooms() {
        let message = json!({ "from": from, "text": text, "room": room });
        socket.to(room).emit("user message", (message,))?;
    }
    Ok(Json(json!({ "ok": true })))
}

/// The sender learns that the message was delivered when the other's browser says so.
async fn private_message(
    socket: Socket,
    State(people): State<People>,
    Args((to, text)): Args<(String, String)>,
) -> Result<Json<Value>, HandlerError> {
    let undelivered = |reason: &str| Ok(Json(json!({ "delivered": false, "reason": reason })));
    if text.is_empty() || text.chars().count() > TEXT_LENGTH {
        return undelivered("A message has 1 to 2000 characters.");
    }
    let Some(receiver) = people.socket(&to) else {
        return undelivered("Nobody has that nickname.");
    };
    let message = json!({ "from": nickname(&socket)?, "text": text });
    match receiver
        .emit_with_ack("private message", (message,))
        .within(DELIVERY_TIMEOUT)
        .await
    {
        Ok(_) => Ok(Json(json!({ "delivered": true }))),
        Err(_) => undelivered("Their browser did not answer."),
    }
}

async fn typing(socket: Socket, Args((typing,)): Args<(bool,)>) -> Result<(), HandlerError> {
    let nickname = nickname(&socket)?;
    for room in socket.rooms() {
        let news = json!({ "nickname": nickname, "typing": typing });
        socket.to(room).volatile().emit("typing", (news,))?;
    }
    Ok(())
}

async fn leave(socket: Socket, State(people): State<People>) -> Result<(), HandlerError> {
    let Some(nickname) = socket.extensions().get::<Nickname>() else {
        return Ok(());
    };
    if let Some(room) = people.leave(&nickname.0) {
        announce(&socket, "leave", &nickname.0, &room)?;
        socket.broadcast().emit("online", (people.list(),))?;
    }
    Ok(())
}

fn announce(socket: &Socket, kind: &str, nickname: &str, room: &str) -> Result<(), HandlerError> {
    let news = json!({ "kind": kind, "nickname": nickname, "room": room });
    socket.broadcast().emit("announcement", (news,))?;
    Ok(())
}

fn nickname(socket: &Socket) -> Result<String, HandlerError> {
    let nickname = socket.extensions().get::<Nickname>();
    nickname
        .map(|nickname| nickname.0.clone())
        .ok_or_else(|| HandlerError::new("no_nickname", "take a nickname first"))
}

/// A name as it is used, if it is one.
fn name(text: &str) -> Option<String> {
    let name = text.trim();
    (1..=NAME_LENGTH)
        .contains(&name.chars().count())
        .then(|| name.into())
}

fn refusal(reason: &str) -> Json<Value> {
    Json(json!({ "ok": false, "reason": reason }))
}
