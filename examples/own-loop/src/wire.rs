//! A socket that takes and gives what it can without waiting.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;

use mio::net::TcpStream;
use socketio_session::CarriedPackets;

/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;

/// A connection's socket, with what came and is not used up yet, and what is to be written.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    pub(crate) input: Vec<u8>,
    pub(crate) output: Vec<u8>,
}

/// What a look at the socket found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// There is more in the input.
    Bytes,
    /// Nothing for now. The poll will tell when there is.
    Nothing,
    /// The client sends no more.
    End,
}

impl Wire {
    pub(crate) const fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            input: Vec::new(),
            output: Vec::new(),
        }
    }

    /// Reads once. The poll reports a socket when it becomes readable, not for as long as it is:
    /// who stops before [`Came::Nothing`] has to come again by himself.
    pub(crate) fn read(&mut self) -> io::Result<Came> {
        let mut buffer = [0; READ_BYTES];
        match self.stream.read(&mut buffer) {
            Ok(0) => Ok(Came::End),
            Ok(read) => {
                self.input.extend_from_slice(&buffer[..read]);
                Ok(Came::Bytes)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Came::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Writes what the socket takes, and notes how far `carried` came with it.
    pub(crate) fn write(&mut self, carried: &mut CarriedPackets) -> io::Result<()> {
        let mut written = 0;
        let mut result = Ok(());
        while written < self.output.len() {
            match self.stream.write(&self.output[written..]) {
                Ok(bytes) if bytes > 0 => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                failed => {
                    result = failed.and(Err(ErrorKind::WriteZero.into()));
                    break;
                }
            }
        }
        carried.advance(written);
        self.output.drain(..written);
        result
    }

    /// Tells the client that nothing more will come.
    pub(crate) fn shut_down(&self) {
        // If it is gone already, the next read tells.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}
