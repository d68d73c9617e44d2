//! A session on a websocket. Frames are packed and unpacked here: only short text frames and
//! their ends are to be expected.

use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::http_connection::HttpConnection;
use super::load_error::LoadError;
use super::protocol::Protocol;

/// Bytes read at once.
const READ_BYTES: usize = 16 << 10;

/// The masking key: any will do, but with zeros the server would have nothing to unmask.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// The longest payload whose length is in the second byte.
const SHORT: usize = 125;

/// The first byte of a whole text frame.
const TEXT_FRAME: u8 = 0x81;

const UPGRADE: &str = "Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The websocket of a session.
#[derive(Debug)]
pub(super) struct WebSocketClient {
    stream: TcpStream,
    protocol: Protocol,
    input: Vec<u8>,
    /// How much of the input was taken out.
    taken: usize,
    output: Vec<u8>,
}

impl WebSocketClient {
    pub(super) async fn open(
        port: u16,
        protocol: Protocol,
        target: &str,
    ) -> Result<Self, LoadError> {
        let mut http = HttpConnection::open(port).await?;
        http.send("GET", target, UPGRADE, "").await?;
        let (stream, input) = http.into_upgraded().await?;
        Ok(Self {
            stream,
            protocol,
            input,
            taken: 0,
            output: Vec::new(),
        })
    }

    /// Puts a packet behind those to be sent.
    pub(super) fn queue(&mut self, packet: &str) {
        push_masked(packet.as_bytes(), &mut self.output);
    }

    /// Sends what is queued, at once.
    pub(super) async fn flush(&mut self) -> Result<(), LoadError> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        Ok(())
    }

    /// The next packet that is no heartbeat. Heartbeats are answered.
    pub(super) async fn next(&mut self) -> Result<&[u8], LoadError> {
        loop {
            if let Some(packet) = self.take()? {
                return Ok(&self.input[packet]);
            }
            self.flush().await?;
            self.read().await?;
        }
    }

    /// Likewise, if it has been read already.
    pub(super) fn next_read(&mut self) -> Result<Option<&[u8]>, LoadError> {
        let packet = self.take()?;
        Ok(packet.map(|packet| &self.input[packet]))
    }

    fn take(&mut self) -> Result<Option<Range<usize>>, LoadError> {
        let (heartbeat, answer) = self.protocol.heartbeat();
        while let Some((start, length)) = parse_frame(&self.input[self.taken..])? {
            let packet = self.taken + start..self.taken + start + length;
            self.taken = packet.end;
            if &self.input[packet.clone()] != heartbeat.as_bytes() {
                return Ok(Some(packet));
            }
            self.queue(answer);
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<(), LoadError> {
        self.input.drain(..self.taken);
        self.taken = 0;
        self.input.reserve(READ_BYTES);
        let read = self.stream.read_buf(&mut self.input).await?;
        if self.input.is_empty() {
            // An idle client keeps no buffer; there are many of them.
            self.input = Vec::new();
        }
        match read {
            0 => Err(LoadError::Closed),
            _ => Ok(()),
        }
    }

    /// The connection, with whatever was not read.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Gives the buffers back: this client will be idle.
    pub(super) fn rest(&mut self) {
        self.input.drain(..self.taken);
        self.taken = 0;
        self.input.shrink_to_fit();
        self.output.shrink_to_fit();
    }
}

/// Appends a text frame as clients send them.
fn push_masked(payload: &[u8], out: &mut Vec<u8>) {
    out.push(TEXT_FRAME);
    match u16::try_from(payload.len()) {
        Ok(length) if payload.len() <= SHORT => out.push(0x80 | length as u8),
        Ok(length) => {
            out.push(0x80 | 126);
            out.extend(length.to_be_bytes());
        }
        Err(_) => {
            out.push(0x80 | 127);
            out.extend((payload.len() as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    let masked = payload.iter().zip(MASK.iter().cycle());
    out.extend(masked.map(|(byte, key)| byte ^ key));
}

/// Where the payload of the first frame begins and how long it is, if all of it is there.
fn parse_frame(input: &[u8]) -> Result<Option<(usize, usize)>, LoadError> {
    let (start, length) = match input {
        [] | [_] => return Ok(None),
        [TEXT_FRAME, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([*high, *low]))),
        [TEXT_FRAME, 126, ..] => return Ok(None),
        [TEXT_FRAME, length, ..] if usize::from(*length) <= SHORT => (2, usize::from(*length)),
        _ => return Err(LoadError::wrong("a text frame", input)),
    };
    Ok((input.len() >= start + length).then_some((start, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_masked() {
        let mut out = Vec::new();
        push_masked(b"2::", &mut out);
        assert_eq!(out[..6], [0x81, 0x83, 0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(out[6..], [b'2' ^ 0x37, b':' ^ 0xfa, b':' ^ 0x21]);
        out.clear();
        push_masked(&[0; 300], &mut out);
        assert_eq!(out[..4], [0x81, 0xfe, 1, 44]);
        assert_eq!(out.len(), 4 + 4 + 300);
    }

    #[test]
    fn frames_are_found_when_complete() {
        assert_eq!(parse_frame(b"\x81\x032::").unwrap(), Some((2, 3)));
        assert_eq!(parse_frame(b"\x81\x032:").unwrap(), None);
        let mut long = vec![0x81, 126, 1, 44];
        assert_eq!(parse_frame(&long).unwrap(), None);
        long.extend([b' '; 300]);
        assert_eq!(parse_frame(&long).unwrap(), Some((4, 300)));
        assert!(parse_frame(b"\x88\x00").is_err());
    }
}
