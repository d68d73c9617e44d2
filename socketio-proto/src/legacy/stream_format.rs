//! The responses that do not end: what they begin with, and what each packet is wrapped in.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use crate::json_string::{self, Surroundings};
use crate::transport_name::TransportName;

/// How an endless response carries packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamFormat {
    /// An HTML document in a frame, whose script elements call the client (socket.io 0.9
    /// `lib/transports/htmlfile.js`).
    HtmlFile,
    /// The parts of a `multipart/x-mixed-replace` response (gevent-socketio
    /// `socketio/transports.py`, `XHRMultipartTransport`, as far as it got).
    ///
    /// There the boundary is `socketio`, and whoever gets that line into a message ends the part
    /// and begins another one. Here the session's id, which others do not know, belongs to it.
    Multipart,
}

/// Defines the function that script elements call: the frame's parent has put the client's
/// transport into `s`.
const DOCUMENT: &[u8] =
    b"<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>";

/// Browsers show, and run, nothing of a document before they have this much of it.
const PADDING: [u8; 173] = [b' '; 173];

const PART_HEAD: &[u8] = b"Content-Type: text/plain; charset=UTF-8\r\n\r\n";

impl StreamFormat {
    /// The format of a transport; `None` if its responses end.
    #[must_use]
    pub const fn of(transport: TransportName) -> Option<Self> {
        match transport {
            TransportName::HtmlFile => Some(Self::HtmlFile),
            TransportName::XhrMultipart => Some(Self::Multipart),
            TransportName::WebSocket
            | TransportName::FlashSocket
            | TransportName::XhrPolling
            | TransportName::JsonpPolling => None,
        }
    }

    /// The transport's name.
    #[must_use]
    pub const fn transport(self) -> TransportName {
        match self {
            Self::HtmlFile => TransportName::HtmlFile,
            Self::Multipart => TransportName::XhrMultipart,
        }
    }

    /// The response's `Content-Type`, for the session of this id.
    #[must_use]
    pub fn content_type(self, sid: &str) -> Cow<'static, str> {
        match self {
            Self::HtmlFile => Cow::Borrowed("text/html; charset=UTF-8"),
            Self::Multipart => Cow::Owned(format!(
                "multipart/x-mixed-replace;boundary=\"socketio-{sid}\""
            )),
        }
    }

    /// Appends what stands before the first packet. In a multipart response that is a part with
    /// the session's id.
    pub fn begin(self, sid: &str, out: &mut Vec<u8>) {
        match self {
            Self::HtmlFile => {
                out.extend_from_slice(DOCUMENT);
                out.extend_from_slice(&PADDING);
            }
            Self::Multipart => {
                write_boundary(sid, out);
                self.write(sid, sid.as_bytes(), out);
            }
        }
    }

    /// Appends one packet, which is UTF-8, for the session of this id. The receiver need not wait for more to take it.
    ///
    /// ```
    /// use socketio_proto::StreamFormat;
    ///
    /// let mut chunk = Vec::new();
    /// StreamFormat::HtmlFile.write("4abc", b"3:::a/b", &mut chunk);
    /// assert_eq!(chunk, br#"<script>_("3:::a\/b");</script>"#);
    /// ```
    pub fn write(self, sid: &str, packet: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::HtmlFile => {
                out.extend_from_slice(b"<script>_(");
                json_string::write_in(Surroundings::ScriptElement, packet, out);
                out.extend_from_slice(b");</script>");
            }
            Self::Multipart => {
                out.extend_from_slice(PART_HEAD);
                out.extend_from_slice(packet);
                out.extend_from_slice(b"\r\n");
                write_boundary(sid, out);
            }
        }
    }
}

fn write_boundary(sid: &str, out: &mut Vec<u8>) {
    for piece in ["--socketio-", sid, "\r\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
}
