//! What a round came to, and what stands for several.

use serde::Serialize;
use socketio_tests::load::{IdleMemory, Throughput, median};

/// What one round of a scenario came to.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(super) enum Figures {
    Cost(Cost),
    Size(Size),
}

/// CPU time of the server for each message; how many messages there were, and how long they took
/// as clients see it, which depends on the machine's load and on the clients.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Cost {
    pub(super) user_micros: f64,
    pub(super) system_micros: f64,
    pub(super) messages_per_second: f64,
    pub(super) median_millis: f64,
    pub(super) p99_millis: f64,
    /// Of all answers, those that came before the answer to an earlier event.
    pub(super) share_overtaking: f64,
}

/// Bytes for each session: just opened, and after an event and its answer.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Size {
    pub(super) sessions: usize,
    pub(super) fresh_anonymous: f64,
    pub(super) fresh_resident: f64,
    pub(super) spoken_anonymous: f64,
    pub(super) spoken_resident: f64,
}

impl Cost {
    pub(super) fn of(throughput: &Throughput) -> Self {
        Self {
            user_micros: throughput.user_micros(),
            system_micros: throughput.system_micros(),
            messages_per_second: throughput.rate(),
            median_millis: throughput.latency.median.as_secs_f64() * 1e3,
            p99_millis: throughput.latency.p99.as_secs_f64() * 1e3,
            share_overtaking: throughput.overtakers as f64 / throughput.messages.max(1) as f64,
        }
    }

    pub(super) fn cpu_micros(&self) -> f64 {
        self.user_micros + self.system_micros
    }
}

impl Size {
    pub(super) fn of(memory: &IdleMemory) -> Self {
        let fresh = memory.fresh.per_one_since(memory.before, memory.sessions);
        let spoken = memory.spoken.per_one_since(memory.before, memory.sessions);
        Self {
            sessions: memory.sessions,
            fresh_anonymous: fresh.0,
            fresh_resident: fresh.1,
            spoken_anonymous: spoken.0,
            spoken_resident: spoken.1,
        }
    }
}

/// The median of each figure by itself.
pub(super) fn medians(rounds: &[Figures]) -> Figures {
    let (mut costs, mut sizes) = (Vec::new(), Vec::new());
    for figures in rounds {
        match figures {
            Figures::Cost(cost) => costs.push(cost),
            Figures::Size(size) => sizes.push(size),
        }
    }
    if let Some(first) = sizes.first() {
        let middle = |figure: fn(&Size) -> f64| median(sizes.iter().map(|size| figure(size)));
        return Figures::Size(Size {
            sessions: first.sessions,
            fresh_anonymous: middle(|size| size.fresh_anonymous),
            fresh_resident: middle(|size| size.fresh_resident),
            spoken_anonymous: middle(|size| size.spoken_anonymous),
            spoken_resident: middle(|size| size.spoken_resident),
        });
    }
    let middle = |figure: fn(&Cost) -> f64| median(costs.iter().map(|cost| figure(cost)));
    Figures::Cost(Cost {
        user_micros: middle(|cost| cost.user_micros),
        system_micros: middle(|cost| cost.system_micros),
        messages_per_second: middle(|cost| cost.messages_per_second),
        median_millis: middle(|cost| cost.median_millis),
        p99_millis: middle(|cost| cost.p99_millis),
        share_overtaking: middle(|cost| cost.share_overtaking),
    })
}
