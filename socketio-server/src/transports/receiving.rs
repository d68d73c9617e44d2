//! Packets on their way in, whatever transport brings them.

use std::sync::Arc;

use socketio_proto::Dialect;
use socketio_session::{Incoming, Instant, PeerError};
use tracing::trace;

use crate::engine::{Engine, NextEvent, SessionAddress};

/// Hands the text of one packet to its session, and works on what follows from it on the spot.
/// The result says whether the session wants further input.
pub(crate) fn receive(
    engine: &Arc<Engine>,
    at: SessionAddress,
    now: Instant,
    text: &str,
) -> Result<bool, PeerError> {
    let incoming = Incoming::read(Dialect::Legacy, text, &engine.settings.limits.decode);
    if let Incoming::Undecodable { error, .. } = &incoming {
        trace!(?at, %error, "undecodable packet");
    }
    let received = engine.with_session(at, |mut session| {
        session.take_in(now, &incoming)?;
        session.receive_bytes(text.len());
        let next = NextEvent::take_if_free(&mut session, at);
        Ok((next, session.wants_input()))
    });
    match received {
        None => Ok(true),
        Some(Err(error)) => Err(error),
        Some(Ok((Some(next), _))) => Ok(engine.run_turns(at, next)),
        Some(Ok((None, wants_input))) => Ok(wants_input),
    }
}
