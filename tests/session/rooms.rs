//! Rooms of a namespace: who is in them, and how they end.

use socketio_invariants::session::crowd::{Crowd, to_rooms};
use socketio_invariants::session::script::{CHAT, GLOBAL, NEWS};
use socketio_proto::{Body, Packet};
use socketio_session::{Event, Misuse};

#[test]
fn the_namespace_itself_is_one() {
    let crowd = Crowd::of(3);
    assert_eq!(crowd.members(CHAT, None), [0, 1, 2]);
    assert_eq!(crowd.members(GLOBAL, None), [0, 1, 2]);
    assert_eq!(crowd.members(NEWS, None), [0; 0]);
    assert_eq!(crowd.hub.room_count(), 0, "namespaces are not counted");
}

#[test]
fn are_entered_and_left() {
    let mut crowd = Crowd::of(3);
    for client in [0, 1, 2] {
        crowd.enters(client, CHAT, "red");
    }
    crowd.enters(1, CHAT, "blue");
    assert_eq!(crowd.members(CHAT, Some("red")), [0, 1, 2]);
    assert_eq!(crowd.rooms_of(1, CHAT), ["blue", "red"]);
    assert_eq!(crowd.hub.room_count(), 2);
    crowd.leaves(0, CHAT, "red");
    assert_eq!(crowd.members(CHAT, Some("red")), [1, 2]);
    assert_eq!(crowd.rooms_of(0, CHAT), [""; 0]);
    crowd.leaves(1, CHAT, "blue");
    assert_eq!(crowd.members(CHAT, Some("blue")), [0; 0]);
    assert_eq!(crowd.hub.room_count(), 1);
}

#[test]
fn entering_twice_is_entering_once() {
    let mut crowd = Crowd::of(1);
    crowd.enters(0, CHAT, "red");
    crowd.enters(0, CHAT, "red");
    assert_eq!(crowd.members(CHAT, Some("red")), [0]);
    crowd.leaves(0, CHAT, "red");
    assert_eq!(crowd.members(CHAT, Some("red")), [0; 0]);
}

#[test]
fn leaving_what_was_not_entered_means_nothing() {
    let mut crowd = Crowd::of(2);
    crowd.enters(0, CHAT, "red");
    crowd.leaves(1, CHAT, "red");
    crowd.leaves(0, CHAT, "blue");
    crowd.leaves(0, GLOBAL, "red");
    assert_eq!(crowd.members(CHAT, Some("red")), [0]);
}

#[test]
fn of_one_name_in_two_namespaces_are_two() {
    let mut crowd = Crowd::of(2);
    crowd.enters(0, CHAT, "red");
    crowd.enters(1, GLOBAL, "red");
    assert_eq!(crowd.members(CHAT, Some("red")), [0]);
    assert_eq!(crowd.members(GLOBAL, Some("red")), [1]);
    assert_eq!(crowd.hub.room_count(), 2);
}

#[test]
fn with_an_empty_name_are_not_the_namespace() {
    let mut crowd = Crowd::of(2);
    crowd.enters(0, CHAT, "");
    assert_eq!(crowd.members(CHAT, Some("")), [0]);
    assert_eq!(crowd.members(CHAT, None), [0, 1]);
    crowd.leaves(0, CHAT, "");
    assert_eq!(crowd.members(CHAT, None), [0, 1]);
}

#[test]
fn are_only_for_members_of_the_namespace() {
    let mut crowd = Crowd::of(1);
    let key = crowd.clients[0];
    assert_eq!(
        crowd.hub.enter_room(key, NEWS, "red"),
        Err(Misuse::NotJoined)
    );
    assert_eq!(crowd.hub.room_count(), 0);
    crowd.goes(0);
    assert_eq!(
        crowd.hub.enter_room(key, CHAT, "red"),
        Err(Misuse::NoSuchSession)
    );
    crowd.is_empty();
}

#[test]
fn end_with_the_membership_in_their_namespace() {
    let mut crowd = Crowd::of(2);
    crowd.enters(0, CHAT, "red");
    crowd.enters(0, GLOBAL, "blue");
    crowd.enters(1, CHAT, "red");
    crowd.sends(0, "0::/chat");
    let _ = crowd.hears(0);
    assert_eq!(crowd.members(CHAT, None), [1]);
    assert_eq!(crowd.members(CHAT, Some("red")), [1]);
    assert_eq!(crowd.rooms_of(0, GLOBAL), ["blue"]);
    // Who comes back begins without rooms.
    crowd.sends(0, "1::/chat");
    let _ = crowd.hears(0);
    assert_eq!(crowd.members(CHAT, None), [0, 1]);
    assert_eq!(crowd.members(CHAT, Some("red")), [1]);
}

