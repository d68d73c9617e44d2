//! Connections that count: towards their peer's share, and for the shutdown, which waits for them.

use std::net::SocketAddr;
use std::sync::Arc;

use socketio_session::{Admitted, Refusal};

use crate::engine::Engine;

/// Counts a connection for as long as it lives.
pub(crate) struct CountedConnection {
    engine: Arc<Engine>,
    /// Its place among its peer's.
    admitted: Option<Admitted>,
}

impl CountedConnection {
    /// A framework's, of which nobody here knows whose it is.
    #[cfg(feature = "tower")]
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        engine.shutdown.connection_opened();
        engine.counts.connections_opened.add_one();
        Self {
            engine,
            admitted: None,
        }
    }

    /// One of a listener's, if its peer may have one more.
    pub(crate) fn of_peer(engine: &Arc<Engine>, peer: Option<SocketAddr>) -> Result<Self, Refusal> {
        let admitted = Some(engine.admit_connection(peer)?);
        engine.shutdown.connection_opened();
        engine.counts.connections_opened.add_one();
        let engine = Arc::clone(engine);
        Ok(Self { engine, admitted })
    }

    pub(crate) const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }
}

impl Drop for CountedConnection {
    fn drop(&mut self) {
        if let Some(admitted) = self.admitted.take() {
            self.engine.release(admitted);
        }
        self.engine.shutdown.connection_ended();
    }
}
