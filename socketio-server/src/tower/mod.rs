//! The server as a part of an application on axum, hyper or whatever else speaks `tower`.
//!
//! [`ServerBuilder::tower_layer`](crate::ServerBuilder::tower_layer) gives a layer: what is below the
//! resource (`/socket.io/…`) is answered, everything else goes on to the application.
//! [`ServerBuilder::tower_service`](crate::ServerBuilder::tower_service) gives a service that stands by
//! itself. Both come with a [`ServerHandle`](crate::ServerHandle), to send from anywhere and to
//! shut down.
//!
//! # What the framework must limit
//!
//! The connections are the framework's. So these of [`ServerLimits`](crate::ServerLimits) hold
//! only if it has their like: `connections`, `request_head_timeout`, `request_head_bytes`, and,
//! but for websockets that wait for their 101 to be read, `unread_response_timeout`. Everything
//! else holds as it does behind a listener of ours: sessions, bodies and their time,
//! authorizations, queues, websockets.
//!
//! # What a foreign connection does not tell
//!
//! What a connection has taken counts as written, so packets are sent again only if the
//! framework drops the response before it has taken them. And whether a client has ended a
//! stream (htmlfile, xhr-multipart) or lost it cannot be told apart: either way its session
//! lives on for the close timeout. Websockets end as they do behind a listener of ours.
//!
//! # Shutdown
//!
//! Call [`ServerHandle::shutdown`](crate::ServerHandle::shutdown) first, and let the framework
//! accept connections until it has resolved: polling clients come and fetch their goodbye. A
//! framework's own graceful shutdown knows nothing of websockets.
//!
//! [`ServerHandle::connection_count`](crate::ServerHandle::connection_count) counts the requests
//! that are being answered here, and the websockets.

mod body;
mod future;
mod layer;
mod peer;
mod service;
mod upgrade;

pub use self::body::ResponseBody;
pub use self::future::ResponseFuture;
pub use self::layer::SocketIoLayer;
pub use self::peer::PeerAddress;
pub use self::service::{Fallback, SocketIoService};
pub use self::upgrade::Upgrade;
