//! From what handlers send to encoded packets.

use std::cell::RefCell;

use serde_json::value::RawValue;
use socketio_proto::{Body, Packet, PacketHead};
use socketio_session::SharedPacket;

use crate::handlers::EventArgs;

/// Something to send.
pub(super) enum Outgoing<'a, A> {
    Event(&'a str, &'a A),
    Message(&'a str),
    /// The text of a JSON value.
    Json(&'a str),
}

thread_local! {
    /// Packets are put together here and then copied out, at their exact size.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A scratch buffer that grew beyond this for one large packet is not kept.
const SCRATCH_KEPT: usize = 64 << 10;

impl<A: EventArgs> Outgoing<'_, A> {
    /// Encodes once for any number of receivers.
    pub(super) fn encode(&self, endpoint: &str) -> Result<SharedPacket, serde_json::Error> {
        // Taken, not borrowed: serializing runs code of users, which may send, too.
        let mut scratch = SCRATCH.take();
        let mut failure = Ok(());
        let packet = SharedPacket::encode_with(&mut scratch, |dialect, out| {
            let written = match self {
                Self::Event(name, args) => {
                    dialect.encode_event(PacketHead::to(endpoint), name, out, |out| {
                        args.write_args(out)
                    })
                }
                Self::Message(text) => {
                    dialect.encode(&Packet::new(endpoint, Body::Message(text)), out);
                    Ok(())
                }
                Self::Json(text) => dialect.encode_json(PacketHead::to(endpoint), out, |out| {
                    out.extend_from_slice(text.as_bytes());
                    Ok(())
                }),
            };
            if let Err(error) = written {
                failure = Err(error);
            }
        });
        if scratch.capacity() <= SCRATCH_KEPT {
            SCRATCH.set(scratch);
        }
        failure.map(|()| packet)
    }
}

/// A JSON text as a packet's body.
pub(super) fn raw_json(text: &str) -> Result<&RawValue, serde_json::Error> {
    serde_json::from_str(text)
}
