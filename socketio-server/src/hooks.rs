//! What the application wants to decide or to hear of, for the whole server.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use socketio_session::{Fault, SessionId};

use crate::contained::call_contained;
use crate::handlers::HandlerError;
use crate::handshake::Handshake;

pub(crate) type Authorizer = dyn Fn(Arc<Handshake>) -> AuthorizationFuture + Send + Sync;
pub(crate) type AuthorizationFuture =
    Pin<Box<dyn Future<Output = Result<bool, HandlerError>> + Send>>;
pub(crate) type FaultHook = dyn Fn(SessionId, &Fault) + Send + Sync;
pub(crate) type Fallback = dyn Fn(&Request<()>) -> Response<Bytes> + Send + Sync;

/// The hooks of a server.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) authorizer: Option<Box<Authorizer>>,
    pub(crate) fault: Option<Box<FaultHook>>,
    pub(crate) fallback: Option<Box<Fallback>>,
}

impl Hooks {
    /// Tells the hook for faults. Its own are contained: it runs in the midst of sessions.
    pub(crate) fn hear_of(&self, session: SessionId, fault: &Fault) {
        let Some(hook) = &self.fault else { return };
        let told = call_contained(|| hook(session, fault));
        if told.is_err() {
            tracing::error!(?session, "the hook for faults panicked");
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
