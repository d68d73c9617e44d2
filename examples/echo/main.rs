//! Sends everything back: the server for benchmarks and for checks from outside.
//!
//! On the global namespace and on `/chat`, event `echo` answers an asked-for acknowledgement
//! with its arguments and otherwise comes back as an event; event `all` goes to everyone in
//! the namespace, its sender included; messages and JSON messages come back.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use socketio_examples::{DriverName, options_from_command_line};
use socketio_server::{
    Ack, Namespace, Origins, RawArgs, RawJson, ServerBuilder, ServerHandle, ServerLimits, Socket,
    Text,
};

/// Sends everything back.
#[derive(Debug, Parser)]
struct Options {
    /// The port to listen on; 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    host: std::net::IpAddr,
    /// The driver to serve on.
    #[arg(long, value_enum, default_value_t)]
    driver: DriverName,
    /// Lets pages of any origin in.
    #[arg(long)]
    any_origin: bool,
    /// What session ids begin with: one or two characters of A-Za-z0-9, by which a proxy tells
    /// several servers apart.
    #[arg(long)]
    session_id_prefix: Option<String>,
    /// Tells each second how many sessions and connections there are, and bytes on the heap if it was
    /// built to count them.
    #[arg(long)]
    tell_counts: bool,
}

#[cfg(feature = "count-heap")]
#[global_allocator]
static HEAP: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

fn main() -> Result<(), Box<dyn Error>> {
    let options: Options = options_from_command_line();
    let driver = options.driver.start()?;
    let address = SocketAddr::new(options.host, options.port);
    let server = driver.serve(builder(&options), address)?;
    println!("echo server on port {}", server.address.port());
    if options.tell_counts {
        let handle = server.handle.clone();
        server.handle.spawn(tell_counts(handle));
    }
    server.run_until_interrupted()
}

async fn tell_counts(handle: ServerHandle) {
    loop {
        handle.sleep(Duration::from_secs(1)).await;
        let (sessions, connections) = (handle.session_count(), handle.connection_count());
        println!("sessions {sessions} connections {connections}{}", heap());
    }
}

#[cfg(feature = "count-heap")]
fn heap() -> String {
    format!(" heap {}", HEAP.allocated())
}

#[cfg(not(feature = "count-heap"))]
const fn heap() -> &'static str {
    ""
}

fn builder(options: &Options) -> ServerBuilder {
    let origins = if options.any_origin {
        Origins::any()
    } else {
        Origins::same_only()
    };
    let builder = ServerBuilder::new()
        .origins(origins)
        // All load comes from one address.
        .limits(ServerLimits::default().handshakes_per_peer(None))
        .namespace(echoing(Namespace::global()))
        .namespace(echoing(Namespace::new("/chat")));
    match &options.session_id_prefix {
        Some(prefix) => builder.session_id_prefix(prefix),
        None => builder,
    }
}

fn echoing(namespace: Namespace) -> Namespace {
    namespace
        .on("echo", async |socket: Socket, args: RawArgs, ack: Ack| {
            if ack.is_wanted() {
                ack.send(args)?;
            } else {
                socket.emit("echo", args)?;
            }
            Ok(())
        })
        .on("all", async |socket: Socket, args: RawArgs| {
            socket.everybody().emit("all", args)?;
            Ok(())
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
