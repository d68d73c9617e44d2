//! Sends everything back, on socketioxide: what `examples/echo` does, as far as the benchmark asks
//! for it.
//!
//! Everything is as its documentation shows it: a layer in an application on axum, on tokio's
//! runtime of many threads, with the default settings and both transports. Its log is a feature,
//! and off. Arguments are taken as `String`, which costs less than a `Value`.

#![forbid(unsafe_code)]

use std::error::Error;

use axum::serve::ListenerExt;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);
    io.ns("/chat", on_connect);
    let app = axum::Router::new().layer(layer);
    let listener = TcpListener::bind(("127.0.0.1", port()?)).await?;
    println!(
        "socketioxide server on port {}",
        listener.local_addr()?.port()
    );
    // Without this, small answers would wait for the client's acknowledgement of earlier ones.
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, app).await?;
    Ok(())
}

/// What follows `--port`; 0 takes a free one.
fn port() -> Result<u16, Box<dyn Error>> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--port");
    Ok(arguments.nth(1).as_deref().unwrap_or("0").parse()?)
}

async fn on_connect(socket: SocketRef) {
    socket.on("echo", async |Data(text): Data<String>, ack: AckSender| {
        // It fails if the client has gone.
        ack.send(&text).ok();
    });
    socket.on(
        "all",
        async |io: SocketIo, socket: SocketRef, Data(text): Data<String>| {
            if let Some(everybody) = io.of(socket.ns()) {
                everybody.emit("all", &text).await.ok();
            }
        },
    );
}
