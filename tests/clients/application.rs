//! The application that the scenarios talk to; `tests/js/README.md` describes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socketio_driver_tokio::{
    Ack, Args, ConnectQuery, HandlerError, Handshake, Listen, Namespace, Origins, RawArgs, RawJson,
    Server, ServerBuilder, Socket, Text,
};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A running server, which ends without a word when it is dropped.
pub(crate) struct RunningServer {
    pub(crate) address: SocketAddr,
    /// Its workers have threads of their own.
    actix: Option<actix_web::dev::ServerHandle>,
    runtime: Option<Runtime>,
}

impl RunningServer {
    /// Starts the application on a port of its own.
    pub(crate) fn start(authorization: bool) -> Self {
        Self::start_on(([127, 0, 0, 1], 0).into(), authorization)
    }

    /// Starts the application on a given port.
    pub(crate) fn start_on(address: SocketAddr, authorization: bool) -> Self {
        Self::listen(Listen::tcp(address), authorization)
    }

    /// Starts the application on whatever is to be listened on.
    pub(crate) fn listen(listen: Listen, authorization: bool) -> Self {
        Self::open(listen, authorization, |builder| builder)
    }

    /// Starts the application for pages on any port of this machine, on whatever is to be listened on.
    pub(crate) fn start_for_pages(listen: Listen, authorization: bool) -> Self {
        let pages = Origins::list(["127.0.0.1:*"]);
        Self::open(listen, authorization, |builder| {
            // The only way for a client on htmlfile to notice that its stream has ended.
            builder
                .origins(pages)
                .heartbeat_interval(Duration::from_millis(500))
                .heartbeat_timeout(Duration::from_secs(4))
        })
    }

    fn open(
        listen: Listen,
        authorization: bool,
        with_settings: impl FnOnce(ServerBuilder) -> ServerBuilder,
    ) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let builder = with_settings(application(authorization));
        let server = runtime.block_on(builder.listen(listen).build());
        let server = server.expect("the port is free");
        let address = server.local_addr().expect("it listens");
        runtime.spawn(server.run());
        Self {
            address,
            actix: None,
            runtime: Some(runtime),
        }
    }

    /// Starts the application inside of another one on actix-web.
    pub(crate) fn start_behind_actix(authorization: bool) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it listens");
        let actix = runtime.block_on(async {
            let built = application(authorization).tower_service();
            let (service, _) = built.expect("a service");
            let outer = move || {
                actix_web::App::new().service(socketio_actix::scope("/socket.io", service.clone()))
            };
            let server = actix_web::HttpServer::new(outer)
                .workers(1)
                .h1_allow_half_closed(false)
                .disable_signals()
                .listen(listener)
                .expect("a listener")
                .run();
            let handle = server.handle();
            tokio::spawn(server);
            handle
        });
        Self {
            address,
            actix: Some(actix),
            runtime: Some(runtime),
        }
    }

    /// Starts the application as a layer in another one on axum.
    pub(crate) fn start_behind_axum(authorization: bool) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let (listener, layer) = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let built = application(authorization).tower_layer();
            (listener, built.expect("a layer").0)
        });
        let address = listener.local_addr().expect("it listens");
        let router = axum::Router::new().layer(layer);
        runtime.spawn(async { axum::serve(listener, router).await });
        Self {
            address,
            actix: None,
            runtime: Some(runtime),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            if let Some(actix) = self.actix.take() {
                runtime.block_on(actix.stop(false));
            }
            // The port is free when its tasks are gone.
            runtime.shutdown_timeout(Duration::from_secs(10));
        }
    }
}

fn application(authorization: bool) -> ServerBuilder {
    let builder = Server::builder()
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
