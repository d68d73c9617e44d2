//! What was measured, and in which units.

use std::ops::Sub;
use std::time::Duration;

/// CPU time of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CpuTime {
    /// In the program.
    pub user: Duration,
    /// In the kernel on its behalf.
    pub system: Duration,
}

impl Sub for CpuTime {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

/// Resident memory of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Memory that belongs to no file: heap and stacks.
    pub anonymous: u64,
    /// All of it.
    pub resident: u64,
}

impl Memory {
    /// Bytes for each of `count` since `earlier`: anonymous, and all.
    #[must_use]
    pub fn per_one_since(self, earlier: Self, count: usize) -> (f64, f64) {
        let each = |now: u64, then: u64| now.saturating_sub(then) as f64 / count.max(1) as f64;
        (
            each(self.anonymous, earlier.anonymous),
            each(self.resident, earlier.resident),
        )
    }
}

/// How long a measurement takes.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Load before the measurement begins.
    pub warm_up: Duration,
    /// The measurement.
    pub window: Duration,
}

/// How long messages took, from the event's sender to the answer's reader: as clients see it, who
/// share the machine with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// Half of them took no longer.
    pub median: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
}

/// What a server did in a time, and what it used for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throughput {
    /// Messages answered or delivered, each checked.
    pub messages: u64,
    /// Answers that came before the answer to an earlier event of the same client.
    pub overtakers: u64,
    /// CPU time of the server.
    pub cpu: CpuTime,
    /// Time on the clock.
    pub elapsed: Duration,
    /// How long the messages took.
    pub latency: Latency,
}

impl Throughput {
    /// Microseconds in the program for each message.
    #[must_use]
    pub fn user_micros(&self) -> f64 {
        self.micros(self.cpu.user)
    }

    /// Microseconds in the kernel for each message.
    #[must_use]
    pub fn system_micros(&self) -> f64 {
        self.micros(self.cpu.system)
    }

    /// Messages for each second on the clock.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    fn micros(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.messages.max(1) as f64
    }
}

/// The median; 0 of nothing.
#[must_use]
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => 0.0,
        Some(&upper) if values.len() % 2 == 1 => upper,
        Some(&upper) => (values[middle - 1] + upper) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_few() {
        assert_eq!(median([]), 0.0);
        assert_eq!(median([3.0]), 3.0);
        assert_eq!(median([9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 9.0]), 3.0);
    }

    #[test]
    fn costs_are_for_each_message() {
        let throughput = Throughput {
            messages: 1000,
            cpu: CpuTime {
                user: Duration::from_millis(2),
                system: Duration::from_millis(5),
            },
            elapsed: Duration::from_millis(500),
            ..Throughput::default()
        };
        assert_eq!(throughput.user_micros(), 2.0);
        assert_eq!(throughput.system_micros(), 5.0);
        assert_eq!(throughput.rate(), 2000.0);
    }
}
