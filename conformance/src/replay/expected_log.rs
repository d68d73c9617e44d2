//! What the application is expected to see, and which request makes it see it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::payload::{Summary, sent_packets};
use super::script::LogEntry;
use super::transcript::{Body, Event, Step};

/// How much later than its cause a line may have been written for the recorder's clock to prove the order.
const MARGIN: u64 = 30;

/// The recorded log, tied to the recorded events.
#[derive(Debug)]
pub struct ExpectedLog {
    entries: Vec<LogEntry>,
    caused: BTreeMap<usize, Vec<usize>>,
    end: u64,
}

/// So many lines of each namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirement(BTreeMap<String, usize>);

impl Requirement {
    /// Whether these lines are enough.
    pub fn is_met(&self, log: &[LogEntry]) -> bool {
        self.0
            .iter()
            .all(|(ns, count)| log.iter().filter(|entry| entry.ns == *ns).count() >= *count)
    }
}

impl ExpectedLog {
    /// Ties the lines to the events that cause them.
    pub fn new(entries: Vec<LogEntry>, events: &[Event]) -> Self {
        // A crash is the reference's last word, not something an application sees.
        let entries: Vec<_> = entries
            .into_iter()
            .filter(|entry| entry.ev != "CRASH")
            .collect();
        let mut free = vec![true; entries.len()];
        let mut caused: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, event) in events.iter().enumerate() {
            for packet in packets_sent(&event.step) {
                let Some(summary) = Summary::of(&packet) else {
                    continue;
                };
                if let Some(at) =
                    (0..entries.len()).find(|at| free[*at] && shows(&entries[*at], &summary))
                {
                    free[at] = false;
                    caused.entry(index).or_default().push(at);
                }
            }
        }
        let end = events.iter().map(|event| event.t).max().unwrap_or_default();
        Self {
            entries,
            caused,
            end,
        }
    }

    /// What must have been seen once the event of this index has had its effect.
    pub fn caused_by(&self, event: usize) -> Requirement {
        self.requirement(self.caused.get(&event).into_iter().flatten().copied())
    }

    /// What had surely been seen by this time of the recording.
    pub fn seen_before(&self, t: u64) -> Requirement {
        self.requirement((0..self.entries.len()).filter(|at| self.entries[*at].t + MARGIN <= t))
    }

    /// What must have been seen in the end. Lines written after the last event are those of a server that is
    /// being shut down, and may be missing.
    pub fn in_the_end(&self) -> Requirement {
        self.requirement((0..self.entries.len()).filter(|at| self.entries[*at].t <= self.end))
    }

    fn requirement(&self, lines: impl Iterator<Item = usize>) -> Requirement {
        let mut counts = BTreeMap::new();
        for at in lines {
            let ns = &self.entries[at].ns;
            let position = self.entries[..=at]
                .iter()
                .filter(|entry| entry.ns == *ns)
                .count();
            let count = counts.entry(ns.clone()).or_insert(0);
            *count = position.max(*count);
        }
        Requirement(counts)
    }

    /// Compares the lines of each namespace in their order. Between namespaces there is none.
    pub fn compare(&self, got: &[LogEntry]) -> Result<(), String> {
        let Requirement(least) = self.in_the_end();
        let mut names: Vec<_> = self
            .entries
            .iter()
            .chain(got)
            .map(|entry| entry.ns.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        for ns in names {
            let of_it = |entry: &&LogEntry| entry.ns == ns;
            let expected: Vec<_> = self.entries.iter().filter(of_it).collect();
            let got: Vec<_> = got.iter().filter(of_it).collect();
            let least = least.get(ns).copied().unwrap_or_default();
            let same = expected
                .iter()
                .zip(&got)
                .all(|(expected, got)| same_line(expected, got));
            if !same || got.len() < least || got.len() > expected.len() {
                return Err(format!(
                    "in {ns:?} the application saw {got:#?}\ninstead of {expected:#?}"
                ));
            }
        }
        Ok(())
    }
}

