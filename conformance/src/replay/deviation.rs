//! Where our server answers otherwise than the recording, on purpose: a table of lines, each with its reason.
//!
//! A line is a JSON object:
//!
//! - `id`: the transcript;
//! - `event`, perhaps with `through`: the recorded events, by index, that are replaced;
//! - or `log`: the line of the application's log, by index, that is replaced;
//! - or neither: the transcript is not played at all;
//! - `instead`: the list of events (or log lines) expected in their place, written as in a transcript, where
//!   `dir` is `in`, and `conn` and `t` those of the first replaced event, unless given;
//! - `reason`.
//!
//! A line without which the transcript is matched all the same is an error
//! ([`Suite::unneeded_lines`](super::Suite::unneeded_lines)), so the table cannot outlive its reasons.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

use super::script::LogEntry;
use super::transcript::{Event, Transcript};

/// The deviation table.
#[derive(Debug, Clone, Default)]
pub struct Deviations {
    lines: Vec<Line>,
}

/// One line of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The transcript it changes.
    pub id: String,
    /// First recorded event that is replaced.
    pub event: Option<usize>,
    /// Last recorded event that is replaced, when there are several.
    pub through: Option<usize>,
    /// The line of the log that is replaced.
    pub log: Option<usize>,
    /// What is expected in its place.
    #[serde(default)]
    pub instead: Vec<Value>,
    /// Why.
    pub reason: String,
}

/// An event to be played.
#[derive(Debug, Clone)]
pub struct PlannedStep {
    /// Index of the recorded event, the first one for those that take the place of several.
    pub index: usize,
    /// What is to happen.
    pub event: Event,
    /// Whether this is not what was recorded.
    pub deviates: bool,
}

impl Deviations {
    /// None at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Parses a table, one line per deviation.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parse = |(number, line): (usize, &str)| {
            serde_json::from_str::<Line>(line)
                .map_err(|e| e.to_string())
                .and_then(|line| {
                    if line.reason.is_empty() {
                        Err("no reason".to_owned())
                    } else {
                        Ok(line)
                    }
                })
                .map_err(|e| format!("line {}: {e}", number + 1))
        };
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        Ok(Self {
            lines: lines.map(parse).collect::<Result<_, _>>()?,
        })
    }

    /// Every line.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The table without the line of this index.
    pub fn without(&self, index: usize) -> Self {
        let mut lines = self.lines.clone();
        lines.remove(index);
        Self { lines }
    }

    /// Whether this transcript is not to be played at all.
    pub fn leaves_out(&self, id: &str) -> bool {
        self.of(id)
            .any(|line| line.event.is_none() && line.log.is_none())
    }

    fn of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines.iter().filter(move |line| line.id == id)
    }

    /// The events to play for this transcript.
    pub fn plan(&self, transcript: &Transcript) -> Result<Vec<PlannedStep>, String> {
        let mut plan = Vec::new();
        let mut next = 0;
        let mut lines: Vec<_> = self
            .of(&transcript.id)
            .filter(|line| line.event.is_some())
            .collect();
        lines.sort_by_key(|line| line.event);
        for line in lines {
            let first = line.event.unwrap_or_default();
            let last = line.through.unwrap_or(first);
            if first < next || last < first || last >= transcript.events.len() {
                return Err(format!(
                    "a deviation names events {first} to {last}, which cannot be"
                ));
            }
            plan.extend(as_recorded(&transcript.events[next..first], next));
            plan.extend(replaced(line, &transcript.events[first..=last], first)?);
            next = last + 1;
        }
        plan.extend(as_recorded(&transcript.events[next..], next));
        Ok(plan)
    }

    /// The log that the application is to write for this transcript.
    pub fn planned_log(&self, transcript: &Transcript) -> Result<Vec<LogEntry>, String> {
        let mut log: Vec<_> = transcript
            .server_log
            .iter()
            .map(|entry| vec![entry.clone()])
            .collect();
        for line in self.of(&transcript.id) {
            let Some(index) = line.log else { continue };
            let place = log
                .get_mut(index)
                .ok_or_else(|| format!("a deviation names log line {index}"))?;
            let time = place.first().map_or(0, |entry| entry.t);
            *place = line
                .instead
                .iter()
                .map(|value| with_defaults(value, &[("t", json!(time))]))
                .map(|value| serde_json::from_value(value).map_err(|e| e.to_string()))
                .collect::<Result<_, _>>()?;
        }
        Ok(log.into_iter().flatten().collect())
    }
}

fn as_recorded(events: &[Event], first: usize) -> impl Iterator<Item = PlannedStep> {
    events
        .iter()
        .enumerate()
        .map(move |(offset, event)| PlannedStep {
            index: first + offset,
            event: event.clone(),
            deviates: false,
        })
}

fn replaced(line: &Line, recorded: &[Event], first: usize) -> Result<Vec<PlannedStep>, String> {
    let defaults = [
        ("dir", json!("in")),
        ("conn", json!(recorded[0].conn)),
        ("t", json!(recorded[0].t)),
    ];
    let instead: Vec<Event> = line
        .instead
        .iter()
        .map(|value| {
            serde_json::from_value(with_defaults(value, &defaults)).map_err(|e| e.to_string())
        })
        .collect::<Result<_, _>>()?;
    Ok(instead
        .into_iter()
        .map(|event| PlannedStep {
            index: first,
            event,
            deviates: true,
        })
        .collect())
}

fn with_defaults(value: &Value, defaults: &[(&str, Value)]) -> Value {
    let mut value = value.clone();
    if let Value::Object(keys) = &mut value {
        for (key, default) in defaults {
            keys.entry(*key).or_insert_with(|| default.clone());
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        serde_json::from_value(json!({
            "id": "x", "title": "", "group": "",
            "events": [
                {"t": 0, "conn": "a", "dir": "out", "close": "fin"},
                {"t": 5, "conn": "a", "dir": "in", "closed": true},
                {"t": 9, "conn": "b", "dir": "quiet", "ms": 4},
            ],
        }))
        .unwrap()
    }

    fn plan(line: &Value) -> Result<Vec<PlannedStep>, String> {
        Deviations::parse(&line.to_string())
            .unwrap()
            .plan(&transcript())
    }

    #[test]
    fn events_are_replaced_by_others() {
        let line = json!({"id": "x", "event": 1, "instead": [
            {"frame": {"opcode": 8, "fin": true}}, {"closed": true}], "reason": "r"});
        let steps = plan(&line).unwrap();
        let indices: Vec<_> = steps
            .iter()
            .map(|step| (step.index, step.deviates))
            .collect();
        assert_eq!(indices, [(0, false), (1, true), (1, true), (2, false)]);
        assert_eq!((steps[1].event.conn.as_str(), steps[1].event.t), ("a", 5));
    }

    #[test]
    fn a_line_that_names_nothing_is_refused() {
        let beyond = json!({"id": "x", "event": 3, "instead": [], "reason": "r"});
        assert!(plan(&beyond).is_err());
        assert!(Deviations::parse(r#"{"id":"x","event":1,"reason":""}"#).is_err());
        assert!(Deviations::parse(r#"{"id":"x","evnt":1,"reason":"r"}"#).is_err());
    }
}
