//! What a response carries, until it is known whether it was written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use socketio_session::{Loss, OutgoingPacket};

use super::attached::{AttachedTransport, Transmitted};

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
    /// Whether it was handed out and is not written yet.
    is_under_way: bool,
    /// Waits until it is written.
    writer: Option<Waker>,
}

/// What a response that does not end has to carry next.
#[derive(Debug)]
pub(super) enum Next {
    /// These packets, by `write`, which was called with them.
    Packets,
    /// Nothing any more.
    End,
    /// Nothing any more, and what it carried before is of no use.
    GivenUp,
}

impl Delivery {
    /// The last packets of a transport, which it keeps: it ends when they are written.
    pub(super) fn last(transport: AttachedTransport) -> Self {
        Self(Arc::new(Mutex::new(Carried {
            transport: Some(transport),
            is_last: true,
            is_under_way: true,
            writer: None,
        })))
    }

    /// A transport whose packets go out as they come, each time as many as are handed out at once.
    pub(super) fn endless(transport: AttachedTransport) -> Self {
        Self(Arc::new(Mutex::new(Carried {
            transport: Some(transport),
            is_last: false,
            is_under_way: false,
            writer: None,
        })))
    }

    /// Has `write` write out what the session has, up to `budget` bytes, as soon as everything
    /// before is written. It says how many bytes came of that.
    pub(super) fn poll_next(
        &self,
        cx: &Context<'_>,
        budget: usize,
        write: impl FnOnce(&[OutgoingPacket]) -> usize,
    ) -> Poll<Next> {
        let mut transport = {
            let mut carried = self.lock();
            if carried.is_under_way {
                carried.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            // Taken out, because what the session does in answer must not find the lock held.
            match carried.transport.take() {
                Some(transport) => transport,
                None => return Poll::Ready(Next::End),
            }
        };
        let mut packets = Vec::new();
        let transmitted = transport.transmit(budget, cx.waker(), false, &mut packets);
        let is_last = match transmitted {
            Transmitted::Parked | Transmitted::More | Transmitted::Fed => false,
            Transmitted::Last => true,
            Transmitted::GivenUp => {
                transport.end(Loss::Ended);
                return Poll::Ready(Next::GivenUp);
            }
        };
        if packets.is_empty() && is_last {
            transport.end(Loss::Ended);
            return Poll::Ready(Next::End);
        }
        let is_empty = packets.is_empty();
        if !is_empty {
            let bytes = write(&packets);
            let held = transport.hold(&packets, bytes);
            transport.keep(packets);
            if held.is_err() {
                transport.run_out_of_memory();
                return Poll::Ready(Next::GivenUp);
            }
        }
        let mut carried = self.lock();
        carried.transport = Some(transport);
        carried.is_last = is_last;
        carried.is_under_way = !is_empty;
        if is_empty {
            Poll::Pending
        } else {
            Poll::Ready(Next::Packets)
        }
    }

    /// The client has ended the transport.
    pub(super) fn end(&self) {
        let transport = self.lock().transport.take();
        if let Some(transport) = transport {
            transport.end(Loss::Ended);
        }
    }

    /// What was handed out was written completely.
    pub(crate) fn written(&self) {
        let (ended, writer) = {
            let mut carried = self.lock();
            if let Some(transport) = &mut carried.transport {
                transport.release();
            }
            carried.is_under_way = false;
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

    /// What was handed out is in the hands of a connection that will not say when it has written
    /// it, nor ask for more before, and counts as written.
    pub(crate) fn taken(&self) {
        let transport = self.lock().transport.take();
        if let Some(mut transport) = transport {
            transport.settle();
            self.lock().transport = Some(transport);
        }
        self.written();
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
