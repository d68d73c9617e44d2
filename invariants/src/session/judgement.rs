//! What must hold for every session, whatever happens to it and in whatever order.

use std::collections::HashSet;
use std::time::Duration;

use socketio_proto::{DecodeLimits, Dialect, TransportName};
use socketio_session::{DisconnectReason, Instant};

use super::record::Record;
use super::script::Script;
use super::step::Step;

/// The numbers of numbered messages.
fn numbers<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u32> {
    texts.filter_map(|text| text.parse().ok()).collect()
}

fn heard_globally(heard: &[String]) -> Vec<u32> {
    numbers(
        heard
            .iter()
            .filter_map(|line| line.strip_prefix("global message ")),
    )
}

fn heard_anywhere(heard: &[String]) -> Vec<u32> {
    numbers(heard.iter().filter_map(|line| {
        let (_, text) = line.split_once(" message ")?;
        Some(text)
    }))
}

fn sent_anywhere(sent: &[String]) -> Vec<u32> {
    numbers(sent.iter().filter_map(|packet| {
        let (_, text) = packet.strip_prefix("3::")?.split_once(':')?;
        Some(text)
    }))
}

/// Each membership is a run from `joined` to `left`, and `closed` is the last of all.
fn check_story(heard: &[String]) {
    let mut joined = HashSet::new();
    for (place, line) in heard.iter().enumerate() {
        if line.starts_with("closed:") {
            assert_eq!(place, heard.len() - 1, "nothing follows: {heard:?}");
            assert!(joined.is_empty(), "{joined:?} never left: {heard:?}");
            return;
        }
        let (namespace, rest) = line.split_once(' ').expect("two words");
        if rest.starts_with("joined") {
            assert!(joined.insert(namespace), "joined twice: {heard:?}");
        } else if rest.starts_with("left") {
            assert!(joined.remove(namespace), "never joined: {heard:?}");
        } else if !rest.starts_with("fault") && !rest.starts_with("joining") {
            assert!(joined.contains(namespace), "{line} outside: {heard:?}");
        }
    }
}

/// The client is greeted first, and hears nothing after the goodbye.
fn check_wire(sent: &[String]) {
    for packet in sent {
        let decoded = Dialect::Legacy.decode(packet, &DecodeLimits::DEFAULT);
        assert!(decoded.is_ok(), "{packet}");
    }
    // A poll of a session that failed before it was greeted is only released.
    if let Some(first) = sent.iter().find(|packet| *packet != "8::") {
        assert_eq!(first, "1::");
    }
    let goodbye = sent.iter().position(|packet| packet == "0::");
    let mut after = sent.iter().skip(goodbye.unwrap_or(sent.len()) + 1);
    // A poll that was already there is only released.
    assert!(after.all(|packet| packet == "8::"), "{sent:?}");
}

/// The client is greeted once on transports of one name, even if the greeting was given back.
fn check_greetings(record: &Record) {
    let greetings = record.sent.iter().filter(|packet| *packet == "1::").count();
    assert!(greetings <= record.changes, "{:?}", record.sent);
}

fn check_order(record: &Record) {
    let heard = heard_anywhere(&record.heard);
    assert!(heard.is_sorted_by(|a, b| a < b), "{heard:?}");
    let sent = sent_anywhere(&record.sent);
    // Each once, in order, none that was not promised.
    assert!(sent.is_sorted_by(|a, b| a < b), "{sent:?}");
    assert!(sent.iter().all(|number| record.promised.contains(number)));
}

/// An early, repeated or backward look at the clock changes nothing.
fn check_clock(script: &mut Script) {
    let now = script.session.now();
    script.session.handle_timeout(now);
    let settled = format!("{:?}", script.session);
    assert!(script.session.poll_timeout().is_none_or(|at| at > now));
    script.session.handle_timeout(now);
    script.session.handle_timeout(Instant::START);
    assert_eq!(format!("{:?}", script.session), settled);
    assert!(script.session.now() >= now);
}

/// Everything that was accepted or promised is there in the end.
fn check_completeness(record: &mut Record) {
    record.hears_everything();
    let reason = record.script.session.close_reason();
    let sent_away = reason == Some(DisconnectReason::ServerDisconnected)
        || reason == Some(DisconnectReason::ShuttingDown);
    if !sent_away {
        assert_eq!(heard_globally(&record.heard), record.accepted);
    }
    if reason.is_none() {
        // A last transport fetches what there is.
        record.happens(&Step::Opens(TransportName::WebSocket));
        record.delivers();
        record.transmits(usize::MAX);
        record.delivers();
        assert_eq!(sent_anywhere(&record.sent), record.promised);
    }
}

/// Nobody does anything any more but look at the clock.
fn check_end(record: &mut Record) {
    let mut looks = 0;
    while let Some(deadline) = record.script.session.poll_timeout() {
        record.script.session.handle_timeout(deadline);
        looks += 1;
        assert!(looks < 200, "without end: {:?}", record.script.session);
    }
    record.hears_everything();
    record.fetches_orders();
    let last = record.heard.last();
    assert!(last.is_some_and(|last| last.starts_with("closed:")));
    record.script.is_finished();
    let memory = &record.script.session.config().memory;
    assert_eq!(memory.reserved(), 0, "memory is still reserved");
    // Each question has one outcome.
    let mut asked = record.asked.clone();
    let mut resolved = record.resolved.clone();
    asked.sort_unstable();
    resolved.sort_unstable();
    assert_eq!(resolved, asked);
}

/// Lets the steps happen to a session, and judges what came of them.
///
/// # Panics
/// If anything is lost, told twice, out of order or out of place; if a look at the clock changes
/// anything; if the session does not come to an end of which nothing is left.
pub fn check(mut record: Record, steps: &[Step]) {
    for step in steps {
        record.happens(step);
        check_clock(&mut record.script);
    }
    check_completeness(&mut record);
    check_end(&mut record);
    check_story(&record.heard);
    check_wire(&record.sent);
    check_greetings(&record);
    check_order(&record);
}

/// Likewise, for a session whose outbox has room for so many packets and bytes only, so that
/// packets may be lost: what stays behind is bounded at every step.
///
/// # Panics
/// As [`check`], except that nothing is said of what arrives in the end.
pub fn check_without_room(packets: usize, bytes: usize, steps: &[Step]) {
    let mut record = Record::of(Script::with(|config| {
        config.limits.outbox_packets = packets;
        config.limits.outbox_bytes = bytes;
        config.limits.namespaces = packets;
        config.limits.awaited_acks = packets;
    }));
    for step in steps {
        record.happens(step);
        check_clock(&mut record.script);
        // A goodbye and a heartbeat find room in a full outbox.
        let (queued, queued_bytes) = record.script.session.backlog();
        // And so does what is given back: one packet, or as many as fit into forty bytes.
        assert!(queued <= packets + 2 + 40 / 3);
        assert!(queued_bytes <= bytes + 6 + bytes.max(40));
    }
    check_end(&mut record);
    check_story(&record.heard);
    check_wire(&record.sent);
    check_greetings(&record);
    check_order(&record);
}

/// Settings under which nothing ends a session on its own for as long as a script takes.
#[must_use]
pub fn patient() -> Script {
    Script::with(|config| {
        config.heartbeat_timeout = Duration::from_secs(10_000);
        config.close_timeout = Duration::from_secs(10_000);
        config.handshake_timeout = Duration::from_secs(10_000);
    })
}
