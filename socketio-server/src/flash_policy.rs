//! Answers Flash players that ask whether they may connect.
//!
//! They ask on a port of its own or on the server's main one. A server that answers unasked, as
//! the reference does, speaks to whoever connects; one that waits for a question, as
//! gevent-socketio does, must not wait for long.

use std::future::poll_fn;
use std::io;

use futures_lite::future::or;
use socketio_proto::FlashPolicy;
use tracing::trace;

use crate::counted_connection::CountedConnection;
use crate::engine::Engine;
use crate::runtime::ByteStream;

/// What a client has to say at first.
enum FirstWords {
    PolicyRequest,
    /// Something else, of which these bytes are the beginning; maybe nothing more will come.
    Other(Vec<u8>),
}

/// Serves a connection to the port for policies.
pub(crate) async fn serve<S: ByteStream>(counted: CountedConnection, mut stream: S) {
    let engine = counted.engine();
    let limit = engine.settings.limits.flash_policy_timeout;
    let exchange = async {
        if let FirstWords::PolicyRequest = first_words(&mut stream).await? {
            answer(engine, &mut stream).await?;
        }
        Ok(())
    };
    let late = async {
        engine.executor.sleep(limit).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    if let Err(error) = within_lifetime(engine, or(exchange, late)).await {
        trace!(%error, "no policy asked for");
    }
}

/// Answers a client that asks for the policy on the main port. `Some` are the first bytes of
/// one that wants something else.
pub(crate) async fn answer_or_begin<S: ByteStream>(
    engine: &Engine,
    stream: &mut S,
) -> Option<Vec<u8>> {
    let limit = engine.settings.limits.request_head_timeout;
    let exchange = async {
        match first_words(stream).await? {
            FirstWords::Other(early) => Ok(Some(early)),
            FirstWords::PolicyRequest => answer(engine, stream).await.map(|()| None),
        }
    };
    let late = async {
        engine.executor.sleep(limit).await;
        Err(io::ErrorKind::TimedOut.into())
    };
    within_lifetime(engine, or(exchange, late))
        .await
        .unwrap_or_else(|error| {
            trace!(%error, "connection failed");
            None
        })
}

/// Does not wait for `exchange` when the server ends its idle connections.
async fn within_lifetime<T>(
    engine: &Engine,
    exchange: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    let ended = async {
        loop {
            let draining = engine.shutdown.draining();
            if engine.shutdown.is_drained() {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            draining.await;
        }
    };
    or(exchange, ended).await
}

/// Reads until it is clear whether the client asks for the policy.
async fn first_words<S: ByteStream>(stream: &mut S) -> io::Result<FirstWords> {
    let mut words = Vec::new();
    let mut buffer = [0; FlashPolicy::REQUEST.len()];
    loop {
        let room = buffer.len().saturating_sub(words.len());
        let read = poll_fn(|cx| stream.poll_read(cx, &mut buffer[..room])).await?;
        words.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if words == FlashPolicy::REQUEST {
            return Ok(FirstWords::PolicyRequest);
        }
        if read == 0 || !FlashPolicy::REQUEST.starts_with(&words) {
            return Ok(FirstWords::Other(words));
        }
    }
}

/// Writes the policy and ends the connection.
async fn answer<S: ByteStream>(engine: &Engine, stream: &mut S) -> io::Result<()> {
    let policy = engine.settings.flash_policy.as_deref().unwrap_or_default();
    let mut rest = policy.as_bytes();
    while !rest.is_empty() {
        let written = poll_fn(|cx| stream.poll_write(cx, rest)).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        rest = rest.get(written..).unwrap_or_default();
    }
    poll_fn(|cx| stream.poll_flush(cx)).await?;
    poll_fn(|cx| stream.poll_shutdown(cx)).await
}
