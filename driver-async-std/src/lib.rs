//! A Socket.IO server on async-std.
//!
//! ```no_run
//! use socketio_driver_async_std::{Args, HandlerError, Namespace, Server, Socket};
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
//! # let _ = async_std::task::block_on(run());
//! ```
//!
//! async-std is discontinued, and its authors point to smol. This driver is for applications that
//! stand on it today. The way out is one line in `Cargo.toml`, `socketio-driver-smol` in place of
//! `socketio-driver-async-std`, and one `use`: both share their reactor (`async-io`), so that
//! sockets and timers behave alike, and tasks of both can live in one process meanwhile.
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

/// A server on async-std.
pub type Server = socketio_server::Server<Driver>;

/// The settings of a [`Server`] to be.
pub type ServerBuilder = socketio_server::ServerBuilder<Driver>;
