//! websocket: one packet in each text message.

mod frame_walk;
mod framer;
mod pump;
mod upgrade;

pub(crate) use self::pump::WebSocketPump;
#[cfg(feature = "tower")]
pub(crate) use self::upgrade::NoUpgrade;
pub(crate) use self::upgrade::{WebSocketUpgrade, answer, is_asked_for};
