//! One packet for many: everybody meant gets it, once.

use socketio_invariants::session::crowd::{Crowd, id, to_all, to_rooms, websocket};
use socketio_invariants::session::script::{CHAT, GLOBAL, NEWS, message};
use socketio_session::{Broadcast, Delivery, Loss, Reach, SendOptions};

fn queued(queued: usize) -> Reach {
    Reach {
        queued,
        ..Reach::default()
    }
}

#[test]
fn reaches_everybody_in_the_namespace() {
    let mut crowd = Crowd::of(3);
    crowd.sends(1, "0::/chat");
    let _ = crowd.hears(1);
    assert_eq!(crowd.hub.broadcast(&to_all(CHAT, "hello")), queued(2));
    assert_eq!(crowd.gets(0), ["3::/chat:hello"]);
    assert_eq!(crowd.gets(1), [""; 0]);
    assert_eq!(crowd.gets(2), ["3::/chat:hello"]);
    assert_eq!(crowd.hub.broadcast(&to_all(NEWS, "hello")), queued(0));
}

#[test]
fn reaches_the_members_of_a_room() {
    let mut crowd = Crowd::of(3);
    crowd.enters(0, CHAT, "red");
    crowd.enters(2, CHAT, "red");
    crowd.enters(1, GLOBAL, "red");
    let cast = to_rooms(CHAT, &["red"], "hello");
    assert_eq!(crowd.hub.broadcast(&cast), queued(2));
    assert_eq!(crowd.receivers(), [0, 2]);
    let nobody = to_rooms(CHAT, &["blue"], "hello");
    assert_eq!(crowd.hub.broadcast(&nobody), queued(0));
}

#[test]
fn reaches_members_of_several_rooms_once() {
    let mut crowd = Crowd::of(3);
    for (client, room) in [(0, "red"), (0, "blue"), (1, "blue"), (2, "green")] {
        crowd.enters(client, CHAT, room);
    }
    let cast = to_rooms(CHAT, &["red", "blue", "red", "empty"], "hello");
    assert_eq!(crowd.hub.broadcast(&cast), queued(2));
    assert_eq!(crowd.gets(0), ["3::/chat:hello"]);
    assert_eq!(crowd.receivers(), [1]);
    // Each time anew.
    assert_eq!(crowd.hub.broadcast(&cast), queued(2));
    assert_eq!(crowd.receivers(), [0, 1]);
}

#[test]
fn passes_over_who_is_excepted() {
    let mut crowd = Crowd::of(4);
    for (client, room) in [(0, "red"), (1, "red"), (2, "red"), (1, "quiet")] {
        crowd.enters(client, CHAT, room);
    }
    let to_everybody = to_all(CHAT, "hello");
    let but_quiet = Broadcast {
        except_rooms: vec!["quiet".into(), "empty".into()],
        ..to_everybody.clone()
    };
    assert_eq!(crowd.hub.broadcast(&but_quiet), queued(3));
    assert_eq!(crowd.receivers(), [0, 2, 3]);
    let but_two = Broadcast {
        except_sessions: vec![id(2), id(99)],
        ..to_rooms(CHAT, &["red"], "hello")
    };
    assert_eq!(crowd.hub.broadcast(&but_two), queued(2));
    assert_eq!(crowd.receivers(), [0, 1]);
    let but_both = Broadcast {
        except_sessions: vec![id(0)],
        ..but_quiet
    };
    assert_eq!(crowd.hub.broadcast(&but_both), queued(2));
    assert_eq!(crowd.receivers(), [2, 3]);
    assert_eq!(crowd.hub.broadcast(&to_everybody), queued(4));
    assert_eq!(crowd.receivers(), [0, 1, 2, 3]);
}

#[test]
fn excepts_rooms_of_its_own_namespace_only() {
    let mut crowd = Crowd::of(1);
    crowd.enters(0, GLOBAL, "quiet");
    let cast = Broadcast {
        except_rooms: vec!["quiet".into()],
        ..to_all(CHAT, "hello")
    };
    assert_eq!(crowd.hub.broadcast(&cast), queued(1));
}

