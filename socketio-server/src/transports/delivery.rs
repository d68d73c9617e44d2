//! What a response carries, until it is known whether it was written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use socketio_session::{Loss, OutgoingPacket};

use super::attached::AttachedTransport;

/// A session's transport whose packets go out in a response. Whoever writes the response says
/// [`written`](Self::written). When the last clone is dropped, what was handed out since is
/// given back to the session.
#[derive(Debug, Clone)]
pub(crate) struct Delivery(Arc<Mutex<Carried>>);

#[derive(Debug)]
struct Carried {
    /// `None` when everything was written and the transport has ended.
    transport: Option<AttachedTransport>,
    is_last: bool,
    /// Waits until it is written.
    writer: Option<Waker>,
}

impl Delivery {
    /// The last packets of a transport: it ends when they are written.
    pub(super) fn last(mut transport: AttachedTransport, packets: Vec<OutgoingPacket>) -> Self {
        transport.keep(packets);
        Self(Arc::new(Mutex::new(Carried {
            transport: Some(transport),
            is_last: true,
            writer: None,
        })))
    }

    /// What was handed out was written completely.
    pub(crate) fn written(&self) {
        let (ended, writer) = {
            let mut carried = self.lock();
            if let Some(transport) = &mut carried.transport {
                transport.keep(Vec::new());
            }
            let is_last = carried.is_last;
            let ended = carried.transport.take_if(|_| is_last);
            (ended, carried.writer.take())
        };
        if let Some(transport) = ended {
            transport.end(Loss::Ended);
        }
        if let Some(writer) = writer {
            writer.wake();
        }
    }

    /// Whether the session wants back what is not written yet. The task is woken when it does.
    pub(crate) fn is_recalled(&self, waker: &Waker) -> bool {
        let carried = self.lock();
        let transport = carried.transport.as_ref();
        transport.is_some_and(|transport| !transport.is_current(waker))
    }

    fn lock(&self) -> MutexGuard<'_, Carried> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
