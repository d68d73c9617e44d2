//! Polling answers, compared as a stream of packets.
//!
//! How many of the waiting packets one answer carries is a matter of timing: the reference answers a held
//! poll with the first of a burst alone, another server may wait for the rest. So an answer may carry fewer
//! packets than recorded, when polling again brings the others, or more, when they are those that the next
//! recorded answers hold. Order, content and form must be as recorded.

use std::collections::{BTreeMap, VecDeque};

use super::payload::packets;
use super::transcript::Request;

/// Per session, the packets that arrived before the recording has them.
#[derive(Debug, Default)]
pub struct Streams {
    ahead: BTreeMap<String, VecDeque<String>>,
}

/// What an answer means for the recorded one.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything recorded has arrived.
    Complete,
    /// All right so far, but the rest must be polled for.
    Partial,
}

/// The session that a request polls for, if it does.
pub fn polled_session(request: &Request, path: &str) -> Option<String> {
    let ends_session = request.query.as_deref().is_some_and(|query| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some("disconnect"))
    });
    let (_, session) = path.split_once("/1/xhr-polling/")?;
    (request.method == "GET" && !ends_session).then(|| session.trim_end_matches('/').to_owned())
}

impl Streams {
    /// Whether the recorded answer has already arrived with earlier ones, in which case it is used up.
    pub fn already_has(&mut self, session: &str, recorded: &str) -> bool {
        let Some(ahead) = self.ahead.get_mut(session) else {
            return false;
        };
        let Some(wanted) = packets(recorded) else {
            return false;
        };
        let held =
            wanted.len() <= ahead.len() && wanted.iter().zip(ahead.iter()).all(|(w, a)| w == a);
        if held {
            ahead.drain(..wanted.len());
        }
        held
    }

    /// Takes in an answer where the recorded one is expected.
    pub fn arrived(
        &mut self,
        session: &str,
        recorded: &str,
        got: &str,
    ) -> Result<Progress, String> {
        let got_packets = packets(got).ok_or_else(|| format!("a malformed payload {got:?}"))?;
        let wanted = packets(recorded).ok_or("a recorded answer that is no payload")?;
        let ahead = self.ahead.entry(session.to_owned()).or_default();
        ahead.extend(got_packets);
        let agree = wanted
            .iter()
            .zip(ahead.iter())
            .all(|(wanted, got)| wanted == got);
        if !agree {
            return Err(format!("body {got:?}"));
        }
        if ahead.len() < wanted.len() {
            return Ok(Progress::Partial);
        }
        ahead.drain(..wanted.len());
        Ok(Progress::Complete)
    }

    /// Packets that no recorded answer asked for.
    pub fn surplus(&self) -> Option<String> {
        let left: Vec<_> = self.ahead.values().flatten().collect();
        (!left.is_empty()).then(|| format!("{left:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &str = "\u{fffd}5\u{fffd}3:::a\u{fffd}5\u{fffd}3:::b\u{fffd}5\u{fffd}3:::c";
    const REST: &str = "\u{fffd}5\u{fffd}3:::b\u{fffd}5\u{fffd}3:::c";

    #[test]
    fn a_burst_may_come_in_parts() {
        let mut streams = Streams::default();
        assert_eq!(streams.arrived("s", THREE, "3:::a"), Ok(Progress::Partial));
        assert_eq!(streams.arrived("s", THREE, REST), Ok(Progress::Complete));
        assert_eq!(streams.surplus(), None);
    }

    #[test]
    fn a_burst_may_come_at_once_but_what_is_never_recorded_is_surplus() {
        let mut streams = Streams::default();
        assert_eq!(streams.arrived("s", "3:::a", THREE), Ok(Progress::Complete));
        assert!(streams.surplus().is_some());
        assert!(!streams.already_has("other", REST));
        assert!(streams.already_has("s", REST));
        assert_eq!(streams.surplus(), None);
    }

    #[test]
    fn order_and_content_matter() {
        assert!(Streams::default().arrived("s", THREE, REST).is_err());
        assert!(
            Streams::default()
                .arrived("s", "3:::a", "\u{fffd}5\u{fffd}3:::a")
                .is_err()
        );
    }
}
