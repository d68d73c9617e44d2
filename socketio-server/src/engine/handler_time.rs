//! How long handlers take, if anybody wants to know.

#[cfg(feature = "metrics")]
mod timed;

use socketio_session::NamespaceId;

use super::Engine;
use crate::handlers::HandlerFuture;

impl Engine {
    /// Has the handler's time told when it ends.
    #[cfg(feature = "metrics")]
    pub(super) fn timed(&self, namespace: NamespaceId, work: HandlerFuture) -> HandlerFuture {
        match self.handler_seconds.get(usize::from(namespace.0)) {
            Some(seconds) => Box::pin(timed::Timed::new(work, &self.executor, seconds)),
            None => work,
        }
    }

    /// Nobody wants to know.
    #[cfg(not(feature = "metrics"))]
    pub(super) const fn timed(&self, _: NamespaceId, work: HandlerFuture) -> HandlerFuture {
        work
    }
}
