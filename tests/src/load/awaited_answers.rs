//! The answers that one client awaits: each must come once, and be right.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::load_error::{LoadError, expect};
use super::protocol::Protocol;

/// Events under way, the oldest first.
#[derive(Debug)]
pub(super) struct AwaitedAnswers {
    protocol: Protocol,
    client: usize,
    /// The id of the latest event.
    sent: u64,
    under_way: VecDeque<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    id: u64,
    since: Instant,
}

/// An answer that was right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    /// From the event to its answer, as the client sees it.
    pub(super) after: Duration,
    /// It came before the answer to an earlier event.
    pub(super) has_overtaken: bool,
}

impl AwaitedAnswers {
    pub(super) const fn new(protocol: Protocol, client: usize) -> Self {
        Self {
            protocol,
            client,
            sent: 0,
            under_way: VecDeque::new(),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.under_way.len()
    }

    /// The next event, which is under way from now on.
    pub(super) fn next_event(&mut self) -> String {
        self.sent += 1;
        self.under_way.push_back(UnderWay {
            id: self.sent,
            since: Instant::now(),
        });
        self.protocol.echo_event(self.client, self.sent)
    }

    /// The event that has been under way for longest, to be said again.
    pub(super) fn oldest_event(&self) -> Option<String> {
        let event = self.under_way.front()?;
        Some(self.protocol.echo_event(self.client, event.id))
    }

    /// Takes what has come; it must be an answer that is awaited, and where there is an order, the
    /// first.
    pub(super) fn take(&mut self, packet: &[u8]) -> Result<Answer, LoadError> {
        let first = self.under_way.front().map_or(0, |event| event.id);
        let id = match self.protocol.answered_id(packet) {
            Some(id) if !self.protocol.answers_in_order() => id,
            _ => first,
        };
        expect(&self.protocol.echo_answer(self.client, id), packet)?;
        let position = self.under_way.iter().position(|event| event.id == id);
        let event = position.and_then(|position| self.under_way.remove(position));
        let event = event.ok_or_else(|| LoadError::wrong("an answer that is awaited", packet))?;
        Ok(Answer {
            after: event.since.elapsed(),
            has_overtaken: event.id != first,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers to the first two of three events, in the order of `ids`.
    fn take(protocol: Protocol, ids: &[u64]) -> Result<Vec<bool>, LoadError> {
        let mut awaited = AwaitedAnswers::new(protocol, 1);
        for id in 1..=3 {
            assert_eq!(awaited.next_event(), protocol.echo_event(1, id));
        }
        let mut overtakers = Vec::new();
        for id in ids {
            let answer = awaited.take(protocol.echo_answer(1, *id).as_bytes())?;
            overtakers.push(answer.has_overtaken);
        }
        assert_eq!(awaited.len(), 3 - ids.len());
        Ok(overtakers)
    }

    #[test]
    fn each_answer_comes_once() {
        for protocol in [Protocol::Legacy, Protocol::Modern] {
            assert_eq!(take(protocol, &[1, 2, 3]).unwrap(), [false; 3]);
            assert!(take(protocol, &[1, 1]).is_err());
            assert!(take(protocol, &[4]).is_err());
            assert!(take(protocol, &[1, 2, 3, 3]).is_err());
        }
    }

    #[test]
    fn order_is_held_where_there_is_one() {
        assert!(take(Protocol::Legacy, &[2]).is_err());
        let overtakers = take(Protocol::Modern, &[2, 1, 3]).unwrap();
        assert_eq!(overtakers, [true, false, false]);
    }

    #[test]
    fn wrong_answers_are_found() {
        for protocol in [Protocol::Legacy, Protocol::Modern] {
            let mut awaited = AwaitedAnswers::new(protocol, 1);
            awaited.next_event();
            let other_client = protocol.echo_answer(2, 1);
            assert!(awaited.take(other_client.as_bytes()).is_err());
            let more = protocol.echo_answer(1, 1) + "]";
            assert!(awaited.take(more.as_bytes()).is_err());
            assert!(awaited.take(b"").is_err());
        }
    }
}
