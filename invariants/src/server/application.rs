//! An application that does a bit of everything when clients ask for it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socketio_server::{
    Acl, Admission, ConnectQuery, DisconnectReason, EventName, HandlerError, Namespace, RawArgs,
    RawJson, Socket, State, Text,
};

/// What the application has heard, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, socket: &Socket, what: std::fmt::Arguments<'_>) {
        let line = format!("{} {} {what}", socket.id().as_str(), socket.namespace());
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }

    pub(super) fn take(&self) -> Vec<String> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut lines)
    }
}

/// Its namespaces: the global one, one for everybody, one with a list, one with an authorizer.
pub(super) fn namespaces() -> [Namespace; 4] {
    let locked = Namespace::new("/locked").initial_acl(Acl::only(["connect", "knock"]));
    let vault = Namespace::new("/vault").authorize(
        async |_: Socket, query: ConnectQuery| -> Result<_, HandlerError> {
            let is_refused = !query.0.contains("token");
            Ok(if is_refused {
                Admission::Refuse
            } else {
                Admission::Admit
            })
        },
    );
    let all = [Namespace::global(), Namespace::new("/chat"), locked, vault];
    all.map(echoing)
}

/// Hears everything, and says most of it again.
fn echoing(namespace: Namespace) -> Namespace {
    namespace
        .on_connect(async |socket: Socket, State(heard): State<Heard>| {
            heard.note(&socket, format_args!("joined"));
        })
        .on_disconnect(
            async |socket: Socket, reason: DisconnectReason, State(heard): State<Heard>| {
                // Who ends what first, the client or its connection, is a matter of time.
                heard.note(&socket, format_args!("left: {reason:?}"));
            },
        )
        .on_message(
            async |socket: Socket, Text(text): Text, State(heard): State<Heard>| {
                heard.note(&socket, format_args!("message {text:?}"));
                socket.send(&text)?;
                Ok::<_, HandlerError>(())
            },
        )
        .on_json(
            async |socket: Socket, json: RawJson, State(heard): State<Heard>| {
                heard.note(&socket, format_args!("json {}", json.as_str()));
                json
            },
        )
        .on_any(
            async |socket: Socket,
                   EventName(name): EventName,
                   args: RawArgs,
                   State(heard): State<Heard>| {
                heard.note(&socket, format_args!("event {name:?} {}", args.as_str()));
                socket.emit(&name, &args)?;
                Ok::<_, HandlerError>(args)
            },
        )
        .on("knock", async |socket: Socket| {
            socket.acl().lift()?;
            Ok::<_, HandlerError>(true)
        })
        .on("ask", async |socket: Socket| {
            let question = socket.emit_with_ack("question", ());
            let answer: RawArgs = question.within(Duration::from_secs(5)).await?;
            Ok::<_, HandlerError>(answer)
        })
        .on(
            "enter",
            async |socket: Socket, State(heard): State<Heard>| {
                heard.note(&socket, format_args!("enters"));
                socket.join("room")?;
                socket.to("room").emit("entered", ())?;
                socket.broadcast().send("somebody entered");
                Ok::<_, HandlerError>(())
            },
        )
        .on("slowly", async |socket: Socket| {
            socket.sleep(Duration::from_millis(500)).await;
        })
        .on_concurrently("beside", async |socket: Socket| {
            socket.sleep(Duration::from_secs(3)).await;
        })
        .on("fail", async || -> Result<(), HandlerError> {
            Err(HandlerError::new("failed", "as asked"))
        })
        .on("leave", async |socket: Socket| {
            socket.disconnect()?;
            Ok::<_, HandlerError>(())
        })
        .on("end", async |socket: Socket| socket.disconnect_session())
}
