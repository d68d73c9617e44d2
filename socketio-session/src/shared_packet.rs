//! One packet, encoded once and shared by all its receivers.

use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use socketio_proto::{Dialect, Packet};

use crate::memory_budget::{MemoryBudget, Reservation};

const DIALECTS: usize = Dialect::ALL.len();

/// An encoded packet without an acknowledgement request, ready for any number of sessions.
///
/// It holds the encoding for each dialect; clones share the bytes.
#[derive(Debug, Clone)]
pub struct SharedPacket {
    encodings: [Bytes; DIALECTS],
    reserved: Option<Arc<Reservation>>,
}

/// Smaller packets take little more than their places in queues.
const SMALL: usize = 256;

impl SharedPacket {
    /// Encodes `packet` once for each dialect.
    #[must_use]
    pub fn new(packet: &Packet<'_>) -> Self {
        Self::encode_with(&mut Vec::new(), |dialect, out| dialect.encode(packet, out))
    }

    /// Lets `encode` append the packet's text for each dialect to `scratch`, which is cleared
    /// before and keeps its capacity for the next packet.
    #[must_use]
    pub fn encode_with(
        scratch: &mut Vec<u8>,
        mut encode: impl FnMut(Dialect, &mut Vec<u8>),
    ) -> Self {
        let encodings = Dialect::ALL.map(|dialect| {
            scratch.clear();
            encode(dialect, scratch);
            Bytes::copy_from_slice(scratch)
        });
        Self {
            encodings,
            reserved: None,
        }
    }

    /// Reserves the packet's bytes once for all who will hold them, until nobody does any more: for
    /// packets that go to many. Otherwise each outbox draws on the budget for the bytes as if it
    /// were alone. If the budget has not so much left, that is what happens, too.
    #[must_use]
    pub fn reserve(self, memory: &Arc<MemoryBudget>) -> Self {
        let bytes = self.encodings.iter().map(Bytes::len).sum();
        let reserved = match bytes {
            0..=SMALL => None,
            _ => memory.reserve(bytes).ok().map(Arc::new),
        };
        Self { reserved, ..self }
    }

    pub(crate) fn reservation(&self) -> Option<Arc<Reservation>> {
        self.reserved.clone()
    }

    /// The encoding for `dialect`.
    #[must_use]
    pub fn encoded(&self, dialect: Dialect) -> &Bytes {
        let position = Dialect::ALL
            .iter()
            .position(|known| *known == dialect)
            .unwrap_or(0);
        // `ALL` lists every dialect, and there is one encoding for each of its elements.
        self.encodings.get(position).unwrap_or(&self.encodings[0])
    }
}
