//! Rates: what a bucket gives, whenever it is asked.

use std::time::Duration;

use proptest::prelude::*;
use socketio_session::{Instant, RateLimit, TokenBucket};

fn at(seconds: f64) -> Instant {
    Instant::from_start(Duration::from_secs_f64(seconds))
}

/// How many tokens it gives to somebody who takes all there are.
fn take_all(bucket: &mut TokenBucket, now: Instant, limit: RateLimit) -> usize {
    std::iter::repeat_with(|| bucket.take(now, limit))
        .take_while(|taken| *taken)
        .count()
}

#[test]
fn a_burst_first_and_then_the_rate() {
    let limit = RateLimit::per_second(10).burst(25);
    let mut bucket = TokenBucket::default();
    assert_eq!(take_all(&mut bucket, at(0.0), limit), 25);
    assert_eq!(bucket.next_token(limit), at(0.1));
    assert_eq!(take_all(&mut bucket, at(0.099), limit), 0);
    assert_eq!(take_all(&mut bucket, at(0.1), limit), 1);
    assert_eq!(take_all(&mut bucket, at(1.1), limit), 10);
    assert_eq!(bucket.full_at(), at(3.6));
    assert_eq!(take_all(&mut bucket, at(3600.0), limit), 25);
}

#[test]
fn without_a_burst_of_its_own_it_is_what_one_period_allows() {
    let limit = RateLimit::new(3, Duration::from_secs(60));
    let mut bucket = TokenBucket::default();
    assert_eq!(take_all(&mut bucket, at(5.0), limit), 3);
    assert_eq!(take_all(&mut bucket, at(25.0), limit), 1);
}

#[test]
fn nonsense_is_taken_for_the_next_best() {
    let mut bucket = TokenBucket::default();
    let never = RateLimit::new(0, Duration::MAX).burst(0);
    assert_eq!(take_all(&mut bucket, at(0.0), never), 1);
    assert_eq!(take_all(&mut bucket, at(1e9), never), 0);
    let mut bucket = TokenBucket::default();
    let ever = RateLimit::new(u32::MAX, Duration::ZERO).burst(7);
    assert_eq!(take_all(&mut bucket, at(0.0), ever), 7);
    assert_eq!(take_all(&mut bucket, at(0.000_001), ever), 7);
}

/// Clocks of several threads may be read in one order and told in another.
#[test]
fn time_that_goes_back_gives_nothing() {
    let limit = RateLimit::per_second(1);
    let mut bucket = TokenBucket::default();
    assert!(bucket.take(at(10.0), limit));
    assert!(!bucket.take(at(3.0), limit));
    assert!(!bucket.take(at(10.9), limit));
    assert!(bucket.take(at(11.0), limit));
}

proptest! {
    /// From any time to any later one it gives at most the burst, and what the rate allows.
    #[test]
    fn it_never_gives_more_than_the_burst_and_the_rate(
        times in 1_u32..5000,
        period_ms in 1_u64..100_000,
        burst in 1_u32..200,
        steps in prop::collection::vec((0_u64..2_000_000_000, 0_usize..50), 1..60),
    ) {
        let limit = RateLimit::new(times, Duration::from_millis(period_ms)).burst(burst);
        let mut bucket = TokenBucket::default();
        let mut now = Duration::from_secs(1);
        let mut taken = Vec::new();
        for (pause, wanted) in steps {
            now += Duration::from_nanos(pause);
            let given = (0..wanted).filter(|_| bucket.take(Instant::from_start(now), limit)).count();
            taken.push((now, given as u128));
        }
        for (first, (since, _)) in taken.iter().enumerate() {
            let mut sum = 0;
            for (until, given) in &taken[first..] {
                sum += given;
                let allowed = (*until - *since).as_nanos() * u128::from(times)
                    / (u128::from(period_ms) * 1_000_000);
                prop_assert!(sum <= u128::from(burst) + allowed, "{sum} > {burst} + {allowed}");
            }
        }
    }

    /// Who never takes more than the rate is never refused for a rounding of a nanosecond.
    #[test]
    fn it_gives_what_the_rate_allows(times in 1_u32..1000, burst in 2_u32..5) {
        let limit = RateLimit::per_second(times).burst(burst);
        let mut bucket = TokenBucket::default();
        for step in 0..500_u64 {
            let now = Duration::from_nanos(step * 1_000_000_000 / u64::from(times) + step);
            prop_assert!(bucket.take(Instant::from_start(now), limit), "step {step}");
        }
    }
}
