//! Rooms and broadcasts against a model that is too simple to be wrong.

use proptest::prelude::*;
use proptest::sample::select;
use socketio_invariants::session::rooms_model::{CrowdStep, MOST_CLIENTS, ROOMS, check};
use socketio_invariants::session::script::{CHAT, GLOBAL, NEWS};
use socketio_session::NamespaceId;

fn namespace() -> impl Strategy<Value = NamespaceId> {
    select(vec![GLOBAL, CHAT, NEWS])
}

fn named() -> impl Strategy<Value = NamespaceId> {
    select(vec![CHAT, NEWS])
}

fn room() -> impl Strategy<Value = &'static str> {
    select(ROOMS.to_vec())
}

fn step() -> impl Strategy<Value = CrowdStep> {
    let client = 0..MOST_CLIENTS;
    prop_oneof![
        1 => Just(CrowdStep::Comes),
        1 => client.clone().prop_map(CrowdStep::Goes),
        2 => (client.clone(), named()).prop_map(|(client, to)| CrowdStep::Joins(client, to)),
        1 => (client.clone(), named()).prop_map(|(client, of)| CrowdStep::Leaves(client, of)),
        1 => (client.clone(), named()).prop_map(|(client, of)| CrowdStep::IsDismissed(client, of)),
        6 => (client.clone(), namespace(), room())
            .prop_map(|(client, of, room)| CrowdStep::Enters(client, of, room)),
        2 => (client.clone(), namespace(), room())
            .prop_map(|(client, of, room)| CrowdStep::LeavesRoom(client, of, room)),
        4 => (
            namespace(),
            prop::collection::vec(room(), 0..3),
            prop::collection::vec(room(), 0..2),
            prop::collection::vec(client, 0..2),
        )
            .prop_map(|(namespace, rooms, except_rooms, except)| CrowdStep::Broadcasts {
                namespace,
                rooms,
                except_rooms,
                except,
            }),
    ]
}

proptest! {
    #[test]
    fn rooms_are_sets_of_clients(steps in prop::collection::vec(step(), 0..60)) {
        check(&steps);
    }
}
