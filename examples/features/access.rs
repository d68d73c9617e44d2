//! Who may do what: a locked namespace, and one that is closed to most.

use socketio_server::{Acl, Args, ConnectQuery, HandlerError, Namespace, Socket};

/// What opens both. A demo's password may stand in its source.
const PASSWORD: &str = "sesame";

/// Only joining and the login are allowed, until it has worked.
pub(crate) fn vault() -> Namespace {
    Namespace::new("/vault")
        .initial_acl(Acl::only(["connect", "log in"]))
        .on("log in", log_in)
        .on("open", async || "forty thieves' gold")
        .on("log out", async |socket: Socket| {
            socket.acl().reset().map_err(HandlerError::from)
        })
}

async fn log_in(socket: Socket, Args((password,)): Args<(String,)>) -> Result<bool, HandlerError> {
    if password != PASSWORD {
        return Ok(false);
    }
    socket.acl().lift()?;
    Ok(true)
}

/// Lets those in whose handshake had the password in its query.
pub(crate) fn private() -> Namespace {
    Namespace::new("/private").authorize(async |socket: Socket, _: ConnectQuery| {
        socket.handshake().query_param("password").as_deref() == Some(PASSWORD)
    })
}
