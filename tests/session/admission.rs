//! Who is let in: limits for each peer, and a table of peers that stays within bounds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use proptest::prelude::*;
use socketio_session::{Admission, AdmissionLimits, Admitted, Instant, RateLimit, Refusal};

fn at(seconds: u64) -> Instant {
    Instant::from_start(Duration::from_secs(seconds))
}

fn with(change: impl FnOnce(&mut AdmissionLimits)) -> Admission {
    let mut limits = AdmissionLimits::default();
    change(&mut limits);
    Admission::new(limits)
}

fn peer(number: u8) -> Option<IpAddr> {
    Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
}

fn v6(text: &str) -> Option<IpAddr> {
    Some(IpAddr::V6(text.parse().expect("an address")))
}

#[test]
fn a_peer_has_so_many_sessions_and_others_theirs() {
    let mut admission = with(|limits| limits.sessions_per_peer = Some(2));
    let first = admission.admit_session(at(0), peer(1)).expect("one");
    let _second = admission.admit_session(at(0), peer(1)).expect("two");
    let third = admission.admit_session(at(0), peer(1));
    assert_eq!(third.expect_err("one too many"), Refusal::SessionsOfPeer);
    let _other = admission.admit_session(at(0), peer(2)).expect("another's");
    admission.release(at(1), first);
    assert!(admission.admit_session(at(1), peer(1)).is_ok());
}

#[test]
fn connections_are_counted_apart_from_sessions() {
    let mut admission = with(|limits| {
        limits.sessions_per_peer = Some(1);
        limits.connections_per_peer = Some(1);
    });
    let session = admission.admit_session(at(0), peer(1)).expect("one");
    let connection = admission.admit_connection(at(0), peer(1)).expect("one");
    let refused = admission.admit_connection(at(0), peer(1));
    assert_eq!(refused.expect_err("two"), Refusal::ConnectionsOfPeer);
    admission.release(at(0), session);
    let refused = admission.admit_connection(at(0), peer(1));
    assert_eq!(refused.expect_err("still"), Refusal::ConnectionsOfPeer);
    admission.release(at(0), connection);
    assert!(admission.admit_connection(at(0), peer(1)).is_ok());
}

#[test]
fn one_peer_uses_up_its_own_handshakes_only() {
    let mut admission = with(|limits| {
        limits.handshakes_per_peer = Some(RateLimit::per_second(1).burst(2));
        limits.handshakes = Some(RateLimit::per_second(10).burst(3));
    });
    for _ in 0..2 {
        assert_eq!(admission.admit_handshake(at(5), peer(1)), Ok(()));
    }
    let again = at(6);
    for _ in 0..10 {
        let refused = admission.admit_handshake(at(5), peer(1));
        assert_eq!(refused, Err(Refusal::HandshakesOfPeer { again }));
    }
    // What was refused has used up nothing of what all have together.
    assert_eq!(admission.admit_handshake(at(5), peer(2)), Ok(()));
    let again = Instant::from_start(Duration::from_millis(5100));
    let refused = admission.admit_handshake(at(5), peer(2));
    assert_eq!(refused, Err(Refusal::Handshakes { again }));
    // Nor of its own.
    assert_eq!(admission.admit_handshake(again, peer(2)), Ok(()));
    assert_eq!(admission.admit_handshake(at(6), peer(1)), Ok(()));
}

#[test]
fn who_has_no_address_is_counted_among_all_only() {
    let mut admission = with(|limits| {
        limits.sessions_per_peer = Some(1);
        limits.connections_per_peer = Some(1);
        limits.handshakes_per_peer = Some(RateLimit::per_second(1));
        limits.handshakes = Some(RateLimit::per_second(3));
    });
    for _ in 0..3 {
        assert_eq!(admission.admit_handshake(at(0), None), Ok(()));
        let _kept = admission.admit_session(at(0), None).expect("no peer");
        let _kept = admission.admit_connection(at(0), None).expect("no peer");
    }
    assert_eq!(admission.peer_count(), 0);
    assert!(admission.admit_handshake(at(0), None).is_err());
}

#[test]
fn networks_of_64_bits_are_one_peer() {
    let mut admission = with(|limits| limits.sessions_per_peer = Some(1));
    let _one = admission.admit_session(at(0), v6("2001:db8:1:2::1"));
    for same in ["2001:db8:1:2::2", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
        assert!(admission.admit_session(at(0), v6(same)).is_err(), "{same}");
    }
    assert!(
        admission
            .admit_session(at(0), v6("2001:db8:1:3::1"))
            .is_ok()
    );
    // The same client as a socket for both families shows it, and as one for IPv4.
    let _four = admission.admit_session(at(0), v6("::ffff:192.0.2.1"));
    assert!(admission.admit_session(at(0), peer(1)).is_err());
    assert!(
        admission
            .admit_session(at(0), v6("::ffff:192.0.2.2"))
            .is_ok()
    );
}

#[test]
fn without_limits_nobody_is_counted() {
    let mut admission = Admission::new(AdmissionLimits::default());
    for _ in 0..1000 {
        assert_eq!(admission.admit_handshake(at(0), peer(1)), Ok(()));
        let _kept = admission.admit_session(at(0), peer(1)).expect("no limit");
    }
    assert_eq!(admission.peer_count(), 0);
}

