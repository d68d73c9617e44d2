//! A transport that carries a session now.

use std::sync::Arc;
use std::task::Waker;

use socketio_proto::TransportName;
use socketio_session::{
    AfterTransmit, Loss, MemoryAccount, MemoryBudget, MemoryExhausted, OutgoingPacket, TransportId,
};
use tracing::trace;

use crate::engine::{Drained, Engine, NextEvent, SessionAddress};

/// A session's transport, until it is dropped: then the session has lost it.
#[derive(Debug)]
pub(super) struct AttachedTransport {
    engine: Arc<Engine>,
    at: SessionAddress,
    id: TransportId,
    ended: bool,
    /// What it was handed and has not written yet.
    unwritten: Vec<OutgoingPacket>,
    /// What it holds of all that is on its way.
    memory: MemoryAccount,
}

/// What may be taken of a session at once, however little memory is left: even in packets of a few
/// bytes, with all that is made of it, it fits into an allowance.
const BYTES_WITHOUT_MEMORY: usize = 256;

/// What is made of packets takes no more than so many times their bytes: places in queues for small
/// ones, scripts in which large ones are quoted.
const MEMORY_FOR_EACH_BYTE: usize = 64;

/// How many bytes of packets may be taken at once, by what memory is left.
fn affordable(memory: &MemoryBudget) -> usize {
    (memory.left() / MEMORY_FOR_EACH_BYTE).max(BYTES_WITHOUT_MEMORY)
}

/// What [`AttachedTransport::transmit`] found, besides the packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transmitted {
    /// There may be more: come again.
    More,
    /// That is all, but there is room for input that was left unread: come again.
    Fed,
    /// That is all for now. The waker will be called when there is more.
    Parked,
    /// These were the last: the transport is to end.
    Last,
    /// The session gave the transport up; nothing more is to be written.
    GivenUp,
}

impl AttachedTransport {
    /// Attaches a new transport to the session of this id; `None` if there is no such session,
    /// or no longer.
    pub(super) fn open(engine: &Arc<Engine>, sid: &str, name: TransportName) -> Option<Self> {
        let opened = Self::try_open(engine, sid, name);
        match &opened {
            Some(_) => engine.counts.transports_opened.add_one(name.as_str()),
            None => engine.counts.unknown_sessions.add_one(),
        }
        opened
    }

    fn try_open(engine: &Arc<Engine>, sid: &str, name: TransportName) -> Option<Self> {
        let at = engine.find(sid)?;
        let now = engine.now();
        let (id, next) = engine.with_session(at, |mut session| {
            let id = session.data().links.add();
            if session.open_transport(now, id, name).is_err() {
                session.data().links.remove(id);
                return None;
            }
            Some((id, NextEvent::take_if_free(&mut session, at)))
        })??;
        let transport = Self {
            engine: Arc::clone(engine),
            at,
            id,
            ended: false,
            unwritten: Vec::new(),
            memory: engine.memory_account(),
        };
        if let Some(next) = next {
            engine.run_turns(at, next);
        }
        Some(transport)
    }

