//! A Socket.IO server on an event loop of its own: the pure crates, one thread, no async runtime.
//!
//! It serves websockets and xhr-polling. `docs/writing-a-driver.md` takes it as its example.
//!
//! | file | its story |
//! |---|---|
//! | `event_loop.rs` | what happens next: a socket is ready, time has passed, a session has an order |
//! | `connection.rs` | the life of a connection, from its first request to its last byte |
//! | `wire.rs` | a socket that takes and gives what it can without waiting |
//! | `request.rs`, `response.rs` | as much of HTTP/1.1 as real clients speak |
//! | `routes.rs` | what each request is answered with |
//! | `framing.rs` | WebSocket frames, which are tungstenite's |
//! | `sessions.rs` | the sessions, and which connection carries which: all there is to the pure crates |
//! | `application.rs` | what the server is for |
//! | `site.rs` | a page to try it |

mod application;
mod connection;
mod event_loop;
mod framing;
mod request;
mod response;
mod routes;
mod sessions;
mod site;
mod wire;

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use application::Application;
use event_loop::EventLoop;
use routes::Service;
use sessions::Sessions;
use site::Site;

/// A Socket.IO server on an event loop of its own.
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
    /// Lets only clients in whose handshake has `?token=` this.
    #[arg(long)]
    token: Option<String>,
    /// How many seconds a poll is held that nothing comes for.
    #[arg(long, default_value_t = 20)]
    poll_time: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let script = std::fs::read(&options.client_script)
        .map_err(|error| format!("{}: {error}", options.client_script.display()))?;
    let mut config = Application::config();
    config.polling_duration = Duration::from_secs(options.poll_time);
    let service = Service {
        sessions: Sessions::new(Application::new(options.token), config),
        site: Site::new(script),
    };
    let event_loop = EventLoop::bind(SocketAddr::new(options.host, options.port), service)?;
    ctrlc::set_handler(event_loop.interrupter())?;
    // Tests and other programs take the address from the end of this first line.
    println!("own-loop on http://{}", event_loop.local_addr()?);
    Ok(event_loop.run()?)
}
