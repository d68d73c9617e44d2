//! Clients on their way into a namespace: prepared, and decided about.

use std::sync::Arc;

use socketio_session::{DisconnectReason, JoinRequest};
use tracing::debug_span;

use super::Engine;
use super::preparing::{Refusal, prepare};
use super::turn::{Stage, Turn, Work};
use crate::socket::Socket;

impl Engine {
    pub(super) fn start_join(self: &Arc<Self>, socket: Socket, request: JoinRequest) -> Turn {
        let span = debug_span!("join", session = ?socket.id(), namespace = socket.namespace());
        let prepared = prepare(socket.clone(), Box::from(request.query()));
        let work = Work::Join(Box::pin(prepared));
        Turn::new(socket, work, Stage::Join(request), span)
    }

    pub(super) fn decide(
        self: &Arc<Self>,
        socket: &Socket,
        request: JoinRequest,
        decision: Result<(), Refusal>,
    ) -> Option<Turn> {
        let namespace = socket.namespace_id();
        let now = self.now();
        let admitted = self.with_session(socket.address(), |mut session| {
            let refusal = match &decision {
                // The access control list has the last word.
                Ok(()) => return session.admit(request).is_ok() && session.is_joined(namespace),
                Err(refusal) => refusal,
            };
            if socket.namespace().is_empty() {
                // Who is connected is in the global namespace: there is no other way out.
                session.disconnect(now, DisconnectReason::ServerDisconnected);
            }
            // If the session is over, nobody is there to be refused.
            let _ = session.refuse(request, refusal.reason);
            false
        });
        if admitted != Some(true) {
            self.end_membership(socket.membership());
        }
        self.report(socket, decision.err()?.fault?)
    }
}
