//! Socket.IO inside of an application on actix-web: beside its routes, on its port.
//!
//! An ordinary route tells everybody who is connected, through the server's handle among the
//! application's data.

use std::error::Error;
use std::time::Duration;

use actix_web::{App, HttpServer, Responder, web};
use clap::Parser;
use serde::Deserialize;
use socketio_driver_tokio::{Args, HandlerError, Namespace, Server, ServerHandle, Socket};

/// How long clients have to take their goodbye when the application is interrupted.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// Socket.IO inside of an application on actix-web.
#[derive(Debug, Parser)]
struct Options {
    /// The port to listen on; 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The browser client, if pages are to have it: `socket.io.js` of socket.io-client 0.9.
    #[arg(long)]
    client_script: Option<std::path::PathBuf>,
}

// With `#[actix_web::main]`, all of the server's tasks would share one thread.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let chat = Namespace::new("/chat").on("say", say);
    let mut builder = Server::builder().namespace(chat);
    if let Some(script) = options.client_script {
        builder = builder.client_script(std::fs::read(script)?);
    }
    let (socketio, io) = builder.tower_service()?;

    let shared = web::Data::new(io.clone());
    let application = move || {
        App::new()
            .app_data(shared.clone())
            .service(socketio_actix::scope("/socket.io", socketio.clone()))
            .route("/", web::get().to(home))
            .route("/announcements", web::post().to(announce))
    };
    let server = HttpServer::new(application)
        // Otherwise polls of clients that have left are held for nobody.
        .h1_allow_half_closed(false)
        // We say when it ends: after everybody has taken its goodbye.
        .disable_signals()
        .bind(("127.0.0.1", options.port))?;
    for address in server.addrs() {
        println!("actix_chat on http://{address}");
    }
    let server = server.run();
    let stop = server.handle();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            io.shutdown(SHUTDOWN_TIME).await;
            stop.stop(true).await;
        }
    });
    server.await?;
    Ok(())
}

async fn say(socket: Socket, Args((text,)): Args<(String,)>) -> Result<(), HandlerError> {
    socket.everybody().emit("said", (text,))?;
    Ok(())
}

async fn home() -> impl Responder {
    "an ordinary page"
}

#[derive(Deserialize)]
struct Announcement {
    text: String,
}

/// Answers with how many were told.
async fn announce(
    io: web::Data<ServerHandle>,
    announcement: web::Form<Announcement>,
) -> actix_web::Result<String> {
    let Some(chat) = io.of("/chat") else {
        return Err(actix_web::error::ErrorNotFound("there is no chat"));
    };
    let reach = chat
        .emit("announcement", (&announcement.text,))
        .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(reach.queued.to_string())
}