#[test]
fn is_encoded_once_and_shared() {
    let mut crowd = Crowd::of(3);
    let cast = to_all(CHAT, "one encoding for all of them");
    assert_eq!(crowd.hub.broadcast(&cast), queued(3));
    let packets: Vec<_> = (0..3).flat_map(|client| crowd.fetches(client)).collect();
    let first = packets[0].bytes().as_ptr();
    assert_eq!(packets.len(), 3);
    assert!(
        packets
            .iter()
            .all(|packet| packet.bytes().as_ptr() == first)
    );
    let encoded = cast.packet.encoded(socketio_proto::Dialect::Legacy);
    assert_eq!(encoded.as_ptr(), first);
}

#[test]
fn makes_its_receivers_ready() {
    let mut crowd = Crowd::of(2);
    while crowd.hub.poll_ready().is_some() {}
    assert_eq!(crowd.hub.broadcast(&to_all(CHAT, "hello")), queued(2));
    let ready: Vec<_> = std::iter::from_fn(|| crowd.hub.poll_ready()).collect();
    assert_eq!(ready, crowd.clients);
}

#[test]
fn that_is_volatile_is_dropped_for_who_cannot_take_it() {
    let mut crowd = Crowd::of(2);
    let mut session = crowd.hub.session(crowd.clients[0]).expect("alive");
    session.lose_transport(crowd.now, websocket(0), Loss::Broken, []);
    drop(session);
    let cast = Broadcast {
        options: SendOptions::VOLATILE,
        ..to_all(CHAT, "tick")
    };
    let reach = Reach {
        queued: 1,
        dropped: 1,
        disconnected: 0,
    };
    assert_eq!(crowd.hub.broadcast(&cast), reach);
    assert_eq!(crowd.receivers(), [1]);
}

#[test]
fn ends_the_sessions_of_slow_consumers_and_no_others() {
    let mut crowd = Crowd::with(3, |config| config.limits.outbox_packets = 2);
    for client in 0..3 {
        crowd.enters(client, CHAT, "red");
    }
    let cast = to_rooms(CHAT, &["red"], "flood");
    assert_eq!(crowd.hub.broadcast(&cast), queued(3));
    assert_eq!(crowd.hub.broadcast(&cast), queued(3));
    let _ = crowd.gets(1);
    let reach = Reach {
        disconnected: 2,
        ..queued(1)
    };
    assert_eq!(crowd.hub.broadcast(&cast), reach);
    assert_eq!(crowd.gets(1), ["3::/chat:flood"]);
    // Until their handlers have heard of it they are members, but of no use any more.
    assert_eq!(crowd.hub.broadcast(&cast), queued(1));
    assert_eq!(crowd.gets(1), ["3::/chat:flood"]);
    for slow in [0, 2] {
        let (session, _) = crowd.hub.peek(crowd.clients[slow]).expect("not drained");
        assert!(session.is_closed());
        let _ = crowd.hears(slow);
        assert_eq!(crowd.gets(slow), [""; 0]);
    }
    assert_eq!(crowd.hub.len(), 1);
    assert_eq!(crowd.members(CHAT, Some("red")), [1]);
}

#[test]
fn adds_up_over_hubs() {
    let mut crowds = [Crowd::of(2), Crowd::of(3)];
    let cast = to_all(CHAT, "hello");
    let reach = crowds
        .iter_mut()
        .map(|crowd| crowd.hub.broadcast(&cast))
        .fold(Reach::default(), Reach::and);
    assert_eq!(reach, queued(5));
    let part = Reach {
        queued: 1,
        dropped: 2,
        disconnected: 3,
    };
    let twice = Reach {
        queued: 2,
        dropped: 4,
        disconnected: 6,
    };
    assert_eq!(part.and(part), twice);
}

#[test]
fn does_not_disturb_what_is_sent_to_one() {
    let mut crowd = Crowd::of(2);
    let mut session = crowd.hub.session(crowd.clients[0]).expect("alive");
    let packet = message(CHAT, "first");
    let sent = session.send(CHAT, &packet, SendOptions::default());
    assert_eq!(sent, Ok(Delivery::Queued));
    drop(session);
    assert_eq!(crowd.hub.broadcast(&to_all(CHAT, "second")), queued(2));
    assert_eq!(crowd.gets(0), ["3::/chat:first", "3::/chat:second"]);
}