#[test]
fn leaving_and_coming_back_at_once_empties_them_too() {
    let mut crowd = Crowd::of(1);
    crowd.enters(0, CHAT, "red");
    crowd.sends(0, "0::/chat");
    crowd.sends(0, "1::/chat");
    let _ = crowd.hears(0);
    assert_eq!(crowd.members(CHAT, None), [0]);
    assert_eq!(crowd.hub.room_count(), 0);
}

#[test]
fn coming_and_leaving_at_once_leaves_nobody_behind() {
    let mut crowd = Crowd::of(1);
    crowd.sends(0, "1::/news");
    crowd.sends(0, "0::/news");
    let _ = crowd.hears(0);
    assert_eq!(crowd.members(NEWS, None), [0; 0]);
}

#[test]
fn end_with_the_session() {
    let mut crowd = Crowd::of(3);
    for client in [0, 1, 2] {
        crowd.enters(client, CHAT, "red");
        crowd.enters(client, GLOBAL, "blue");
    }
    crowd.goes(1);
    assert_eq!(crowd.members(CHAT, Some("red")), [0, 2]);
    assert_eq!(crowd.members(GLOBAL, None), [0, 2]);
    crowd.goes(0);
    crowd.goes(2);
    crowd.is_empty();
}

#[test]
fn that_ended_leave_nothing_behind() {
    let mut crowd = Crowd::of(1);
    let mut sizes = Vec::new();
    for round in 100..200 {
        let room = round.to_string();
        crowd.enters(0, CHAT, &room);
        crowd.leaves(0, CHAT, &room);
        sizes.push(format!("{:?}", crowd.hub).len());
    }
    assert_eq!(sizes.first(), sizes.last());
}

#[test]
fn only_so_many_can_be_entered() {
    let mut crowd = Crowd::with(1, |config| config.limits.rooms = 2);
    let key = crowd.clients[0];
    crowd.enters(0, CHAT, "red");
    crowd.enters(0, GLOBAL, "blue");
    assert_eq!(
        crowd.hub.enter_room(key, CHAT, "green"),
        Err(Misuse::TooManyRooms)
    );
    // What was entered already is not counted again.
    assert_eq!(crowd.hub.enter_room(key, CHAT, "red"), Ok(()));
    crowd.leaves(0, GLOBAL, "blue");
    assert_eq!(crowd.hub.enter_room(key, CHAT, "green"), Ok(()));
    assert_eq!(crowd.hub.room_count(), 2);
}

#[test]
fn last_until_the_application_has_said_farewell() {
    let mut crowd = Crowd::of(2);
    for client in [0, 1] {
        crowd.enters(client, CHAT, "red");
    }
    let mut leaving = crowd.hub.session(crowd.clients[0]).expect("alive");
    leaving
        .receive(crowd.now, &Packet::new("/chat", Body::Disconnect))
        .expect("alive");
    assert!(matches!(leaving.next_turn(), Some(Event::Left { .. })));
    drop(leaving);
    // The disconnect handler runs now: it knows where the client was, but cannot reach it.
    assert_eq!(crowd.rooms_of(0, CHAT), ["red"]);
    let reach = crowd.hub.broadcast(&to_rooms(CHAT, &["red"], "bye"));
    assert_eq!(reach.queued, 1);
    let mut leaving = crowd.hub.session(crowd.clients[0]).expect("alive");
    assert!(leaving.next_turn().is_none());
    drop(leaving);
    assert_eq!(crowd.rooms_of(0, CHAT), [""; 0]);
    assert_eq!(crowd.members(CHAT, None), [1]);
}

#[test]
fn have_sizes_without_those_that_are_on_their_way_out() {
    let mut crowd = Crowd::of(3);
    for client in [0, 1, 2] {
        crowd.enters(client, CHAT, "red");
    }
    crowd.enters(1, CHAT, "blue");
    crowd.enters(2, GLOBAL, "green");
    let sizes = |crowd: &Crowd, namespace| {
        let sizes = crowd.hub.room_sizes(namespace).into_iter();
        let mut sizes: Vec<_> = sizes.map(|(name, size)| format!("{name} {size}")).collect();
        sizes.sort();
        sizes
    };
    assert_eq!(sizes(&crowd, CHAT), ["blue 1", "red 3"]);
    assert_eq!(sizes(&crowd, GLOBAL), ["green 1"]);
    assert_eq!(sizes(&crowd, NEWS), [""; 0]);
    // Its disconnect handler has not run: it is in its rooms, but nothing can be sent to it.
    let key = crowd.clients[1];
    let now = crowd.now;
    let mut session = crowd.hub.session(key).expect("it is there");
    assert_eq!(session.leave(now, CHAT), Ok(()));
    drop(session);
    assert_eq!(sizes(&crowd, CHAT), ["red 2"]);
}
