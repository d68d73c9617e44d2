//! The answer to a handshake: `sid ":" [heartbeat] ":" [close] ":" transports`.
//!
//! Socket.io 0.9 writes it in `lib/manager.js`, `handleHandshake`; timeouts are seconds, which
//! may have a fraction. Real clients read an empty timeout as zero milliseconds and hang up at
//! once, so a server that serves them always gives both.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::str::FromStr;
use core::time::Duration;

use thiserror::Error;

use crate::transport_name::TransportName;

/// What a client learns from its handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake<'a> {
    /// The new session's id. It must hold none of `:`, `/`, `?`, `#` and `%`.
    pub sid: &'a str,
    /// How long the client waits for a sign of life before it gives the connection up.
    pub heartbeat_timeout: Option<Duration>,
    /// How long the client waits for its transport to open again, or for any data.
    pub close_timeout: Option<Duration>,
    /// The transports on offer, in the server's order.
    pub transports: Cow<'a, [TransportName]>,
}

/// Why a handshake's answer could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// There are fewer than four fields.
    #[error("handshake with fewer than four fields")]
    MissingField,
    /// The session id is empty.
    #[error("handshake without a session id")]
    EmptySid,
    /// A timeout is no decimal number of seconds, or too large a one.
    #[error("handshake with a bad timeout")]
    BadTimeout,
}

impl<'a> Handshake<'a> {
    /// Appends the answer's text.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.sid.as_bytes());
        for timeout in [self.heartbeat_timeout, self.close_timeout] {
            out.push(b':');
            if let Some(timeout) = timeout {
                write_seconds(timeout, out);
            }
        }
        let mut separator = b':';
        for transport in self.transports.iter() {
            out.push(separator);
            out.extend_from_slice(transport.as_str().as_bytes());
            separator = b',';
        }
        if self.transports.is_empty() {
            out.push(separator);
        }
    }

    /// Reads an answer. Transports without a known name are left out: nobody here could use them.
    ///
    /// # Errors
    ///
    /// If a field is missing, the session id is empty or a timeout is no number of seconds.
    pub fn parse(line: &'a str) -> Result<Self, HandshakeError> {
        let mut fields = line.splitn(4, ':');
        let mut field = || fields.next().ok_or(HandshakeError::MissingField);
        let (sid, heartbeat, close, transports) = (field()?, field()?, field()?, field()?);
        if sid.is_empty() {
            return Err(HandshakeError::EmptySid);
        }
        let transports: Vec<_> = transports
            .split(',')
            .filter_map(|name| TransportName::from_str(name).ok())
            .collect();
        Ok(Self {
            sid,
            heartbeat_timeout: parse_seconds(heartbeat)?,
            close_timeout: parse_seconds(close)?,
            transports: Cow::Owned(transports),
        })
    }
}

/// Appends seconds as a decimal number without superfluous zeros: `60`, `0.5`, `1.25`.
fn write_seconds(duration: Duration, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(duration.as_secs()).as_bytes());
    let mut rest = duration.subsec_nanos();
    let mut place = 100_000_000_u32;
    if rest > 0 {
        out.push(b'.');
    }
    while rest > 0 {
        let digit = rest.checked_div(place).unwrap_or(0);
        out.extend_from_slice(itoa::Buffer::new().format(digit).as_bytes());
        rest = rest.checked_rem(place).unwrap_or(0);
        place /= 10;
    }
}

/// Reads `[seconds ["." fraction]]`; digits beyond the nanoseconds are dropped.
fn parse_seconds(text: &str) -> Result<Option<Duration>, HandshakeError> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(HandshakeError::BadTimeout);
    }
    let seconds = whole.parse().map_err(|_| HandshakeError::BadTimeout)?;
    let nanos = fraction
        .bytes()
        .chain(core::iter::repeat(b'0'))
        .take(9)
        .fold(0_u32, |n, digit| {
            n.wrapping_mul(10).wrapping_add(u32::from(digit & 0x0F))
        });
    Ok(Some(Duration::new(seconds, nanos)))
}
