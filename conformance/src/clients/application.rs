//! The application that the scenarios talk to; `tests/js/README.md` describes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socketio_server::{
    Ack, Args, ConnectQuery, HandlerError, Handshake, Listen, Namespace, Origins, RawArgs, RawJson,
    ServerBuilder, ServerHandle, Socket, Text,
};

use crate::host::{Served, host};
use crate::server::build;
use crate::waiting::{Background, in_background, wait_for};

/// A running server, which ends without a word when it is dropped.
pub(crate) struct RunningServer {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    /// The end of its listening, if it listens by itself.
    listening: Option<Background<()>>,
}

impl RunningServer {
    /// Starts the application by whatever serves, on a port of its own.
    pub(crate) fn start(authorization: bool) -> Self {
        let (Served { address, handle }, clock) = host().serve(application(authorization));
        clock.run();
        Self {
            address,
            handle,
            listening: None,
        }
    }

    /// Starts the application on whatever is to be listened on.
    pub(crate) fn listen(listen: Listen, authorization: bool) -> Self {
        Self::open(listen, application(authorization))
    }

    /// Starts the application for pages on any port of this machine, on whatever is to be listened
    /// on.
    pub(crate) fn start_for_pages(listen: Listen, authorization: bool) -> Self {
        let builder = application(authorization)
            .origins(Origins::list(["127.0.0.1:*"]))
            // The only way for a client on htmlfile to notice that its stream has ended.
            .heartbeat_interval(Duration::from_millis(500))
            .heartbeat_timeout(Duration::from_secs(10));
        Self::open(listen, builder)
    }

    fn open(listen: Listen, builder: ServerBuilder) -> Self {
        let server = build(builder.listen(listen)).expect("the port is free");
        server.clock().run();
        Self {
            address: server.local_addr().expect("it listens"),
            handle: server.handle(),
            listening: Some(in_background(server.run())),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        wait_for(self.handle.shutdown_silently(Duration::ZERO));
        if let Some(listening) = self.listening.take() {
            // The port is free when it has ended. If it panicked, that was told.
            let _ = wait_for(listening);
        }
    }
}

/// The settings of the application, for servers with settings of their own.
pub(super) fn application(authorization: bool) -> ServerBuilder {
    let builder = ServerBuilder::new()
        .namespace(talkative(Namespace::global()))
        .namespace(talkative(Namespace::new("/chat")))
        .namespace(talkative(Namespace::new("/news")))
        .namespace(Namespace::new("/private").authorize(nobody));
    if authorization {
        builder.authorize(sesame)
    } else {
        builder
    }
}

async fn nobody(_socket: Socket, _query: ConnectQuery) -> bool {
    false
}

async fn sesame(handshake: Arc<Handshake>) -> Result<bool, HandlerError> {
    Ok(handshake.query_param("token").as_deref() == Some("sesame"))
}

fn talkative(namespace: Namespace) -> Namespace {
    namespace
        .on("echo", echo)
        .on("all", async |socket: Socket, args: RawArgs| {
            socket.everybody().emit("all", args)?;
            Ok(())
        })
        // While a question is open, the client may ask the next one.
        .on_concurrently("ask", async |socket: Socket, args: RawArgs| {
            let answer = socket.emit_with_ack("question", args).await?;
            socket.emit("answered", answer)?;
            Ok(())
        })
        .on(
            "ask message",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.send_with_ack(&text).await?;
                socket.emit("answered", ())?;
                Ok(())
            },
        )
        .on(
            "count",
            async |socket: Socket, Args((numbers,)): Args<(u32,)>| {
                for number in 0..numbers {
                    socket.emit("number", (number,))?;
                }
                Ok(())
            },
        )
        .on("leave me", async |socket: Socket| {
            socket.disconnect().map_err(HandlerError::from)
        })
        .on("drop me", async |socket: Socket| {
            socket.session().disconnect_silently();
        })
        .on_message(async |socket: Socket, Text(text): Text| {
            socket.send(&text)?;
            Ok(())
        })
        .on_json(async |socket: Socket, json: RawJson| {
            socket.send_json(&json)?;
            Ok(())
        })
}

async fn echo(socket: Socket, args: RawArgs, ack: Ack) -> Result<(), HandlerError> {
    if ack.is_wanted() {
        ack.send(args)?;
    } else {
        socket.emit("echo", args)?;
    }
    Ok(())
}
