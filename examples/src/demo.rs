//! A server with a page, from the command line to its end.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use bytes::Bytes;
use clap::Parser;
use socketio_server::ServerBuilder;

use crate::driver::{DriverName, RunningServer, StartedDriver};
use crate::page::Page;

/// A page that talks to a Socket.IO server, on the driver of your choice.
#[derive(Debug, Parser)]
struct DemoOptions {
    #[command(flatten)]
    page: PageOptions,
    /// The driver to serve on.
    #[arg(long, value_enum, default_value_t)]
    driver: DriverName,
}

/// A page that talks to a Socket.IO server.
#[derive(Debug, Parser)]
pub struct PageOptions {
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

impl PageOptions {
    /// Where the server is to listen.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
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

/// Reads the command line, and ends the process if that makes no sense. From then on, traces go
/// to standard error, as `RUST_LOG` says.
#[must_use]
pub fn options_from_command_line<O: Parser>() -> O {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    O::parse()
}

/// A page with its server, to be served on the driver that the command line names.
#[derive(Debug)]
pub struct Demo {
    name: &'static str,
    options: DemoOptions,
    driver: StartedDriver,
}

impl Demo {
    /// Reads the command line, and starts the driver that it names.
    ///
    /// # Errors
    /// If the driver's runtime cannot be started.
    pub fn from_command_line(name: &'static str) -> Result<Self, Box<dyn Error>> {
        let options: DemoOptions = options_from_command_line();
        let driver = options.driver.start()?;
        Ok(Self {
            name,
            options,
            driver,
        })
    }

    /// Where the server is to listen.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.options.page.address()
    }

    /// Serves a page that has no client's script, on an address of its own.
    ///
    /// # Errors
    /// If the settings do not fit together, or the address cannot be had.
    pub fn serve_beside(
        &self,
        page: Page,
        address: SocketAddr,
        builder: ServerBuilder,
    ) -> Result<RunningServer, Box<dyn Error>> {
        let page = page.served_by(self.options.driver);
        let builder = builder.fallback(move |request| page.answer(request));
        Ok(self.driver.serve(builder, address)?)
    }

    /// Adds the page and the client's script to a server, has it serve, and says where.
    ///
    /// # Errors
    /// If the script cannot be read, the settings do not fit together, or the address cannot be
    /// had.
    pub fn serve(
        &self,
        page: Page,
        builder: ServerBuilder,
    ) -> Result<RunningServer, Box<dyn Error>> {
        let builder = builder.client_script(self.options.page.read_client_script()?);
        let server = self.serve_beside(page, self.address(), builder)?;
        // Tests and other programs take the address from the end of this first line.
        println!("{} on http://{}", self.name, server.address);
        Ok(server)
    }
}
