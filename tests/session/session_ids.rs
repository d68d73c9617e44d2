//! How session ids look, what they may begin with, and how they are spread.

use std::collections::HashSet;

use proptest::prelude::*;
use socketio_session::{InvalidSessionIdPrefix, SessionId, SessionIdPrefix};

/// Bytes that are as good as random.
fn random_bytes(number: usize) -> [u8; 18] {
    let mut state = number as u64;
    std::array::from_fn(|_| {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 56) as u8
    })
}

fn prefix(text: &str) -> SessionIdPrefix {
    SessionIdPrefix::new(text).expect("a prefix")
}

#[test]
fn ids_are_spelled_for_urls_and_kept_out_of_logs() {
    let zeros = SessionId::from_random([0; 18]);
    let ones = SessionId::from_random([255; 18]);
    assert_eq!(zeros.as_str(), "A".repeat(24));
    assert_eq!(ones.as_str(), "_".repeat(24));
    assert_eq!(SessionId::parse(zeros.as_str()), Some(zeros));
    for bad in [
        "",
        "short",
        &"A".repeat(25),
        &"é".repeat(12),
        &"%".repeat(24),
    ] {
        assert_eq!(SessionId::parse(bad), None, "{bad}");
    }
    assert_eq!(format!("{ones:?}"), "______…");
}

#[test]
fn an_id_begins_with_its_prefix_and_is_random_behind_it() {
    for (text, zeros, ones) in [
        ("z", "zAAAAAAAAAAAAAAAAAAAAAAA", "z_______________________"),
        ("Z9", "Z9AAAAAAAAAAAAAAAAAAAAAA", "Z9______________________"),
    ] {
        let named = |random| SessionId::with_prefix(prefix(text), random);
        assert_eq!(named([0; 18]).as_str(), zeros);
        assert_eq!(named([255; 18]).as_str(), ones);
    }
    let random = random_bytes(1);
    let (plain, named) = (
        SessionId::from_random(random),
        SessionId::with_prefix(prefix("a1"), random),
    );
    assert_eq!(named.as_str()[2..], plain.as_str()[2..]);
    assert_eq!(SessionId::parse(named.as_str()), Some(named));
}

#[test]
fn a_prefix_is_one_or_two_letters_or_digits() {
    for good in ["a", "Z", "0", "a1", "zz", "00"] {
        assert!(SessionIdPrefix::new(good).is_ok(), "{good}");
    }
    for bad in ["", "abc", "-", "_a", "a_", "a ", "/", "é", "\u{0}a", "%3"] {
        let refused = SessionIdPrefix::new(bad);
        assert_eq!(refused, Err(InvalidSessionIdPrefix), "{bad:?}");
    }
    assert_ne!(prefix("a"), prefix("aa"));
}

#[test]
fn ids_of_one_prefix_are_all_different() {
    let ids: HashSet<_> = (0..20_000)
        .map(|number| SessionId::with_prefix(prefix("a1"), random_bytes(number)))
        .collect();
    assert_eq!(ids.len(), 20_000);
}

#[track_caller]
fn expect_even_spread(shards: usize, id: impl Fn(usize) -> SessionId) {
    let mut sessions = vec![0_usize; shards];
    for number in 0..shards * 1000 {
        sessions[id(number).shard(shards)] += 1;
    }
    assert!(
        sessions.iter().all(|count| (850..1150).contains(count)),
        "{sessions:?}"
    );
}

#[test]
#[cfg_attr(miri, ignore = "how even a spread is shows in thousands of ids")]
fn ids_are_spread_over_shards_whatever_they_begin_with() {
    for shards in [2, 16, 48] {
        expect_even_spread(shards, |number| {
            SessionId::from_random(random_bytes(number))
        });
        for text in ["a", "b1", "99"] {
            expect_even_spread(shards, |number| {
                SessionId::with_prefix(prefix(text), random_bytes(number))
            });
        }
    }
}

#[test]
fn a_shard_stays_the_same() {
    let id = SessionId::with_prefix(prefix("a1"), random_bytes(7));
    for shards in [0, 1, 7] {
        let shard = id.shard(shards);
        assert!(shard < shards.max(1));
        let again = SessionId::parse(id.as_str()).map(|id| id.shard(shards));
        assert_eq!(again, Some(shard));
    }
}

proptest! {
    #[test]
    fn any_id_is_read_as_it_is_spelled(random: [u8; 18], prefix in "[A-Za-z0-9]{1,2}") {
        let plain = SessionId::from_random(random);
        let prefixed = SessionId::with_prefix(SessionIdPrefix::new(&prefix).unwrap(), random);
        for id in [plain, prefixed] {
            prop_assert_eq!(SessionId::parse(id.as_str()), Some(id));
            prop_assert_eq!(id.as_str().len(), 24);
        }
        prop_assert!(prefixed.as_str().starts_with(&prefix));
        prop_assert_eq!(&prefixed.as_str()[2..], &plain.as_str()[2..]);
    }

    #[test]
    fn ids_and_prefixes_are_what_their_characters_say(text in "[A-Za-z0-9_é%-]{0,26}") {
        let is_id = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let read = SessionId::parse(&text);
        prop_assert_eq!(read.is_some(), text.len() == 24 && text.chars().all(is_id));
        if let Some(id) = read {
            prop_assert_eq!(id.as_str(), &text);
        }
        let is_prefix = (1..=2).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric());
        prop_assert_eq!(SessionIdPrefix::new(&text).is_ok(), is_prefix);
    }

    #[test]
    fn a_shard_is_one_of_those_there_are(random: [u8; 18], shards: usize) {
        let id = SessionId::from_random(random);
        prop_assert!(id.shard(shards) < shards.max(1));
        prop_assert_eq!(id.shard(shards), id.shard(shards));
    }
}
