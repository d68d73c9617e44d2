//! The handshake: a request that makes a session.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use socketio_proto::{Handshake as HandshakeLine, JsonpIndex};
use socketio_session::SessionId;
use tracing::debug;

use crate::checks::LONGEST_TIMEOUT;
use crate::contained::{bury, drop_contained};
use crate::engine::Engine;
use crate::handlers::HandlerError;
use crate::handshake::Handshake;
use crate::origins::OriginCheck;
use crate::refusal::HandshakeRefusal;
use crate::responses;

/// Answers a handshake. Its method does not matter, as on the reference server.
pub(crate) async fn answer(
    engine: &Arc<Engine>,
    peer: Option<SocketAddr>,
    head: &Request<()>,
) -> Response<Bytes> {
    let query = head.uri().query().unwrap_or_default();
    if let Some(index) = JsonpIndex::of_handshake(query) {
        let origin = engine.settings.origins.check_included(head.headers());
        let plain = decide(engine, peer, head, &origin).await;
        return responses::script_handshake(index, &plain);
    }
    let origin = engine.settings.origins.check(head.headers());
    let mut response = match *head.method() {
        Method::OPTIONS if origin != OriginCheck::Refused => responses::preflight(),
        _ => decide(engine, peer, head, &origin).await,
    };
    responses::allow_origin(&mut response, &origin);
    response
}

/// The answer as it stands if no script is asked for.
async fn decide(
    engine: &Arc<Engine>,
    peer: Option<SocketAddr>,
    head: &Request<()>,
    origin: &OriginCheck,
) -> Response<Bytes> {
    match open(engine, peer, head, origin).await {
        Ok(id) => {
            debug!(session = ?id, ?peer, "handshake");
            responses::handshake(StatusCode::OK, line(engine, id.as_str()))
        }
        Err(refusal) => {
            debug!(?peer, ?refusal, "handshake refused");
            engine.counts.handshakes_refused.add_one(refusal.label());
            refusal.answer(engine.now())
        }
    }
}

async fn open(
    engine: &Arc<Engine>,
    peer: Option<SocketAddr>,
    head: &Request<()>,
    origin: &OriginCheck,
) -> Result<SessionId, HandshakeRefusal> {
    if *origin == OriginCheck::Refused {
        return Err(HandshakeRefusal::Origin);
    }
    engine.check_room()?;
    let admitted = engine.admit_handshake(peer);
    admitted.map_err(HandshakeRefusal::Peer)?;
    let target = head.uri().path_and_query();
    let handshake = Handshake::new(
        target.map_or("/", |target| target.as_str()),
        head.headers(),
        peer,
        engine.state().clone(),
        engine.memory(),
    );
    let handshake = handshake.map_err(|_| {
        engine.counts.memory_refusals.add_one("handshake");
        HandshakeRefusal::MemoryExhausted
    })?;
    let handshake = Arc::new(handshake);
    let refusal = match authorize(engine, &handshake).await {
        Ok(true) => return engine.create_session(handshake),
        Ok(false) => HandshakeRefusal::Unauthorized,
        Err(error) => {
            debug!(?peer, %error, "authorization failed");
            HandshakeRefusal::AuthorizationFailed
        }
    };
    drop_contained(handshake);
    Err(refusal)
}

async fn authorize(engine: &Arc<Engine>, handshake: &Arc<Handshake>) -> Result<bool, HandlerError> {
    let Some(authorizer) = &engine.hooks.authorizer else {
        return Ok(true);
    };
    let deadline = engine
        .executor
        .sleep(engine.settings.limits.authorization_timeout);
    let late = async {
        deadline.await;
        Err(HandlerError::authorization_timed_out())
    };
    let decision = async { authorizer(Arc::clone(handshake)).await };
    let decision = std::panic::AssertUnwindSafe(futures_lite::future::or(decision, late));
    let decided = futures_lite::FutureExt::catch_unwind(decision).await;
    decided.unwrap_or_else(|carried| {
        bury(carried);
        Err(HandlerError::panicked())
    })
}

/// Both timeouts are always filled in: real clients take an empty one for zero. Without
/// heartbeats the client is told to wait for as long as it can.
fn line(engine: &Engine, sid: &str) -> Vec<u8> {
    let config = &engine.session_config;
    let heartbeat_timeout = match config.heartbeat_interval {
        Some(_) => config.heartbeat_timeout,
        None => LONGEST_TIMEOUT,
    };
    let line = HandshakeLine {
        sid,
        heartbeat_timeout: Some(heartbeat_timeout),
        close_timeout: Some(config.close_timeout),
        transports: engine.settings.transports.as_slice().into(),
    };
    let mut text = Vec::new();
    line.encode(&mut text);
    text
}