fn packets_sent(step: &Step) -> Vec<String> {
    match step {
        Step::Request(request) => match &request.body {
            Some(Body::Text(text)) if request.method == "POST" => sent_packets(text),
            Some(Body::Repeated { head, .. }) => vec![head.clone()],
            _ => Vec::new(),
        },
        Step::SendFrame(frame) => frame.text.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// Whether the line is what the application sees of a packet with this summary.
fn shows(entry: &LogEntry, packet: &Summary) -> bool {
    let (kind, name) = (packet.kind, packet.event.as_deref());
    entry.ns == packet.endpoint
        && match entry.ev.as_str() {
            "connection" => kind == '1' && !packet.endpoint.is_empty(),
            "disconnect" => kind == '0',
            "message" => matches!(kind, '3' | '4') || (kind == '5' && name == Some("message")),
            "event" => kind == '5' && name == entry.name.as_deref(),
            "acked" => packet.acked == entry.args,
            _ => false,
        }
}

/// Whether both lines tell the same. The reason of a disconnect is not compared: ours says more.
fn same_line(expected: &LogEntry, got: &LogEntry) -> bool {
    let lists = match (&expected.args, &got.args) {
        (Some(expected), Some(got)) => same_list(expected, got),
        (expected, got) => expected.is_none() && got.is_none(),
    };
    lists
        && (&expected.ev, &expected.name, expected.wants_ack) == (&got.ev, &got.name, got.wants_ack)
        && (&expected.query, expected.xdomain) == (&got.query, got.xdomain)
}

/// Equality of JSON values as JavaScript sees them: one kind of number, objects without order.
fn same_value(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => same_list(a, b),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| same_value(value, other)))
        }
        (a, b) => a == b,
    }
}

fn same_list(expected: &[Value], got: &[Value]) -> bool {
    expected.len() == got.len() && expected.iter().zip(got).all(|(a, b)| same_value(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn log(lines: &[Value]) -> Vec<LogEntry> {
        lines
            .iter()
            .map(|line| serde_json::from_value(line.clone()).unwrap())
            .collect()
    }

    fn sent(t: u64, text: &str) -> Event {
        serde_json::from_value(json!({"t": t, "conn": "w", "dir": "out",
            "frame": {"opcode": 1, "fin": true, "text": text}}))
        .unwrap()
    }

    #[test]
    fn lines_belong_to_the_packets_that_cause_them() {
        let lines = log(&[
            json!({"t": 1, "ev": "connection", "ns": ""}),
            json!({"t": 12, "ev": "message", "ns": "", "args": ["a"], "wants_ack": false}),
            json!({"t": 13, "ev": "message", "ns": "/b", "args": ["a"], "wants_ack": false}),
        ]);
        let expected = ExpectedLog::new(lines.clone(), &[sent(10, "3::/b:a"), sent(11, "3:::a")]);
        assert!(!expected.caused_by(0).is_met(&lines[..2]));
        assert!(expected.caused_by(0).is_met(&lines));
        assert!(expected.caused_by(1).is_met(&lines[..2]));
        assert!(!expected.caused_by(1).is_met(&lines[..1]));
        assert!(!expected.seen_before(41).is_met(&[]) && expected.seen_before(20).is_met(&[]));
    }

    #[test]
    fn what_is_missing_surplus_or_different_is_found() {
        let line =
            |text: &str, t: u64| json!({"t": t, "ev": "message", "ns": "", "args": [text, 1.0]});
        let expected = ExpectedLog::new(
            log(&[line("a", 1), line("b", 2), line("late", 9)]),
            &[sent(5, "x")],
        );
        assert!(
            expected
                .compare(&log(&[line("a", 0), line("b", 0)]))
                .is_ok()
        );
        assert!(
            expected
                .compare(&log(&[line("a", 0), line("b", 0), line("late", 0)]))
                .is_ok()
        );
        assert!(expected.compare(&log(&[line("a", 0)])).is_err(), "missing");
        assert!(
            expected
                .compare(&log(&[line("b", 0), line("a", 0)]))
                .is_err(),
            "order"
        );
        let surplus = [line("a", 0), line("b", 0), line("late", 0), line("c", 0)];
        assert!(expected.compare(&log(&surplus)).is_err(), "surplus");
    }
}
