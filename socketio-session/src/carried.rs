//! What is on its way to a client.

use alloc::vec::Vec;

use crate::outbox::OutgoingPacket;

/// Packets whose bytes a transport has not all written, and how far the writing has come.
///
/// A driver that writes several packets at once keeps them here until the last byte is written.
/// If the transport is lost before, those that did not get to their ends go
/// [back to the session](crate::Session::lose_transport).
#[derive(Debug, Default)]
pub struct CarriedPackets {
    written: usize,
    /// Each with the place where its bytes end.
    packets: Vec<(usize, OutgoingPacket)>,
}

impl CarriedPackets {
    /// Packets that stand one behind the other in what is being written, each of which takes as
    /// many bytes as `bytes_on_wire` says, its frame included. Nothing else may stand between
    /// them, nor before them.
    #[must_use]
    pub fn new(
        packets: impl IntoIterator<Item = OutgoingPacket>,
        bytes_on_wire: impl Fn(&OutgoingPacket) -> usize,
    ) -> Self {
        let mut end = 0;
        let packets = packets
            .into_iter()
            .map(|packet| {
                end += bytes_on_wire(&packet);
                (end, packet)
            })
            .collect();
        Self {
            written: 0,
            packets,
        }
    }

    /// Packets that arrive together or not at all, with so many bytes: those of a poll, whose client
    /// looks at its response when it is complete.
    #[must_use]
    pub fn together(packets: impl IntoIterator<Item = OutgoingPacket>, bytes: usize) -> Self {
        Self {
            written: 0,
            packets: packets.into_iter().map(|packet| (bytes, packet)).collect(),
        }
    }

    /// So many more bytes were written.
    pub const fn advance(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes);
    }

    /// All of its packets.
    pub fn packets(&self) -> impl Iterator<Item = &OutgoingPacket> {
        self.packets.iter().map(|(_, packet)| packet)
    }

    /// The packets that were not written to their ends, in their order.
    #[must_use]
    pub fn into_undelivered(self) -> Vec<OutgoingPacket> {
        let written = self.written;
        self.packets
            .into_iter()
            .filter(|(end, _)| *end > written)
            .map(|(_, packet)| packet)
            .collect()
    }
}
