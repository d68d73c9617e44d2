//! A chat for several browsers: nicknames, rooms, private messages, who is online.
//!
//! `cargo xtask demo` starts it with the real client of Socket.IO 0.9.

mod conversation;
mod page;
mod people;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use socketio_driver_tokio::Server;

use crate::people::People;

/// A chat for several browsers.
#[derive(Debug, Parser)]
struct Options {
    /// The port to listen on; 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The browser client: `socket.io.js` of socket.io-client 0.9.
    #[arg(long)]
    client_script: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let options = Options::parse();
    let script = std::fs::read(&options.client_script)
        .map_err(|error| format!("{}: {error}", options.client_script.display()))?;
    let server = Server::builder()
        .namespace(conversation::chat())
        .state(People::default())
        .client_script(script)
        .fallback(page::answer)
        .bind(SocketAddr::new(options.host, options.port))
        .await?;
    println!("chat on http://{}", server.local_addr()?);

    let handle = server.handle();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            handle.shutdown(Duration::from_secs(5)).await;
        }
    });
    server.run().await;
    Ok(())
}
