//! Lengths in UTF-16 code units, against the standard library's own encoding.

use proptest::prelude::*;
use socketio_proto::utf16::{self, CutError};

/// Text of every UTF-8 length, long enough to cross the internal chunks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 0..400).prop_map(String::from_iter),
        "[a-z]{0,300}[\u{e9}\u{2603}\u{1F600}]{0,3}[a-z]{0,300}",
        "[\u{1F600}]{0,200}",
    ]
}

#[test]
fn long_texts_count_exactly() {
    for character in ["a", "é", "\u{2603}", "\u{1F600}"] {
        for n in [0, 1, 31, 32, 33, 126, 127, 128, 254, 255, 256, 1000] {
            let text = character.repeat(n);
            assert_eq!(
                utf16::count(text.as_bytes()),
                text.encode_utf16().count(),
                "{n}{character}"
            );
        }
    }
}

proptest! {
    #[test]
    fn counts_agree(text in text()) {
        prop_assert_eq!(utf16::count(text.as_bytes()), text.encode_utf16().count());
    }

    #[test]
    fn cuts_agree(text in text(), units in 0_usize..900) {
        let all: Vec<u16> = text.encode_utf16().collect();
        match utf16::split_at(&text, units) {
            Ok((before, after)) => {
                prop_assert_eq!(before.encode_utf16().count(), units);
                prop_assert_eq!(format!("{before}{after}"), text);
            }
            Err(CutError::TooShort) => prop_assert!(all.len() < units),
            Err(CutError::SplitsCharacter(at)) => {
                prop_assert_eq!(text[..at].encode_utf16().count(), units - 1);
                prop_assert!(text[at..].starts_with(|c: char| c.len_utf16() == 2));
            }
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_do_no_harm(bytes: Vec<u8>) {
        prop_assert!(utf16::count(&bytes) <= 2 * bytes.len());
    }
}
