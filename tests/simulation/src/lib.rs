//! A world for the server in which everything comes from a seed: the order of tasks, the time, the
//! network and its faults. It has one thread and no sockets, so that the same seed gives the same
//! run, step by step.
//!
//! [`World`] is the executor, the clock and the network; [`ServerSide`] is the world as the
//! server's runtime; [`Stream`]s are both ends of its connections.

#![forbid(unsafe_code)]

mod clock;
mod executor;
mod network;
mod random;
mod runtime;
mod stream;
mod trace;
mod wire;
mod world;

pub use clock::Sleep;
pub use network::{Dial, Refused};
pub use random::Random;
pub use runtime::{ServerSide, SimListener};
pub use stream::{Meter, Stream};
pub use trace::Note;
pub use wire::{Cut, CutKind, Direction, Line};
pub use world::{Side, World};
