//! Socket.IO inside of an application on hyper, on smol or async-std: beside its routes, on its
//! port.
//!
//! An ordinary route tells everybody who is connected, through the server's handle.

mod routes;
mod serving;

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use clap::{Parser, ValueEnum};
use futures_lite::StreamExt;
use socketio_examples::options_from_command_line;
use socketio_server::runtime::FuturesStream;
use socketio_server::{Args, HandlerError, Namespace, ServerBuilder, Socket};

/// Socket.IO inside of an application on hyper.
#[derive(Debug, Parser)]
struct Options {
    /// The port to listen on; 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The runtime.
    #[arg(long, value_enum, default_value_t)]
    driver: Host,
    /// The browser client, if pages are to have it: `socket.io.js` of socket.io-client 0.9.
    #[arg(long)]
    client_script: Option<std::path::PathBuf>,
}

/// The runtimes whose sockets have the traits of `futures-io`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Host {
    /// Its global executor, with as many threads as SMOL_THREADS says
    #[default]
    Smol,
    /// With a thread for each core
    AsyncStd,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options: Options = options_from_command_line();
    let address = SocketAddr::from(([127, 0, 0, 1], options.port));
    let mut builder = ServerBuilder::new().namespace(Namespace::new("/chat").on("say", say));
    if let Some(script) = options.client_script {
        builder = builder.client_script(std::fs::read(script)?);
    }
    match options.driver {
        Host::Smol => smol::block_on(on_smol(address, builder)),
        Host::AsyncStd => async_std::task::block_on(on_async_std(address, builder)),
    }
}

async fn on_smol(address: SocketAddr, builder: ServerBuilder) -> Result<(), Box<dyn Error>> {
    let builder = builder.on_runtime::<socketio_driver_smol::Driver>();
    let (socketio, io) = builder.tower_layer()?;
    let listener = smol::net::TcpListener::bind(address).await?;
    tell(listener.local_addr()?);
    let connections = listener.incoming().map(|accepted| {
        let connection = accepted?;
        // A connection that is broken already will say so when it is read.
        let _ = connection.set_nodelay(true);
        io::Result::Ok(connection)
    });
    serving::serve(connections, socketio, io).await
}

async fn on_async_std(address: SocketAddr, builder: ServerBuilder) -> Result<(), Box<dyn Error>> {
    let builder = builder.on_runtime::<socketio_driver_async_std::Driver>();
    let (socketio, io) = builder.tower_layer()?;
    let listener = async_std::net::TcpListener::bind(address).await?;
    tell(listener.local_addr()?);
    let connections = listener.incoming().map(|accepted| {
        let connection = accepted?;
        let _ = connection.set_nodelay(true);
        // async-std's sockets do not tell the client when they are closed; so wrapped, they do.
        io::Result::Ok(FuturesStream(connection))
    });
    serving::serve(connections, socketio, io).await
}

fn tell(address: SocketAddr) {
    println!("hyper_chat on http://{address}");
}

async fn say(socket: Socket, Args((text,)): Args<(String,)>) -> Result<(), HandlerError> {
    socket.everybody().emit("said", (text,))?;
    Ok(())
}
