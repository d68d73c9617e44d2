//! A Socket.IO server on tokio.
//!
//! ```no_run
//! use socketio_driver_tokio::{Args, HandlerError, Namespace, Server, Socket};
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
//! ```
//!
//! The API is that of `socketio-server`, on which all drivers stand; applications need only
//! this crate.

#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeExamples;

#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
struct GuideExamples;

#[cfg(doctest)]
#[doc = include_str!("../../docs/emit-cheatsheet.md")]
struct EmitExamples;

#[cfg(doctest)]
#[doc = include_str!("../../docs/operations.md")]
struct OperationsExamples;

#[cfg(doctest)]
#[doc = include_str!("../../docs/coming-from-gevent-socketio.md")]
struct ComingFromExamples;

mod driver;

// With `bytes` and `rustls`, whose types stand in signatures, too.
pub use http;
pub use socketio_server::*;

pub use crate::driver::{Driver, DriverListener, DriverSleep, DriverStream};

/// A server on tokio.
pub type Server = socketio_server::Server<Driver>;

/// The settings of a [`Server`] to be.
pub type ServerBuilder = socketio_server::ServerBuilder<Driver>;
