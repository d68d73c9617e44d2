//! A chat inside of an application on axum: one port, one state, one login for pages and sockets.
//!
//! `cargo xtask demo axum_chat` starts it. Whoever logs in on the page gets a cookie, which the
//! handshake is judged by; an ordinary form posts to everybody who is connected.

mod accounts;
mod conversation;
mod site;

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use metrics_exporter_prometheus::PrometheusBuilder;
use socketio_driver_tokio::Server;
use socketio_examples::{PageOptions, options_from_command_line};
use tokio::net::TcpListener;

use crate::accounts::Accounts;
use crate::site::Site;

/// How long clients have to take their goodbye when the application is interrupted.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options: PageOptions = options_from_command_line();
    let accounts = Accounts::default();
    // Before the server, which keeps what handlers are to be timed with.
    let metrics = PrometheusBuilder::new().install_recorder()?;

    let (socketio, io) = Server::builder()
        .namespace(conversation::chat())
        .authorize(conversation::only_who_is_logged_in(accounts.clone()))
        .state(accounts.clone())
        .client_script(options.read_client_script()?)
        .tower_layer()?;
    // axum knows who is connected, and tells whoever asks for it in its words.
    let socketio = socketio.peer_from(|head| head.extensions.get().map(|ConnectInfo(peer)| *peer));
    let site = Site {
        accounts,
        io: io.clone(),
        metrics,
    };
    let application = site::routes(site)
        .layer(socketio)
        .into_make_service_with_connect_info::<SocketAddr>();

    let listener = TcpListener::bind(options.address()).await?;
    println!("axum_chat on http://{}", listener.local_addr()?);
    // Until everybody has taken its goodbye, axum goes on: polling clients come and fetch it.
    let ended = async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            io.shutdown(SHUTDOWN_TIME).await;
        }
    };
    axum::serve(listener, application)
        .with_graceful_shutdown(ended)
        .await?;
    Ok(())
}
