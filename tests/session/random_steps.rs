//! Random steps of a client, an application, a driver and a clock.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use socketio_invariants::session::script::GLOBAL;
use socketio_invariants::session::step::{ENDPOINTS, NAMESPACES, NUMBERED_PACKETS, PACKETS, Step};
use socketio_proto::TransportName;
use socketio_session::{Loss, NamespaceId, SendOptions};

pub(crate) fn namespace() -> impl Strategy<Value = NamespaceId> {
    select(NAMESPACES.to_vec())
}

/// What a client can say without ending anything.
pub(crate) fn packet() -> impl Strategy<Value = &'static str> {
    select(PACKETS.to_vec())
}

/// Packets that the library acknowledges by itself.
pub(crate) fn numbered_packet() -> impl Strategy<Value = &'static str> {
    select(NUMBERED_PACKETS.to_vec())
}

pub(crate) fn says() -> impl Strategy<Value = Step> {
    select(ENDPOINTS.to_vec()).prop_map(Step::Says)
}

pub(crate) fn emits() -> impl Strategy<Value = Step> {
    let options = prop_oneof![
        3 => Just(SendOptions::default()),
        1 => Just(SendOptions::VOLATILE),
    ];
    (namespace(), options).prop_map(|(namespace, options)| Step::Emits(namespace, options))
}

pub(crate) fn asks() -> impl Strategy<Value = Step> {
    (namespace(), 0..30_u64).prop_map(|(namespace, seconds)| Step::Asks(namespace, seconds))
}

pub(crate) fn waits(up_to: u64) -> impl Strategy<Value = Step> {
    (0..=up_to).prop_map(|milliseconds| Step::Waits(Duration::from_millis(milliseconds)))
}

/// Anything at all.
pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    let loss = select(vec![Loss::Broken, Loss::Broken, Loss::Ended]);
    prop_oneof![
        6 => says(),
        6 => packet().prop_map(Step::Sends),
        2 => numbered_packet().prop_map(Step::Sends),
        3 => select(TransportName::ALL.to_vec()).prop_map(Step::Opens),
        2 => loss.prop_map(Step::Loses),
        6 => emits(),
        2 => asks(),
        2 => Just(Step::Replies),
        2 => any::<bool>().prop_map(Step::Decides),
        1 => namespace().prop_map(Step::Dismisses),
        3 => waits(40_000),
        1 => Just(Step::ClockGoesBack),
        6 => (1..4_usize).prop_map(Step::Hears),
        4 => (0..40_usize).prop_map(Step::Transmits),
        4 => Just(Step::Delivers),
        2 => (0..4_usize).prop_map(Step::GivesBack),
        2 => Just(Step::FetchesOrders),
    ]
}

/// The ways in which a session can be ended on purpose.
pub(crate) fn ending() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Sends("0::")),
        Just(Step::Dismisses(GLOBAL)),
        Just(Step::Disconnects),
        Just(Step::Fails),
        Just(Step::Loses(Loss::Ended)),
    ]
}