#[test]
fn a_peer_is_forgotten_when_there_is_nothing_to_remember() {
    let mut admission = with(|limits| {
        limits.sessions_per_peer = Some(1);
        limits.handshakes_per_peer = Some(RateLimit::per_second(1).burst(10));
    });
    assert_eq!(admission.admit_handshake(at(0), peer(1)), Ok(()));
    let session = admission.admit_session(at(0), peer(1)).expect("one");
    admission.release(at(0), session);
    // Its allowance is whole again after a second.
    assert_eq!(admission.peer_count(), 1);
    let session = admission.admit_session(at(1), peer(2)).expect("one");
    assert_eq!(admission.peer_count(), 1);
    admission.release(at(1), session);
    assert_eq!(admission.peer_count(), 0);
}

#[test]
fn a_full_table_forgets_the_idle_and_does_not_shut_out_newcomers() {
    let mut admission = with(|limits| {
        limits.sessions_per_peer = Some(1);
        limits.handshakes_per_peer = Some(RateLimit::per_second(1).burst(2));
        limits.peers = 2;
    });
    let _kept = admission.admit_session(at(0), peer(1)).expect("one");
    for number in [2, 2, 3] {
        assert_eq!(admission.admit_handshake(at(0), peer(number)), Ok(()));
    }
    // The second peer made room for the third, so its allowance is whole.
    assert_eq!(admission.peer_count(), 2);
    let _kept = admission.admit_session(at(0), peer(3)).expect("one");
    // Everybody has something open: the next one is let in, and not counted.
    for _ in 0..3 {
        let _uncounted = admission.admit_session(at(0), peer(4)).expect("no room");
        assert_eq!(admission.admit_handshake(at(0), peer(4)), Ok(()));
    }
    assert_eq!(admission.peer_count(), 2);
    assert!(admission.admit_session(at(0), peer(1)).is_err());
}

#[derive(Debug, Clone)]
enum Step {
    Handshake(u8),
    Session(u8),
    Connection(u8),
    End(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..12_u8).prop_map(Step::Handshake),
        (0..12_u8).prop_map(Step::Session),
        (0..12_u8).prop_map(Step::Connection),
        any::<usize>().prop_map(Step::End),
        (0..3_u64).prop_map(Step::Wait),
    ]
}

fn some_peer(number: u8) -> Option<IpAddr> {
    match number {
        0 => None,
        1..6 => peer(number),
        _ => Some(Ipv6Addr::new(0x2001, 0xdb8, 0, u16::from(number), 0, 0, 0, 1).into()),
    }
}

const MOST_STEPS: usize = if cfg!(miri) { 30 } else { 300 };

proptest! {
    /// Whatever happens: the table stays within its bound, nobody who is counted has more than
    /// allowed, and in the end nothing is left.
    #[test]
    fn the_table_stays_within_its_bound_and_comes_to_nothing(
        most in 1_usize..15,
        steps in prop::collection::vec(step(), 1..MOST_STEPS),
    ) {
        let mut admission = with(|limits| {
            limits.sessions_per_peer = Some(3);
            limits.connections_per_peer = Some(2);
            limits.handshakes_per_peer = Some(RateLimit::per_second(1).burst(4));
            limits.peers = most;
        });
        let mut open: Vec<(bool, u8, Admitted)> = Vec::new();
        let mut now = 0;
        for step in steps {
            let (is_session, number, admitted) = match step {
                Step::Handshake(number) => {
                    let _ = admission.admit_handshake(at(now), some_peer(number));
                    continue;
                }
                Step::Session(number) => {
                    (true, number, admission.admit_session(at(now), some_peer(number)))
                }
                Step::Connection(number) => {
                    (false, number, admission.admit_connection(at(now), some_peer(number)))
                }
                Step::End(which) => {
                    if !open.is_empty() {
                        let (_, _, admitted) = open.swap_remove(which % open.len());
                        admission.release(at(now), admitted);
                    }
                    continue;
                }
                Step::Wait(seconds) => {
                    now += seconds;
                    continue;
                }
            };
            match admitted {
                Ok(admitted) => open.push((is_session, number, admitted)),
                Err(_) => {
                    let has = open.iter().filter(|it| (it.0, it.1) == (is_session, number)).count();
                    let most = if is_session { 3 } else { 2 };
                    prop_assert!(has >= most, "{has} of {most}");
                }
            }
            prop_assert!(admission.peer_count() <= most);
            if most >= 11 {
                // There is room for everybody, so everybody is counted.
                for number in 1..12 {
                    let has = |kind| open.iter().filter(|it| (it.0, it.1) == (kind, number)).count();
                    prop_assert!(has(true) <= 3 && has(false) <= 2);
                }
            }
        }
        for (_, _, admitted) in open.drain(..) {
            admission.release(at(now), admitted);
        }
        // Each look forgets some of those whose allowance is whole again.
        for _ in 0..most {
            let admitted = admission.admit_session(at(now + 10), peer(200)).expect("a newcomer");
            admission.release(at(now + 10), admitted);
        }
        prop_assert_eq!(admission.peer_count(), 0);
    }
}
