//! A Socket.IO server on smol.
//!
//! ```no_run
//! use socketio_driver_smol::{Args, HandlerError, Namespace, Server, Socket};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let chat = Namespace::new("/chat")
//!     .on_connect(async |socket: Socket| socket.join("lobby").map_err(HandlerError::from))
//!     .on("say", async |socket: Socket, Args((text,)): Args<(String,)>| {
//!         socket.to("lobby").emit("said", (text,))?;
//!         Ok(true)
//!     });
//!
//! let server = Server::builder().namespace(chat).bind("127.0.0.1:6543").await?;
//! server.run().await;
//! # Ok(()) }
//! # let _ = smol::block_on(run());
//! ```
//!
//! Its tasks run on smol's global executor, with one thread unless the environment variable
//! `SMOL_THREADS` asks for more, or on an executor of the application's:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use smol::Executor;
//! use socketio_driver_smol::{Driver, Listen, Server};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let executor = Arc::new(Executor::new());
//! for _ in 0..4 {
//!     let executor = Arc::clone(&executor);
//!     std::thread::spawn(move || {
//!         smol::block_on(executor.run(std::future::pending::<()>()));
//!     });
//! }
//! let builder = Server::builder().listen(Listen::tcp("127.0.0.1:6543"));
//! let server = builder.build_on(Driver::on(&executor)).await?;
//! server.run().await;
//! # Ok(()) }
//! ```
//!
//! The API is that of `socketio-server`, on which all drivers stand; applications need only
//! this crate. Every name here is also one of `socketio-driver-tokio`: an application moves from
//! one driver to another with its line in `Cargo.toml` and its `use`.

#![forbid(unsafe_code)]

mod driver;

// With `bytes` and `rustls`, whose types stand in signatures, too.
pub use http;
pub use socketio_server::*;

pub use crate::driver::{Driver, DriverListener, DriverSleep, DriverStream};

/// A server on smol.
pub type Server = socketio_server::Server<Driver>;

/// The settings of a [`Server`] to be.
pub type ServerBuilder = socketio_server::ServerBuilder<Driver>;
