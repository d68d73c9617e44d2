//! It makes no difference when the driver fetches what: the same bytes and events come out.

use proptest::prelude::*;
use socketio_invariants::session::record::Record;
use socketio_invariants::session::step::Step;
use socketio_proto::TransportName;
use socketio_session::{Loss, SendOptions};

use crate::random_steps::{asks, namespace, numbered_packet, packet, says, waits};
use socketio_invariants::session::script::Script;

/// A websocket that opened, with its application told of it.
fn record() -> Record {
    let (script, _) = Script::on_websocket();
    Record::of(script)
}

/// What goes on between the parties, without ever making a client wait so long that it ends
/// the session: sixty steps, a second each.
fn talk() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => says(),
        6 => packet().prop_map(Step::Sends),
        2 => numbered_packet().prop_map(Step::Sends),
        2 => waits(1000),
    ]
}

/// What the application does in its turn.
fn work() -> impl Strategy<Value = Step> {
    prop_oneof![
        // Whether a volatile packet goes out does depend on how far the client is behind.
        3 => namespace().prop_map(|namespace| Step::Emits(namespace, SendOptions::default())),
        1 => asks(),
        1 => Just(Step::Replies),
        1 => any::<bool>().prop_map(Step::Decides),
        1 => namespace().prop_filter_map("ends everything", |namespace| {
            (namespace.0 != 0).then_some(Step::Dismisses(namespace))
        }),
    ]
}

/// What was sent, without heartbeats: no more than one of them ever waits.
fn without_heartbeats(record: &Record) -> Vec<&str> {
    let packets = record.sent.iter().map(String::as_str);
    packets.filter(|packet| *packet != "2::").collect()
}

fn is_automatic(packet: &&str) -> bool {
    let id = packet
        .strip_prefix("6:")
        .and_then(|ack| ack.rsplit(':').next());
    matches!(id, Some("7" | "8" | "9" | "10"))
}

proptest! {
    #[test]
    fn bytes_and_orders_may_be_fetched_at_any_time(
        steps in prop::collection::vec(
            (prop_oneof![talk(), work()], any::<bool>(), 0..50_usize),
            0..60,
        ),
        ends in any::<bool>(),
    ) {
        let (mut sometimes, mut late) = (record(), record());
        for (step, drains, budget) in &steps {
            for record in [&mut sometimes, &mut late] {
                record.happens(step);
                record.happens(&Step::Hears(usize::MAX));
            }
            if *drains {
                sometimes.transmits(*budget);
                sometimes.fetches_orders();
            }
        }
        for record in [&mut sometimes, &mut late] {
            if ends {
                record.happens(&Step::Sends("0::"));
            }
            record.hears_everything();
            record.transmits(usize::MAX);
            record.delivers();
            record.fetches_orders();
        }
        prop_assert_eq!(without_heartbeats(&sometimes), without_heartbeats(&late));
        prop_assert_eq!(&sometimes.heard, &late.heard);
        prop_assert_eq!(&sometimes.resolved, &late.resolved);
        prop_assert_eq!(&sometimes.promised, &late.promised);
    }

    #[test]
    fn events_may_be_fetched_at_any_time(
        steps in prop::collection::vec((talk(), 0..3_usize), 0..60),
        ending in prop_oneof![
            Just(Step::FetchesOrders),
            Just(Step::Sends("0::")),
            Just(Step::Loses(Loss::Ended)),
        ],
    ) {
        let (mut soon, mut sometimes, mut late) = (record(), record(), record());
        for (step, events) in &steps {
            // A question to the application is answered when it is asked, so the answer would
            // come before the end here and after it there.
            if matches!(step, Step::Sends(text) if text.starts_with("1::/vault")) {
                continue;
            }
            for record in [&mut soon, &mut sometimes, &mut late] {
                record.happens(step);
            }
            soon.happens(&Step::Hears(usize::MAX));
            sometimes.happens(&Step::Hears(*events));
        }
        for record in [&mut soon, &mut sometimes, &mut late] {
            record.happens(&ending);
            record.hears_everything();
            record.transmits(usize::MAX);
            record.delivers();
        }
        prop_assert_eq!(&soon.heard, &late.heard);
        prop_assert_eq!(&soon.heard, &sometimes.heard);
        if soon.script.session.is_closed() {
            return Ok(());
        }
        // The library's own acknowledgements overtake the answers to what waits its turn.
        let (early_bytes, late_bytes) = (without_heartbeats(&soon), without_heartbeats(&late));
        let parts = |packets: Vec<&str>| -> (Vec<String>, Vec<String>) {
            packets.into_iter().map(String::from).partition(|packet| is_automatic(&&**packet))
        };
        prop_assert_eq!(parts(early_bytes), parts(late_bytes));
    }

    #[test]
    fn polls_may_be_answered_at_any_time(
        steps in prop::collection::vec((prop_oneof![talk(), work()], any::<bool>()), 0..60),
    ) {
        let (mut often, mut seldom) = (
            Record::of(Script::between_polls()),
            Record::of(Script::between_polls()),
        );
        for (step, polls) in &steps {
            for record in [&mut often, &mut seldom] {
                record.happens(step);
                record.happens(&Step::Hears(usize::MAX));
            }
            if *polls {
                often.happens(&Step::Opens(TransportName::XhrPolling));
                often.transmits(0);
                often.delivers();
            }
        }
        for record in [&mut often, &mut seldom] {
            record.hears_everything();
            for _ in 0..=steps.len() {
                record.happens(&Step::Opens(TransportName::XhrPolling));
                record.transmits(1000);
                record.delivers();
            }
        }
        let packets = |record: &Record| -> Vec<String> {
            record.sent.iter().filter(|packet| *packet != "8::").cloned().collect()
        };
        prop_assert_eq!(packets(&often), packets(&seldom));
        prop_assert_eq!(&often.heard, &seldom.heard);
    }
}
