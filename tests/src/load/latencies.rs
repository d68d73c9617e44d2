//! How long answers took, counted in classes so that any number of them takes the same memory.

use std::time::Duration;

/// Classes between a power of two and the next: a class is at most 1/64 wide.
const STEPS: u64 = 64;

/// In nanoseconds; what takes longer is counted as this, which is 292 years.
const LONGEST: u64 = u64::MAX >> 1;

/// Enough for the longest.
const CLASSES: usize = 59 * STEPS as usize;

/// A histogram of durations.
#[derive(Debug)]
pub(super) struct Latencies {
    classes: Vec<u64>,
    count: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self {
            classes: vec![0; CLASSES],
            count: 0,
        }
    }
}

impl Latencies {
    /// Counts one.
    pub(super) fn record(&mut self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(LONGEST);
        self.classes[class_of(nanos.min(LONGEST))] += 1;
        self.count += 1;
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.classes.fill(0);
        self.count = 0;
    }

    /// The upper end of the class within which `share` of all are reached; nothing took no time.
    pub(super) fn quantile(&self, share: f64) -> Duration {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (class, count) in self.classes.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return Duration::from_nanos(end_of(class));
            }
        }
        Duration::ZERO
    }
}

/// Durations below 64 ns have a class each; above, each power of two has 64.
fn class_of(nanos: u64) -> usize {
    let shift = nanos.max(STEPS).ilog2() - STEPS.ilog2();
    // The leading bit makes the difference between a power and the one before.
    (u64::from(shift) * STEPS + (nanos >> shift)) as usize
}

/// The longest duration of a class.
fn end_of(class: usize) -> u64 {
    let class = class as u64;
    let shift = (class / STEPS).saturating_sub(1);
    ((class - shift * STEPS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_narrow_and_in_order() {
        for nanos in (0..100_000).chain([1 << 40, (1 << 40) + 1, (1 << 58) - 1]) {
            let class = class_of(nanos);
            let end = end_of(class);
            assert!(nanos <= end && end - nanos <= nanos / 64 + 1, "{nanos}");
            assert!(class_of(nanos + 1) - class <= 1, "{nanos}");
            assert!(class < CLASSES);
        }
        assert_eq!(end_of(class_of(LONGEST)), LONGEST);
        assert!(class_of(LONGEST) < CLASSES);
    }

    #[test]
    fn quantiles_are_reached() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5), Duration::ZERO);
        for micros in 1..=1000 {
            latencies.record(Duration::from_micros(micros));
        }
        let near = |share: f64, micros: u64| {
            let found = latencies.quantile(share);
            let wanted = Duration::from_micros(micros);
            assert!(
                found >= wanted && found <= wanted.mul_f64(1.02),
                "{found:?}"
            );
        };
        near(0.5, 500);
        near(0.99, 990);
        near(1.0, 1000);
        latencies.clear();
        assert_eq!(latencies.quantile(0.99), Duration::ZERO);
    }
}
