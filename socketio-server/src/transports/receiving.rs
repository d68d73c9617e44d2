//! Packets on their way in, whatever transport brings them.

use std::sync::Arc;

use socketio_proto::Dialect;
use socketio_session::{Event, PeerError};
use tracing::trace;

use crate::engine::{Engine, SessionAddress};

/// Hands the text of one packet to its session, and works on what follows from it on the spot.
/// The result says whether the session wants further input.
pub(crate) fn receive(
    engine: &Arc<Engine>,
    at: SessionAddress,
    text: &str,
) -> Result<bool, PeerError> {
    if text.is_empty() {
        // The empty packet, which everybody ignores.
        return Ok(true);
    }
    let now = engine.now();
    let limits = &engine.settings.limits.decode;
    let dialect = Dialect::Legacy;
    let decoded = dialect.decode(text, limits);
    let received = engine.with_session(at, |mut session| {
        match &decoded {
            Ok(packet) => session.receive(now, packet)?,
            Err(error) => {
                trace!(session = ?session.id(), %error, "undecodable packet");
                let head = dialect.decode_head(text, limits).unwrap_or_default();
                session.receive_undecodable(now, head.endpoint, head.ack_request, *error)?;
            }
        }
        let event = if session.is_in_turn() {
            None
        } else {
            session.next_turn()
        };
        Ok((event, session.wants_input()))
    });
    let Some(received) = received else {
        return Ok(true);
    };
    let (event, wants_input): (Option<Event>, bool) = received?;
    match event {
        Some(event) => {
            engine.run_turns(at, event);
            Ok(engine
                .with_session(at, |session| session.wants_input())
                .unwrap_or(true))
        }
        None => Ok(wants_input),
    }
}
