//! A server with a page, from the command line to its end.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::Parser;
use socketio_driver_tokio::{Server, ServerBuilder, ServerHandle};

use crate::page::Page;

/// How long clients have to take their goodbye when the demo is interrupted.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// A page that talks to a Socket.IO server.
#[derive(Debug, Parser)]
pub struct DemoOptions {
    /// The port to listen on; 0 takes a free one, which the first line of output tells.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// The browser client: `socket.io.js` of socket.io-client 0.9.
    #[arg(long)]
    pub client_script: PathBuf,
}

impl DemoOptions {
    /// Reads the command line, and ends the process if that makes no sense. From then on,
    /// traces go to standard error, as `RUST_LOG` says.
    #[must_use]
    pub fn from_command_line() -> Self {
        tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_writer(std::io::stderr)
            .init();
        Self::parse()
    }

    /// The text of the browser client.
    ///
    /// # Errors
    /// If the file cannot be read, with its name.
    pub fn read_client_script(&self) -> Result<Bytes, Box<dyn Error>> {
        std::fs::read(&self.client_script)
            .map(Bytes::from)
            .map_err(|error| format!("{}: {error}", self.client_script.display()).into())
    }
}

/// A server that listens and is ready to run.
#[derive(Debug)]
pub struct Demo {
    name: &'static str,
    server: Server,
}

impl Demo {
    /// Adds the page and the client's script to a server and has it listen.
    ///
    /// # Errors
    /// If the script cannot be read, or the address cannot be had.
    pub async fn bind(
        name: &'static str,
        options: &DemoOptions,
        page: Page,
        builder: ServerBuilder,
    ) -> Result<Self, Box<dyn Error>> {
        let server = builder
            .client_script(options.read_client_script()?)
            .fallback(move |request| page.answer(request))
            .bind(SocketAddr::new(options.host, options.port))
            .await?;
        Ok(Self { name, server })
    }

    /// A handle to the server: for what it does without being asked.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Says where the page is and serves it until the process is interrupted.
    ///
    /// # Errors
    /// If the operating system does not tell the address.
    pub async fn run(self) -> Result<(), Box<dyn Error>> {
        // Tests and other programs take the address from the end of this first line.
        println!("{} on http://{}", self.name, self.server.local_addr()?);
        let handle = self.server.handle();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                handle.shutdown(SHUTDOWN_TIME).await;
            }
        });
        self.server.run().await;
        Ok(())
    }
}
