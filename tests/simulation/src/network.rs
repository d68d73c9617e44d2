//! How clients reach the server.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::Waker;

use crate::stream::Stream;
use crate::wire::{Line, Wire};
use crate::world::World;

/// Nobody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// What a client connects with.
#[derive(Debug)]
pub struct Dial {
    /// How the connection behaves.
    pub line: Line,
    /// Set when the server believes that something is on its way to the client, and it is not.
    pub loss: Arc<AtomicBool>,
    /// Whose address it comes from: the last part of it.
    pub address: u16,
}

/// Connections that wait to be accepted.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) listens: bool,
    pub(crate) waiting: VecDeque<(Stream, SocketAddr)>,
    pub(crate) acceptor: Option<Waker>,
    connections: u64,
}

impl World {
    /// Connects to the server.
    ///
    /// # Errors
    /// If nobody listens.
    pub fn connect(&self, dial: Dial) -> Result<Stream, Refused> {
        let mut network = self.network();
        if !network.listens {
            return Err(Refused);
        }
        network.connections += 1;
        let number = network.connections;
        let [high, low] = dial.address.to_be_bytes();
        let port = 1024 + (number % 60_000) as u16;
        let peer = SocketAddr::new(Ipv4Addr::new(10, 0, high, low).into(), port);
        let (client, server) = Stream::pair(Wire::new(self, number, dial.line, dial.loss));
        network.waiting.push_back((server, peer));
        let acceptor = network.acceptor.take();
        drop(network);
        if let Some(acceptor) = acceptor {
            acceptor.wake();
        }
        Ok(client)
    }
}
