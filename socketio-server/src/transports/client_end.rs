//! Whether a client has ended its connection in an orderly way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when a read came to the end of what the client sends. Whatever drops a stream then, it was
/// the client who ended it; otherwise the connection broke.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClientEnd(Arc<AtomicBool>);

impl ClientEnd {
    pub(crate) fn reach(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_reached(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
