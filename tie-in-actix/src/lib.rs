//! A Socket.IO server inside of an application on actix-web: on its port, beside its routes.
//!
//! actix-web has types of its own for requests and responses, so `tower` layers do not fit. This
//! crate stands in between.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use socketio_driver_tokio::{Namespace, Server, Socket, Text};
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let echo = Namespace::global()
//!         .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
//!     let (socketio, io) = Server::builder().namespace(echo).tower_service()?;
//!     HttpServer::new(move || {
//!         App::new()
//!             .service(socketio_actix::scope("/socket.io", socketio.clone()))
//!             .route("/", web::get().to(async || "an ordinary page"))
//!     })
//!     .h1_allow_half_closed(false)
//!     .bind("127.0.0.1:6543")?
//!     .run()
//!     .await?;
//!     # drop(io);
//!     Ok(())
//! }
//! ```
//!
//! The server's tasks and timers run on the runtime on which `tower_service` was called:
//! `#[actix_web::main]` gives it the main thread, `#[tokio::main]`, with which actix-web works as
//! well, all that tokio has. Its requests are read and answered by actix-web's workers.
//!
//! # What actix-web has to be told
//!
//! * [`h1_allow_half_closed(false)`](actix_web::HttpServer::h1_allow_half_closed): otherwise it
//!   keeps polls of clients that have left until they are answered, and what they are answered
//!   with is lost.
//! * What every framework must limit: see [`socketio_server::tower`]. actix-web has its own
//!   limits for connections, and for the time that a request's head may take.
//!
//! # Shutdown
//!
//! Call `ServerHandle::shutdown` first, and then [`stop`](actix_web::dev::ServerHandle::stop) on
//! actix-web's own handle: until then it accepts connections, on which polling clients fetch
//! their goodbye.

#![forbid(unsafe_code)]

mod conversion;
mod duplex;
mod upload;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use http_body_util::Empty;
use socketio_server::tower::{PeerAddress, SocketIoService, Upgrade};
use tower_service::Service;

/// The part of an actix-web application that is Socket.IO's. `path` is where it stands, seen by
/// clients: the server's [`resource`](socketio_server::ServerBuilder::resource), whose default is
/// `/socket.io`.
///
/// Clones of a service are one server, so that every worker of actix-web may have one.
pub fn scope(path: &str, socketio: SocketIoService) -> impl HttpServiceFactory + use<> {
    web::scope(path)
        .app_data(web::Data::new(socketio))
        .default_service(web::to(answer))
}

/// Answers one request, for routes of your own. The service is expected among the application's
/// data, where [`scope`] puts it.
pub async fn answer(
    socketio: web::Data<SocketIoService>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let Some(mut head) = conversion::head(&request) else {
        return HttpResponse::new(StatusCode::BAD_REQUEST);
    };
    if let Some(peer) = request.peer_addr() {
        head.extensions.insert(PeerAddress(peer));
    }
    let mut socketio = SocketIoService::clone(&socketio);
    if !conversion::precedes_websocket(&request) {
        let (body, forwarding) = upload::body(payload);
        let answering = socketio.call(http::Request::from_parts(head, body));
        let Ok(response) = upload::while_forwarding(forwarding, answering).await;
        return conversion::response(response);
    }
    if request.method() != Method::GET {
        // It has a body that nobody can tell from what follows.
        return HttpResponse::BadRequest().force_close().finish();
    }
    // What is left of the request is the websocket's.
    let (stream, connection) = duplex::pair();
    head.extensions
        .insert(Upgrade::new(std::future::ready(Ok(stream))));
    let request = http::Request::from_parts(head, Empty::<Bytes>::new());
    let Ok(response) = socketio.call(request).await;
    if response.status() == http::StatusCode::SWITCHING_PROTOCOLS {
        conversion::upgraded(response.headers(), connection.carry(payload))
    } else {
        conversion::response(response)
    }
}
