//! What was received and waits for its turn with the application.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::mem::size_of;

use crate::acks::ReplyTo;
use crate::config::{NamespaceId, SessionLimits};
use crate::event::{Content, Event};
use crate::fault::Fault;
use crate::memory_budget::{MemoryAccount, MemoryBudget, MemoryExhausted};
use crate::queue_memory::{shrink_if_sparse, spare_bytes};
use crate::reason::DisconnectReason;

/// One step on the way to the application. Whether the client may take it is decided when its
/// turn comes.
#[derive(Debug)]
pub(crate) enum Arrival {
    Join {
        namespace: NamespaceId,
        query: Box<str>,
    },
    UnknownJoin {
        endpoint: Box<str>,
    },
    Packet(ReceivedPacket),
    UnknownPacket {
        endpoint: Box<str>,
        asked: Option<Box<str>>,
    },
    Undecodable {
        fault: Fault,
        asked: Option<Box<str>>,
    },
    Leave {
        namespace: NamespaceId,
    },
    /// Decided already: news for the application as they are.
    News(Event),
    /// The session is over. Memberships end when this one's turn comes, so that those begun by
    /// what arrived before it are among them.
    End {
        reason: DisconnectReason,
    },
}

/// A packet for the application.
#[derive(Debug)]
pub(crate) struct ReceivedPacket {
    pub(crate) namespace: NamespaceId,
    pub(crate) content: Content,
    pub(crate) reply_to: Option<ReplyTo>,
    pub(crate) acknowledged: Option<Box<str>>,
}

impl ReceivedPacket {
    fn bytes(&self) -> usize {
        match &self.content {
            Content::Message(text) | Content::Json(text) => text.len(),
            Content::Event(event) => event.bytes(),
            Content::Error { .. } => 0,
        }
    }
}

impl Arrival {
    /// What it takes of memory: its bytes and its place, twice because queues double when they are
    /// full.
    fn memory(&self) -> usize {
        2 * size_of::<Self>() + self.bytes()
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Packet(packet) => packet.bytes(),
            Self::Join { query, .. } => query.len(),
            Self::UnknownJoin { endpoint } | Self::UnknownPacket { endpoint, .. } => endpoint.len(),
            Self::Undecodable { fault, .. } => fault.endpoint.len(),
            Self::Leave { .. } | Self::News(_) | Self::End { .. } => 0,
        }
    }
}

/// The arrivals of one session, oldest first.
#[derive(Debug)]
pub(crate) struct Inbox {
    queue: VecDeque<Arrival>,
    bytes: usize,
    /// What all of them take of memory, but for places that are spare.
    held: usize,
    memory: MemoryAccount,
}

impl Inbox {
    pub(crate) fn new(memory: &Arc<MemoryBudget>) -> Self {
        Self {
            queue: VecDeque::new(),
            bytes: 0,
            held: 0,
            memory: MemoryAccount::new(memory),
        }
    }

    /// Takes in what the client sent, if there is memory for it.
    pub(crate) fn push(&mut self, arrival: Arrival) -> Result<(), MemoryExhausted> {
        self.memory.hold(self.held() + arrival.memory())?;
        self.append(arrival);
        Ok(())
    }

    /// What everything in it takes, with its places.
    fn held(&self) -> usize {
        self.held + spare_bytes(&self.queue)
    }

    /// Takes in what the session itself has to say: a few bytes, and few times.
    pub(crate) fn push_news(&mut self, arrival: Arrival) {
        let _ = self.memory.hold(self.held() + arrival.memory());
        self.append(arrival);
    }

    fn append(&mut self, arrival: Arrival) {
        self.bytes += arrival.bytes();
        self.held += arrival.memory();
        self.queue.push_back(arrival);
    }

    /// Puts `arrival` before everything else, if there is memory for it.
    pub(crate) fn push_front(&mut self, arrival: Arrival) -> Result<(), MemoryExhausted> {
        self.memory.hold(self.held() + arrival.memory())?;
        self.prepend(arrival);
        Ok(())
    }

    /// Puts what the session itself has to say before everything else.
    pub(crate) fn push_news_front(&mut self, arrival: Arrival) {
        let _ = self.memory.hold(self.held() + arrival.memory());
        self.prepend(arrival);
    }

    fn prepend(&mut self, arrival: Arrival) {
        self.bytes += arrival.bytes();
        self.held += arrival.memory();
        self.queue.push_front(arrival);
    }

    pub(crate) fn pop(&mut self) -> Option<Arrival> {
        let arrival = self.queue.pop_front()?;
        self.bytes -= arrival.bytes();
        self.held -= arrival.memory();
        shrink_if_sparse(&mut self.queue);
        // To hold less never fails.
        let _ = self.memory.hold(self.held());
        Some(arrival)
    }

    /// Throws away what the client sent and nobody has looked at.
    pub(crate) fn keep_news(&mut self) {
        self.queue
            .retain(|arrival| matches!(arrival, Arrival::News(_)));
        self.bytes = 0;
        self.held = self.queue.iter().map(Arrival::memory).sum();
        shrink_if_sparse(&mut self.queue);
        let _ = self.memory.hold(self.held());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether there is less in it than `times` its limits, and memory for more.
    pub(crate) fn has_room(&self, limits: &SessionLimits, times: usize) -> bool {
        self.queue.len() < limits.inbox_packets.saturating_mul(times)
            && self.bytes < limits.inbox_bytes.saturating_mul(times)
            && self.memory.has_room(self.held())
    }
}
