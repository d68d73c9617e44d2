//! What a client goes through before it is in a namespace: initialization and authorization.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use socketio_proto::ErrorReason;
use socketio_session::FaultKind;

use crate::handlers::{Admission, EventContext, HandlerError, OwedReply, Trigger, Watched};
use crate::socket::Socket;

pub(super) type JoinFuture = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send>>;

/// Why a client is kept out.
pub(super) struct Refusal {
    /// What the client is told.
    pub(super) reason: Option<ErrorReason>,
    /// What the hook is told, if it is nothing that the application has decided.
    pub(super) fault: Option<FaultKind>,
}

impl From<HandlerError> for Refusal {
    fn from(error: HandlerError) -> Self {
        // Who lacks what an authorizer asks for is not authorized.
        let reason = error.is_rejection().then_some(ErrorReason::Unauthorized);
        Self {
            reason,
            fault: Some(error.into_fault()),
        }
    }
}

/// Prepares a client's place, and decides whether it gets it.
pub(super) async fn prepare(socket: Socket, query: Box<str>) -> Result<(), Refusal> {
    let engine = Arc::clone(socket.engine());
    let Some(handlers) = engine.handlers(socket.namespace_id()) else {
        return Ok(());
    };
    if let Some(initializer) = &handlers.initializer {
        let context = EventContext {
            socket: socket.clone(),
            trigger: Trigger::Initialize {
                query: query.clone(),
            },
            owed: OwedReply::Nothing,
        };
        let watched = Watched::new(Arc::clone(initializer));
        let inside = handlers
            .layers
            .around_handler(Arc::<Watched>::clone(&watched));
        inside.run(context).await?;
        if !watched.is_reached() {
            let why = "a layer kept the initializer from running";
            return Err(HandlerError::new("not_initialized", why).into());
        }
    }
    let Some(authorizer) = &handlers.authorizer else {
        return Ok(());
    };
    let mut context = EventContext {
        socket,
        trigger: Trigger::Connect { query },
        owed: OwedReply::Nothing,
    };
    let decision = authorizer.call(&mut context);
    let decision = decision.map_err(|it| HandlerError::rejected(context.name(), it))?;
    drop(context);
    let reason = match decision.await? {
        Admission::Admit => return Ok(()),
        Admission::Refuse => ErrorReason::Unauthorized,
        Admission::RefuseBecause(reason) => reason,
    };
    Err(Refusal {
        reason: Some(reason),
        fault: None,
    })
}
