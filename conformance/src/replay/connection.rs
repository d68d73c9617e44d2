//! One TCP connection of the client side: blocking, buffered, and never waiting without a limit.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

/// A client's connection, with the bytes that arrived and nobody has looked at yet.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
    ended: bool,
}

/// What waiting for more bytes came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// There are more unread bytes than before.
    Bytes,
    /// The server closed or reset the connection: there will be no more.
    End,
    /// Neither happened before the deadline.
    Nothing,
}

impl Connection {
    /// Connects.
    pub fn open(server: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect_timeout(&server, Duration::from_secs(10))
            .map_err(|e| format!("cannot connect to {server}: {e}"))?;
        // Segments are part of some recordings, so nothing may be held back and joined.
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        stream
            .set_write_timeout(Some(Duration::from_secs(10)))
            .map_err(|e| e.to_string())?;
        Ok(Self {
            stream,
            unread: Vec::new(),
            ended: false,
        })
    }

    /// Connects, with so little room for what arrives that the server is soon kept waiting when
    /// nobody reads.
    pub fn open_narrow(server: SocketAddr) -> Result<Self, String> {
        let connect = || {
            let kind = Domain::for_address(server);
            let socket = Socket::new(kind, Type::STREAM, None)?;
            socket.set_recv_buffer_size(8 << 10)?;
            socket.connect(&server.into())?;
            socket.set_tcp_nodelay(true)?;
            Ok(TcpStream::from(socket))
        };
        let stream = connect().map_err(|e: std::io::Error| e.to_string())?;
        Ok(Self {
            stream,
            unread: Vec::new(),
            ended: false,
        })
    }

    /// Ends the connection with a reset, and throws away what is on its way.
    pub fn reset(self) {
        // If it has ended already, there is nothing to reset.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// Where the connection comes from.
    pub fn local_addr(&self) -> SocketAddr {
        self.stream.local_addr().expect("it is connected")
    }

    /// Writes all of it at once.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream
            .write_all(bytes)
            .map_err(|e| format!("cannot send: {e}"))
    }

    /// Ends the client's direction.
    pub fn finish(&mut self) {
        // Fails only when the connection has ended already, which reading will tell.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// The bytes that have arrived and were not consumed.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Takes the first so many unread bytes.
    pub fn consume(&mut self, count: usize) -> Vec<u8> {
        let taken = self.unread.drain(..count).collect();
        if self.unread.is_empty() {
            // What a test measures is to be the server's.
            self.unread = Vec::new();
        }
        taken
    }

    /// Whether something has arrived that was not even taken in.
    pub fn has_arrivals(&self) -> bool {
        self.stream.peek(&mut [0]).is_ok_and(|count| count > 0)
    }

    /// Waits until more bytes arrive, the connection ends, or the deadline passes.
    pub fn wait(&mut self, deadline: Instant) -> Arrival {
        if self.ended {
            return Arrival::End;
        }
        let mut buffer = [0; 16 * 1024];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // A timeout of zero would mean none at all.
            let left = left.max(Duration::from_millis(1));
            if self.stream.set_read_timeout(Some(left)).is_err() {
                self.ended = true;
                return Arrival::End;
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => {
                    self.ended = true;
                    return Arrival::End;
                }
                Ok(count) => {
                    self.unread.extend_from_slice(&buffer[..count]);
                    return Arrival::Bytes;
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if Instant::now() >= deadline {
                        return Arrival::Nothing;
                    }
                }
                // A reset ends the connection as a FIN does: which of them a server sends depends on
                // whether it had read everything, not on what it means to say.
                Err(_) => {
                    self.ended = true;
                    return Arrival::End;
                }
            }
        }
    }

    /// Takes in what has arrived by now, without waiting for more.
    pub fn look(&mut self) {
        while self.wait(Instant::now()) == Arrival::Bytes {}
    }
}
