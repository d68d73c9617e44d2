//! Bodies that arrive in pieces.

use proptest::prelude::*;
use socketio_proto::TextBody;

fn whole(bytes: &[u8]) -> String {
    let mut body = TextBody::new(usize::MAX);
    body.push(bytes).expect("there is no limit");
    body.finish()
}

/// The reference decodes every piece by itself and so reads `3:::???!` here.
#[test]
fn characters_survive_the_seams() {
    let bytes = "3:::\u{2603}!".as_bytes();
    for at in 0..=bytes.len() {
        let mut body = TextBody::new(100);
        body.push(&bytes[..at]).unwrap();
        body.push(&bytes[at..]).unwrap();
        assert_eq!(body.finish(), "3:::\u{2603}!", "cut at {at}");
    }
}

/// Bytes that are no UTF-8 are replaced, so these two stand for frame markers as they do for the
/// reference.
#[test]
fn what_is_no_utf8_is_replaced_as_by_the_reference() {
    assert_eq!(whole(b"\xFF5\xFE3:::a"), "\u{FFFD}5\u{FFFD}3:::a");
    assert_eq!(whole(b"3:::\xE2\x98"), "3:::\u{FFFD}");
}

#[test]
fn bodies_may_be_as_large_as_the_limit() {
    let mut body = TextBody::new(5);
    assert!(body.is_empty());
    body.push(b"abc").unwrap();
    assert_eq!(body.push(b"def").unwrap_err().max_bytes, 5);
    body.push(b"de").unwrap();
    body.push(b"").unwrap();
    assert!(body.push(b"f").is_err());
    assert_eq!(body.len(), 5);
    assert_eq!(body.finish(), "abcde");
}

proptest! {
    #[test]
    fn cuts_make_no_difference(bytes: Vec<u8>, cuts: Vec<prop::sample::Index>) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut body = TextBody::new(bytes.len());
        let mut from = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            body.push(&bytes[from..cut]).unwrap();
            from = cut;
        }
        prop_assert_eq!(body.finish(), String::from_utf8_lossy(&bytes));
    }
}
