//! The policy for Flash objects.

use proptest::prelude::*;
use socketio_proto::{FlashPolicy, FlashPorts};

const BEGINNING: &str = "<?xml version=\"1.0\"?><!DOCTYPE cross-domain-policy SYSTEM \
    \"http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd\"><cross-domain-policy>";
const END: &str = "</cross-domain-policy>";

/// The elements between the beginning and the end.
fn rules(policy: &FlashPolicy) -> String {
    let document = policy.document();
    let rules = document
        .strip_prefix(BEGINNING)
        .and_then(|rest| rest.strip_suffix(END));
    rules.expect("a document").to_owned()
}

fn rule(domain: &str, ports: &str) -> String {
    format!("<allow-access-from domain=\"{domain}\" to-ports=\"{ports}\"/>")
}

#[test]
fn nobody_is_let_in_unless_named() {
    assert_eq!(rules(&FlashPolicy::new()), "");
    let policy = FlashPolicy::new()
        .allow("one.example", 80)
        .allow("*.two.example", [80, 443])
        .allow("three.example", 8000..=8999)
        .allow("four.example", FlashPorts::All)
        .allow("five.example", []);
    let expected = [
        rule("one.example", "80"),
        rule("*.two.example", "80,443"),
        rule("three.example", "8000-8999"),
        rule("four.example", "*"),
        rule("five.example", ""),
    ];
    assert_eq!(rules(&policy), expected.concat());
}

#[test]
fn names_cannot_say_more_than_names() {
    let policy = FlashPolicy::new().allow("a\"/><allow-access-from domain='*' &\n\u{1}", 80);
    let name = "a&quot;/&gt;&lt;allow-access-from domain=&apos;*&apos; &amp; \u{FFFD}";
    assert_eq!(rules(&policy), rule(name, "80"));
}

proptest! {
    #[test]
    fn a_name_stays_within_its_attribute(domain: String) {
        let rules = rules(&FlashPolicy::new().allow(domain, 80));
        let name = rules
            .strip_prefix("<allow-access-from domain=\"")
            .and_then(|rest| rest.strip_suffix("\" to-ports=\"80\"/>"))
            .expect("a rule");
        let harmful = name.contains(['<', '>', '"', '\'', '\u{0}', '\n']);
        prop_assert!(!harmful, "{}", name);
    }
}
