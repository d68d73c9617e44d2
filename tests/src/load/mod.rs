//! Load for a server in another process, over loopback: what one message costs it, and what one
//! idle session.
//!
//! The clients are small state machines on one thread, so that two cores are enough for both
//! sides. They believe nothing: every packet is compared with the one that must come next. They
//! speak two protocols ([`Protocol`]), so that servers of both can be compared. What counts is the
//! server's CPU time and memory, as the kernel books them ([`ServerProcess`]); rates and latencies
//! also depend on how busy the machine is, and on the clients.

mod awaited_answers;
mod broadcast_load;
mod http_connection;
mod idle_sessions;
mod latencies;
mod load_error;
mod measurement;
mod polled_echo;
mod polling_client;
mod polling_storm;
mod protocol;
mod reconnect_storm;
mod server_process;
mod session_opener;
mod soak;
mod soak_visit;
mod tally;
mod websocket_client;
mod websocket_echo;

pub use broadcast_load::BroadcastLoad;
pub use idle_sessions::{IdleMemory, IdleSessions};
pub use load_error::LoadError;
pub use measurement::{CpuTime, Latency, Memory, Throughput, Timing, median};
pub use polled_echo::PolledEcho;
pub use polling_storm::PollingStorm;
pub use protocol::Protocol;
pub use reconnect_storm::ReconnectStorm;
pub use server_process::ServerProcess;
pub use soak::{Soak, SoakReport, SoakSample};
pub use websocket_echo::WebSocketEcho;
