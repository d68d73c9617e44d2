//! What our servers are to cost, in relation to others.

use serde::Serialize;

use super::figures::Figures;
use super::scenario::Scenario;
use super::servers::{NODE, SOCKETIOXIDE};

/// A figure of ours is to be at most a share of another server's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub(super) scenario: Scenario,
    pub(super) figure: Figure,
    pub(super) peer: &'static str,
    pub(super) at_most: f64,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Figure {
    /// CPU time for each message, in the program and in the kernel.
    Cpu,
    /// Resident memory of a session that has just been opened.
    FreshSession,
    /// Resident memory of a session that has spoken once.
    SpokenSession,
}

impl Figure {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Cpu => "CPU time",
            Self::FreshSession => "memory, fresh",
            Self::SpokenSession => "memory, spoken",
        }
    }

    fn of(self, figures: &Figures) -> Option<f64> {
        match (self, figures) {
            (Self::Cpu, Figures::Cost(cost)) => Some(cost.cpu_micros()),
            (Self::FreshSession, Figures::Size(size)) => Some(size.fresh_resident),
            (Self::SpokenSession, Figures::Size(size)) => Some(size.spoken_resident),
            _ => None,
        }
    }
}

const fn cpu(scenario: Scenario, peer: &'static str, at_most: f64) -> Target {
    Target {
        scenario,
        figure: Figure::Cpu,
        peer,
        at_most,
    }
}

const fn memory(figure: Figure, peer: &'static str, at_most: f64) -> Target {
    Target {
        scenario: Scenario::Idle,
        figure,
        peer,
        at_most,
    }
}

pub(super) const TARGETS: [Target; 8] = [
    memory(Figure::FreshSession, SOCKETIOXIDE, 1.0 / 4.0),
    memory(Figure::SpokenSession, SOCKETIOXIDE, 1.0 / 4.0),
    cpu(Scenario::Pipelined, SOCKETIOXIDE, 1.0 / 2.0),
    cpu(Scenario::Pipelined, NODE, 1.0 / 6.0),
    cpu(Scenario::Crowd, SOCKETIOXIDE, 0.65),
    cpu(Scenario::Crowd, NODE, 1.0 / 3.0),
    cpu(Scenario::Broadcast, SOCKETIOXIDE, 2.0 / 3.0),
    cpu(Scenario::Polled, SOCKETIOXIDE, 1.0),
];

/// How one of our servers stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) ratio: f64,
    pub(super) is_met: bool,
}

impl Target {
    /// Compares what was measured; `None` if that is something else, or nothing.
    pub(super) fn verdict(&self, ours: &Figures, theirs: &Figures) -> Option<Verdict> {
        let (ours, theirs) = (self.figure.of(ours)?, self.figure.of(theirs)?);
        if ours <= 0.0 || theirs <= 0.0 {
            return None;
        }
        let ratio = ours / theirs;
        Some(Verdict {
            ratio,
            is_met: ratio <= self.at_most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Cost, Size};
    use super::*;

    fn cost(user_micros: f64, system_micros: f64) -> Figures {
        Figures::Cost(Cost {
            user_micros,
            system_micros,
            ..Cost::default()
        })
    }

    #[test]
    fn targets_are_met_or_missed() {
        let target = cpu(Scenario::Crowd, NODE, 0.5);
        let verdict = |ours: f64| target.verdict(&cost(ours, 1.0), &cost(6.0, 2.0));
        let met = Verdict {
            ratio: 0.5,
            is_met: true,
        };
        assert_eq!(verdict(3.0), Some(met));
        let missed = Verdict {
            ratio: 0.625,
            is_met: false,
        };
        assert_eq!(verdict(4.0), Some(missed));
    }

    #[test]
    fn what_was_not_measured_meets_nothing() {
        let target = cpu(Scenario::Crowd, NODE, 0.5);
        let size = Figures::Size(Size::default());
        assert_eq!(target.verdict(&size, &size), None);
        assert_eq!(target.verdict(&cost(0.0, 0.0), &cost(1.0, 1.0)), None);
        assert_eq!(target.verdict(&cost(1.0, 1.0), &cost(0.0, 0.0)), None);
    }
}