    /// Takes what the session has for this transport, up to `budget` bytes. If that is all, the
    /// task is woken when there is more, or, if it is `starved`, when the session wants
    /// more input. A websocket or stream that comes again has written what it took before.
    pub(super) fn transmit(
        &mut self,
        budget: usize,
        waker: &Waker,
        starved: bool,
        packets: &mut Vec<OutgoingPacket>,
    ) -> Transmitted {
        let now = self.engine.now();
        let mut fed = Vec::new();
        let mut drained = Drained::default();
        let transmitted = self.engine.with_session(self.at, |mut session| {
            if session.data().links.is_closed(self.id) {
                return Transmitted::GivenUp;
            }
            let before = packets.len();
            let is_much = session.backlog().1 > BYTES_WITHOUT_MEMORY;
            let budget = match is_much {
                true => budget.min(affordable(self.engine.memory())),
                false => budget,
            };
            let after = session.transmit(now, self.id, budget, packets);
            if session.is_drained() {
                drained = session.data().draining.take();
            }
            let wants_input = session.wants_input();
            if wants_input {
                // Uploads may have waited for that.
                fed = session.data().links.feed();
            }
            if after == AfterTransmit::Finish {
                if session.transport() != Some(self.id) {
                    // There was nothing to lose in it, so the session has let go of it already.
                    session.data().links.remove(self.id);
                    self.ended = true;
                }
                return Transmitted::Last;
            }
            // Who was handed nothing waits for what an older transport may give back.
            let has_more = packets.len() > before && session.backlog().0 > 0;
            if has_more {
                return Transmitted::More;
            }
            if starved && wants_input {
                return Transmitted::Fed;
            }
            session.data().links.park(self.id, waker, starved);
            Transmitted::Parked
        });
        for waker in fed {
            waker.wake();
        }
        drained.wake();
        // Without a session there is nobody to write for.
        transmitted.unwrap_or(Transmitted::GivenUp)
    }

    /// The transport's task is awake: it will look for itself whether there is something to
    /// send. True if the session wants further input.
    pub(super) fn awake(&self) -> bool {
        let wants_input = self.engine.with_session(self.at, |mut session| {
            session.data().links.unpark(self.id);
            session.wants_input()
        });
        wants_input.unwrap_or(true)
    }

    /// Keeps what it could not write yet, in place of what it has kept before: if the transport
    /// breaks, this is given back.
    pub(super) fn keep(&mut self, unwritten: Vec<OutgoingPacket>) {
        self.unwritten = unwritten;
    }

    /// The transport is about to hold so many bytes, besides these packets, until it says otherwise.
    pub(super) fn hold<'a>(
        &mut self,
        packets: impl IntoIterator<Item = &'a OutgoingPacket>,
        bytes: usize,
    ) -> Result<(), MemoryExhausted> {
        let packets = packets.into_iter().map(OutgoingPacket::memory);
        self.memory.hold(packets.fold(bytes, usize::saturating_add))
    }

    /// Everything that it was handed is written.
    pub(super) fn release(&mut self) {
        self.unwritten = Vec::new();
        // To hold less never fails.
        let _ = self.memory.hold(0);
    }

    /// There is no memory to write what it keeps, which the session gets back.
    pub(super) fn run_out_of_memory(self) {
        trace!(at = ?self.at, "no memory for a response");
        self.engine.counts.memory_refusals.add_one("response");
        self.end(Loss::Broken);
    }

    /// Everything that it was handed is written, though it may be long before it asks for more.
    pub(super) fn settle(&mut self) {
        self.release();
        let now = self.engine.now();
        self.engine
            .with_session(self.at, |mut session| session.settle(now, self.id));
    }

    /// Whether the session still counts on this transport. The task is woken when that may have
    /// changed.
    pub(super) fn is_current(&self, waker: &Waker) -> bool {
        let current = self.engine.with_session(self.at, |mut session| {
            let current = session.transport() == Some(self.id);
            let links = &mut session.data().links;
            links.park(self.id, waker, false);
            current && !links.is_closed(self.id)
        });
        current.unwrap_or(false)
    }

    /// The transport has ended, and how. If it broke, what it has kept is given back.
    pub(super) fn end(mut self, loss: Loss) {
        self.lose(loss);
    }

    fn lose(&mut self, loss: Loss) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        // What is given back is the session's to hold.
        let _ = self.memory.hold(0);
        let now = self.engine.now();
        self.engine.with_session(self.at, |mut session| {
            session.data().links.remove(self.id);
            session.lose_transport(now, self.id, loss, self.unwritten.drain(..));
        });
    }

    pub(super) const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(super) const fn address(&self) -> SessionAddress {
        self.at
    }
}

impl Drop for AttachedTransport {
    fn drop(&mut self) {
        self.lose(Loss::Broken);
    }
}
