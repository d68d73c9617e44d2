//! The sockets' side: who may connect, and what is said.

use std::future::{Ready, ready};
use std::sync::Arc;

use socketio_driver_tokio::{
    Args, HandlerError, Handshake, Namespace, ServerHandle, Socket, State,
};

use crate::accounts::{Accounts, User};

/// The namespace.
const CHAT: &str = "/chat";

/// The room of those who want to hear announcements: everybody, in this little chat.
const HALL: &str = "hall";

/// The longest message, in characters.
const TEXT_LENGTH: usize = 500;

/// Judges handshakes by the cookie that the login gave. Handlers find the user in the session.
pub(crate) fn only_who_is_logged_in(
    accounts: Accounts,
) -> impl Fn(Arc<Handshake>) -> Ready<Result<bool, HandlerError>> {
    move |handshake| {
        let user = handshake
            .header("cookie")
            .and_then(|cookies| accounts.user_of(cookies));
        ready(Ok(match user {
            Some(user) => {
                handshake.extensions().insert(user);
                true
            }
            None => false,
        }))
    }
}

pub(crate) fn chat() -> Namespace {
    Namespace::new(CHAT)
        .on_connect(come_in)
        .on("say", say)
        .on_disconnect(leave)
}

async fn come_in(socket: Socket, State(accounts): State<Accounts>) -> Result<(), HandlerError> {
    let user = socket.session_extensions().get::<User>();
    if !user.is_some_and(|user| accounts.knows(&user)) {
        // Logged out since the handshake, when this socket was not there to be shown out.
        socket.disconnect_session();
        return Ok(());
    }
    socket.join(HALL)?;
    let name = name_of(&socket);
    socket.to(HALL).emit("came in", (&name,))?;
    socket.emit("welcome", (&name,))?;
    Ok(())
}

async fn say(socket: Socket, Args((text,)): Args<(String,)>) -> Result<(), HandlerError> {
    if text.is_empty() || text.chars().count() > TEXT_LENGTH {
        return Err(HandlerError::new(
            "not_a_message",
            "a message has 1 to 500 characters",
        ));
    }
    socket.everybody().emit("said", (name_of(&socket), text))?;
    Ok(())
}

async fn leave(socket: Socket) -> Result<(), HandlerError> {
    socket.to(HALL).emit("left", (name_of(&socket),))?;
    Ok(())
}

fn name_of(socket: &Socket) -> String {
    let user = socket.session_extensions().get::<User>();
    // Without a login there is no session.
    user.map_or_else(String::new, |user| user.name.clone())
}

/// Tells everybody in the hall something, from outside of handlers. Gives the number of clients
/// it was sent to.
pub(crate) fn announce(io: &ServerHandle, by: &str, text: &str) -> Result<usize, HandlerError> {
    let Some(chat) = io.of(CHAT) else {
        return Ok(0);
    };
    let reach = chat.to(HALL).emit("announcement", (by, text))?;
    Ok(reach.queued)
}

/// Ends the sessions that were opened with a login: a cookie is looked at only once.
pub(crate) fn show_out(io: &ServerHandle, user: &User) {
    for socket in io.of(CHAT).iter().flat_map(|chat| chat.sockets()) {
        let whose = socket.session_extensions().get::<User>();
        if whose.is_some_and(|it| *it == *user) {
            socket.disconnect_session();
        }
    }
}
