//! Built without a listener, for connections that are a framework's.

use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use tower_layer::Layer;

use super::service::{Fallback, Gate, SocketIoService};
use crate::engine::Engine;
use crate::runtime::Runtime;
use crate::{BuildError, ServerBuilder, ServerHandle};

impl<R: Runtime> ServerBuilder<R> {
    /// Makes a `tower` layer instead of listening: requests below the
    /// [`resource`](Self::resource) are answered here, all others go on to the application
    /// untouched. A [`fallback`](Self::fallback) is not asked. The handle sends and shuts down
    /// from anywhere.
    ///
    /// The server runs on the calling task's runtime; [`tower`](crate::tower) says what the
    /// framework must see to.
    ///
    /// # Errors
    /// [`BuildError`]: the settings do not fit together.
    ///
    /// # Panics
    /// May panic outside of a task, if the runtime needs one.
    pub fn tower_layer(self) -> Result<(SocketIoLayer, ServerHandle), BuildError> {
        self.tower_layer_on(R::current())
    }

    /// Likewise, for a server on this runtime, which need not be the one that the calling task
    /// runs on.
    ///
    /// # Errors
    /// As [`tower_layer`](Self::tower_layer).
    pub fn tower_layer_on(self, runtime: R) -> Result<(SocketIoLayer, ServerHandle), BuildError> {
        let engine = self.without_listener(&runtime)?;
        let layer = SocketIoLayer {
            gate: Gate::new(Arc::clone(&engine)),
        };
        Ok((layer, ServerHandle::new(engine)))
    }

    /// Makes a `tower` service, which is one of hyper's, too, instead of listening. Requests
    /// outside of the [`resource`](Self::resource) are answered by the
    /// [`fallback`](Self::fallback), or 404.
    ///
    /// The server runs on the calling task's runtime; [`tower`](crate::tower) says what the
    /// framework must see to.
    ///
    /// # Errors
    /// [`BuildError`]: the settings do not fit together.
    ///
    /// # Panics
    /// May panic outside of a task, if the runtime needs one.
    pub fn tower_service(self) -> Result<(SocketIoService, ServerHandle), BuildError> {
        self.tower_service_on(R::current())
    }

    /// Likewise, for a server on this runtime, which need not be the one that the calling task
    /// runs on.
    ///
    /// # Errors
    /// As [`tower_service`](Self::tower_service).
    pub fn tower_service_on(
        self,
        runtime: R,
    ) -> Result<(SocketIoService, ServerHandle), BuildError> {
        let engine = self.without_listener(&runtime)?;
        let fallback = Fallback::new(Arc::clone(&engine));
        let gate = Gate::new(Arc::clone(&engine));
        Ok((
            SocketIoService::new(gate, fallback),
            ServerHandle::new(engine),
        ))
    }

    fn without_listener(mut self, runtime: &R) -> Result<Arc<Engine>, BuildError> {
        if let Some(listen) = self.listens.iter().chain(&self.policy_listens).next() {
            return Err(BuildError::CannotListen(listen.to_string()));
        }
        self.settings.has_listener = false;
        self.into_engine(runtime)
    }
}

/// Puts a Socket.IO server before an application: see
/// [`ServerBuilder::tower_layer`](crate::ServerBuilder::tower_layer). Cheap to clone; the clones are one
/// server.
#[derive(Debug, Clone)]
pub struct SocketIoLayer {
    gate: Gate,
}

impl SocketIoLayer {
    /// How to tell where a request comes from, in the words of the framework or of a proxy
    /// before it. Default: the request's extension [`PeerAddress`](super::PeerAddress).
    #[must_use]
    pub fn peer_from(
        mut self,
        peer: impl Fn(&Parts) -> Option<SocketAddr> + Send + Sync + 'static,
    ) -> Self {
        self.gate.set_peer_from(peer);
        self
    }
}

impl<S> Layer<S> for SocketIoLayer {
    type Service = SocketIoService<S>;

    fn layer(&self, application: S) -> SocketIoService<S> {
        SocketIoService::new(self.gate.clone(), application)
    }
}
