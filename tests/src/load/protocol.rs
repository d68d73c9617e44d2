//! What the servers under load speak: the same events, in the words of either protocol.
//!
//! Events and their answers are some 60 bytes, each different from all others.

use socketio_proto::Dialect;

use super::load_error::LoadError;

/// A protocol of clients and servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Socket.IO 0.7 to 0.9, protocol revision 1.
    Legacy,
    /// Protocol 5 of Socket.IO over protocol 4 of Engine.IO.
    Modern,
}

/// Between the packets of a payload of Engine.IO 4.
const SEPARATOR: char = '\u{1e}';

impl Protocol {
    /// Whether a client's events are answered in their order. Servers of the modern protocol may
    /// run the handlers of one client beside each other; an answer's id says what it belongs to.
    pub(super) const fn answers_in_order(self) -> bool {
        matches!(self, Self::Legacy)
    }

    /// An event `echo` that asks for an answer with its argument.
    pub(super) fn echo_event(self, client: usize, id: u64) -> String {
        let argument = echo_argument(client, id);
        match self {
            Self::Legacy => format!(r#"5:{id}+::{{"name":"echo","args":[{argument}]}}"#),
            Self::Modern => format!(r#"42{id}["echo",{argument}]"#),
        }
    }

    /// The answer to it.
    pub(super) fn echo_answer(self, client: usize, id: u64) -> String {
        let argument = echo_argument(client, id);
        match self {
            Self::Legacy => format!("6:::{id}+[{argument}]"),
            Self::Modern => format!("43{id}[{argument}]"),
        }
    }

    /// Which event a packet answers, going by its beginning.
    pub(super) fn answered_id(self, packet: &[u8]) -> Option<u64> {
        let prefix = match self {
            Self::Legacy => "6:::",
            Self::Modern => "43",
        };
        let rest = std::str::from_utf8(packet).ok()?.strip_prefix(prefix)?;
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        rest[..end].parse().ok()
    }

    /// An event for everybody in the namespace `/chat`, as it is sent and as it comes back.
    pub(super) fn event_for_all(self, id: u64) -> String {
        let argument = format!(r#""everybody, number {id:09}""#);
        match self {
            Self::Legacy => format!(r#"5::/chat:{{"name":"all","args":[{argument}]}}"#),
            Self::Modern => format!(r#"42/chat,["all",{argument}]"#),
        }
    }

    /// What joins the namespace `/chat`, and how the answer to it begins.
    pub(super) const fn join_chat(self) -> (&'static str, &'static str) {
        match self {
            Self::Legacy => ("1::/chat", "1::/chat"),
            Self::Modern => ("40/chat,", r#"40/chat,{"sid":"#),
        }
    }

    /// A heartbeat of the server, and what a client answers.
    pub(super) const fn heartbeat(self) -> (&'static str, &'static str) {
        match self {
            Self::Legacy => ("2::", "2::"),
            Self::Modern => ("2", "3"),
        }
    }

    /// The answer to an upload.
    pub(super) const fn upload_taken(self) -> &'static str {
        match self {
            Self::Legacy => "1",
            Self::Modern => "ok",
        }
    }

    /// The packets in the answer to a poll.
    pub(super) fn packets(self, body: &[u8]) -> Result<Vec<String>, LoadError> {
        let wrong = || LoadError::wrong("a payload", body);
        let text = std::str::from_utf8(body).map_err(|_| wrong())?;
        match self {
            Self::Legacy => {
                let packets = Dialect::Legacy.unframe(text);
                let packets = packets.map(|packet| packet.map(str::to_owned));
                packets.collect::<Result<_, _>>().map_err(|_| wrong())
            }
            Self::Modern => Ok(text.split(SEPARATOR).map(str::to_owned).collect()),
        }
    }
}

fn echo_argument(client: usize, id: u64) -> String {
    format!(r#""client {client:05} number {id:09}""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_their_answers() {
        let both = |protocol: Protocol| {
            let (event, answer) = (protocol.echo_event(7, 12), protocol.echo_answer(7, 12));
            assert_eq!(protocol.answered_id(answer.as_bytes()), Some(12));
            assert_eq!(protocol.answered_id(event.as_bytes()), None);
            (event, answer)
        };
        let (event, answer) = both(Protocol::Legacy);
        assert_eq!(
            event,
            r#"5:12+::{"name":"echo","args":["client 00007 number 000000012"]}"#
        );
        assert_eq!(answer, r#"6:::12+["client 00007 number 000000012"]"#);
        let (event, answer) = both(Protocol::Modern);
        assert_eq!(event, r#"4212["echo","client 00007 number 000000012"]"#);
        assert_eq!(answer, r#"4312["client 00007 number 000000012"]"#);
    }

    #[test]
    fn events_for_all() {
        assert_eq!(
            Protocol::Legacy.event_for_all(1),
            r#"5::/chat:{"name":"all","args":["everybody, number 000000001"]}"#
        );
        assert_eq!(
            Protocol::Modern.event_for_all(1),
            r#"42/chat,["all","everybody, number 000000001"]"#
        );
    }

    #[test]
    fn polls_bring_one_packet_or_several() {
        let packets = |protocol: Protocol, body: &str| protocol.packets(body.as_bytes()).unwrap();
        assert_eq!(packets(Protocol::Legacy, "2::"), ["2::"]);
        assert_eq!(
            packets(Protocol::Legacy, "\u{fffd}3\u{fffd}2::\u{fffd}3\u{fffd}1::"),
            ["2::", "1::"]
        );
        assert_eq!(packets(Protocol::Modern, "2"), ["2"]);
        assert_eq!(packets(Protocol::Modern, "2\u{1e}430[]"), ["2", "430[]"]);
        assert!(Protocol::Legacy.packets(b"\xff").is_err());
    }
}
