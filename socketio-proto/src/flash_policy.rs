//! What Flash objects ask before they open a socket.
//!
//! A flashsocket is a websocket that a Flash object opens. The Flash player first asks a server,
//! on port 843, on the port that the object names (the client of socket.io 0.9 names 10843) or on
//! the very port that it wants to connect to, for a policy: it sends
//! `<policy-file-request/>` and a zero byte, and the server answers an XML document and closes
//! (socket.io 0.9 by means of the package `policyfile`; gevent-socketio
//! `socketio/policyserver.py`). Both servers let in objects from everywhere unless told otherwise.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::ops::RangeInclusive;

/// From which domains Flash objects may connect, and to which ports.
///
/// ```
/// use socketio_proto::FlashPolicy;
///
/// let policy = FlashPolicy::new().allow("www.example.com", [80, 443]);
/// assert!(policy.document().ends_with(
///     "<allow-access-from domain=\"www.example.com\" to-ports=\"80,443\"/></cross-domain-policy>"
/// ));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlashPolicy {
    allowed: Vec<(String, FlashPorts)>,
}

/// Ports that a [`FlashPolicy`] speaks of. A number, an array of numbers and a range of numbers
/// are such ports, too.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlashPorts {
    /// Every port.
    All,
    /// The ports in these ranges.
    Ranges(Vec<RangeInclusive<u16>>),
}

impl FlashPolicy {
    /// The port on which clients of the 0.9 family ask, unless told otherwise.
    pub const PORT: u16 = 10843;

    /// What clients send, and all that they send.
    pub const REQUEST: &'static [u8] = b"<policy-file-request/>\0";

    /// A policy that lets nobody in.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            allowed: Vec::new(),
        }
    }

    /// Lets Flash objects from `domain` connect to `ports`: a host name, an IP address, or
    /// `*.` and the domain of several hosts. `*` is everybody, and is to be said in so many
    /// words: the page of any site could then open sockets in the name of its visitors.
    #[must_use]
    pub fn allow(mut self, domain: impl Into<String>, ports: impl Into<FlashPorts>) -> Self {
        self.allowed.push((domain.into(), ports.into()));
        self
    }

    /// The document that answers a request. Whatever the domains are called, it is well-formed
    /// XML.
    #[must_use]
    pub fn document(&self) -> String {
        let mut document = String::from(concat!(
            r#"<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "#,
            r#""http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd"><cross-domain-policy>"#,
        ));
        for (domain, ports) in &self.allowed {
            document.push_str(r#"<allow-access-from domain=""#);
            write_escaped(domain, &mut document);
            // Writing to a string does not fail.
            let _ = write!(document, r#"" to-ports="{ports}"/>"#);
        }
        document.push_str("</cross-domain-policy>");
        document
    }
}

/// Appends text as it may stand in an attribute. What XML cannot say becomes U+FFFD.
fn write_escaped(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            _ => out.push(character),
        }
    }
}

impl fmt::Display for FlashPorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ranges(ranges) = self else {
            return f.write_str("*");
        };
        for (at, range) in ranges.iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            let (first, last) = (range.start(), range.end());
            if first == last {
                write!(f, "{separator}{first}")?;
            } else {
                write!(f, "{separator}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

impl From<u16> for FlashPorts {
    fn from(port: u16) -> Self {
        Self::from([port])
    }
}

impl<const N: usize> From<[u16; N]> for FlashPorts {
    fn from(ports: [u16; N]) -> Self {
        Self::Ranges(ports.into_iter().map(|port| port..=port).collect())
    }
}

impl From<RangeInclusive<u16>> for FlashPorts {
    fn from(range: RangeInclusive<u16>) -> Self {
        Self::Ranges(Vec::from([range]))
    }
}
