//! What went wrong, told to whom it concerns.

use std::sync::Arc;

use socketio_proto::PayloadError;
use socketio_session::{Fault, FaultKind, ReplyTo, SessionId};
use tracing::debug;

use super::turn::{Stage, Turn};
use super::{Engine, SessionAddress};
use crate::handlers::{HandlerError, OwedReply, Trigger};
use crate::socket::Socket;

impl Engine {
    /// Tells the client about a fault, and then whoever wants to hear of it.
    pub(super) fn answer_fault(
        self: &Arc<Self>,
        socket: Socket,
        kind: FaultKind,
        reply_to: Option<ReplyTo>,
    ) -> Option<Turn> {
        let namespace = socket.namespace_id();
        let fault = self.with_session(socket.address(), |mut session| {
            session.answer_fault(namespace, kind, reply_to)
        })?;
        self.start_fault(socket.address(), Some(socket), fault)
    }

    /// Counts a fault, and tells the hook.
    fn hear_of(&self, session: SessionId, fault: &Fault) {
        let label = match &fault.kind {
            // Its name is the application's, and may be anything.
            FaultKind::HandlerFailed { .. } => "handler_failed",
            kind => kind.code(),
        };
        self.counts.faults.add_one(label);
        self.hooks.hear_of(session, fault);
    }

    pub(super) fn start_fault(
        self: &Arc<Self>,
        at: SessionAddress,
        socket: Option<Socket>,
        fault: Fault,
    ) -> Option<Turn> {
        let id = match &socket {
            Some(socket) => socket.id(),
            None => self.with_session(at, |session| session.id())?,
        };
        debug!(session = ?id, %fault, "fault");
        self.hear_of(id, &fault);
        let turn = self.start_handler(socket?, Trigger::Fault(fault), OwedReply::Nothing)?;
        Some(turn.at_stage(Stage::Fault))
    }

    /// The client posted what cannot be taken apart. Which namespace the rest was for, nobody knows.
    pub(crate) fn report_payload(self: &Arc<Self>, at: SessionAddress, error: PayloadError) {
        let Some(id) = self.with_session(at, |session| session.id()) else {
            return;
        };
        let fault = Fault {
            namespace: None,
            endpoint: Box::default(),
            kind: FaultKind::InvalidPayload(error),
        };
        debug!(session = ?id, %fault, "fault");
        self.hear_of(id, &fault);
    }

    /// A failure that nobody can answer any more still reaches the hook.
    pub(crate) fn report_fault(self: &Arc<Self>, socket: &Socket, kind: FaultKind) {
        let fault = Fault {
            namespace: Some(socket.namespace_id()),
            endpoint: Box::from(socket.namespace()),
            kind,
        };
        debug!(session = ?socket.id(), %fault, "handler failed");
        self.hear_of(socket.id(), &fault);
    }

    /// Likewise, as the end of a turn.
    pub(super) fn report(self: &Arc<Self>, socket: &Socket, kind: FaultKind) -> Option<Turn> {
        self.report_fault(socket, kind);
        None
    }

    /// Everybody who could have answered has let go of it.
    pub(crate) fn answer_for_nobody(self: &Arc<Self>, socket: &Socket, reply_to: ReplyTo) {
        let namespace = socket.namespace_id();
        let kind = HandlerError::new("not_answered", "the handler gave no answer").into_fault();
        let told = self.with_session(socket.address(), |mut session| {
            (!session.is_closed()).then(|| session.answer_fault(namespace, kind, Some(reply_to)))
        });
        if let Some(fault) = told.flatten() {
            debug!(session = ?socket.id(), %fault, "fault");
            self.hear_of(socket.id(), &fault);
        }
    }
}
