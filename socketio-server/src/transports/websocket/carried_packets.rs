//! The packets in bytes that the socket has not taken yet.

use socketio_session::OutgoingPacket;

use super::framer::text_frame_bytes;

/// Packets whose frames are not all written, and how far the writing has come.
#[derive(Debug)]
pub(super) struct CarriedPackets {
    written: usize,
    /// Each with the place where its frame ends.
    packets: Vec<(usize, OutgoingPacket)>,
}

impl CarriedPackets {
    /// The frames of `packets`, of which so many bytes were written.
    pub(super) fn new(packets: Vec<OutgoingPacket>, written: usize) -> Self {
        let mut end = 0;
        let packets = packets
            .into_iter()
            .map(|packet| {
                end += text_frame_bytes(packet.bytes().len());
                (end, packet)
            })
            .filter(|(end, _)| *end > written)
            .collect();
        Self { written, packets }
    }

    /// So many more bytes were written.
    pub(super) const fn advance(&mut self, bytes: usize) {
        self.written += bytes;
    }

    /// The packets whose frames were not written to their ends.
    pub(super) fn unwritten(self) -> Vec<OutgoingPacket> {
        self.packets
            .into_iter()
            .filter(|(end, _)| *end > self.written)
            .map(|(_, packet)| packet)
            .collect()
    }
}
