//! Rates without a clock.

use core::time::Duration;

use crate::time::Instant;

/// How often something may happen: so many times in each period, evenly spread, and after a time
/// of rest so many at once.
///
/// ```
/// use std::time::Duration;
/// use socketio_session::RateLimit;
///
/// let hundred_each_second = RateLimit::per_second(100);
/// let ten_each_minute = RateLimit::new(10, Duration::from_secs(60)).burst(3);
/// # let _ = (hundred_each_second, ten_each_minute);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RateLimit {
    /// From one time to the next, in the long run. Rounded up to whole nanoseconds: a rate is never
    /// exceeded, and missed by less than one in a million at a thousand times a second.
    interval: Duration,
    burst: u32,
}

impl RateLimit {
    /// So many `times` in each `period`, and as many at once. Zero times count as one, and no time
    /// at all as a nanosecond.
    #[must_use]
    pub const fn new(times: u32, period: Duration) -> Self {
        let times = if times == 0 { 1 } else { times };
        let nanos = period.as_nanos().div_ceil(times as u128);
        let nanos = match nanos {
            0 => 1,
            nanos if nanos > u64::MAX as u128 => u64::MAX,
            nanos => nanos as u64,
        };
        Self {
            interval: Duration::from_nanos(nanos),
            burst: times,
        }
    }

    /// So many times a second, and as many at once.
    #[must_use]
    pub const fn per_second(times: u32) -> Self {
        Self::new(times, Duration::from_secs(1))
    }

    /// How many at once after a time of rest; zero counts as one.
    #[must_use]
    pub const fn burst(mut self, times: u32) -> Self {
        self.burst = if times == 0 { 1 } else { times };
        self
    }

    /// How long an empty bucket takes until it is full, but for one token.
    fn tolerance(self) -> Duration {
        self.interval.saturating_mul(self.burst - 1)
    }
}

/// What counts against a [`RateLimit`]: a bucket that is full of tokens at first, loses one each
/// time, and gets one back in each interval.
///
/// In any time `t` it gives at most the burst and what the rate allows in `t`. It knows one point
/// in time and counts in whole nanoseconds, so it does not drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenBucket {
    /// When it is full again, if nothing more is taken.
    full_at: Instant,
}

impl TokenBucket {
    /// Takes a token if there is one.
    #[must_use]
    pub fn take(&mut self, now: Instant, limit: RateLimit) -> bool {
        let has_token = self.has_token(now, limit);
        if has_token {
            self.overdraw(now, limit);
        }
        has_token
    }

    /// Takes a token, though there may be none: then it is owed.
    pub fn overdraw(&mut self, now: Instant, limit: RateLimit) {
        self.full_at = self.full_at.max(now) + limit.interval;
    }

    /// Whether there is a token to take.
    #[must_use]
    pub fn has_token(&self, now: Instant, limit: RateLimit) -> bool {
        self.next_token(limit) <= now
    }

    /// When there is a token to take, if none is taken before: in the past if there is one now.
    #[must_use]
    pub fn next_token(&self, limit: RateLimit) -> Instant {
        let full_at = self.full_at.since_start();
        Instant::from_start(full_at.saturating_sub(limit.tolerance()))
    }

    /// When it is full, if none is taken before: in the past if it is now.
    #[must_use]
    pub const fn full_at(&self) -> Instant {
        self.full_at
    }
}
