//! hyper's side: connections that are the application's.

use std::error::Error;
use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_lite::future::or;
use futures_lite::{AsyncRead, AsyncWrite, Stream, StreamExt};
use hyper::server::conn::http1;
use hyper_util::service::TowerToHyperService;
use smol_hyper::rt::{FuturesIo, SmolTimer};
use socketio_examples::wait_for_interruption;
use socketio_server::ServerHandle;
use socketio_server::tower::SocketIoLayer;
use tower::{Layer, service_fn};

use crate::routes;

/// How long clients have to take their goodbye when the application is interrupted.
const SHUTDOWN_TIME: Duration = Duration::from_secs(5);

/// How long to wait when no connection can be accepted, for want of descriptors perhaps.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until the process is interrupted: Socket.IO's requests by the layer, all
/// others by the routes behind it.
pub(crate) async fn serve<S>(
    connections: impl Stream<Item = io::Result<S>>,
    socketio: SocketIoLayer,
    io: ServerHandle,
) -> Result<(), Box<dyn Error>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handle = io.clone();
    let application = service_fn(move |request| routes::answer(handle.clone(), request));
    let service = TowerToHyperService::new(socketio.layer(application));
    // smol and async-std have their reactor in common, and with it the timers.
    let mut http = http1::Builder::new();
    http.timer(SmolTimer::new());

    let mut connections = pin!(connections);
    let accept_all = async {
        while let Some(accepted) = connections.next().await {
            let Ok(stream) = accepted else {
                io.sleep(PAUSE).await;
                continue;
            };
            let connection = http
                .serve_connection(FuturesIo::new(stream), service.clone())
                .with_upgrades();
            // Connections break; nobody waits for a reason.
            io.spawn(async { drop(connection.await) });
        }
        Ok(())
    };
    // Connections are accepted until everybody has taken their goodbye.
    let end = async {
        smol::unblock(wait_for_interruption).await?;
        io.shutdown(SHUTDOWN_TIME).await;
        Ok(())
    };
    or(end, accept_all).await
}
