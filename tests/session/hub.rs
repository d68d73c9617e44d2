//! Many sessions: found, bounded, followed, removed.

use std::sync::Arc;
use std::time::Duration;

use socketio_invariants::session::crowd::{Crowd, id, to_all, websocket};
use socketio_invariants::session::script::{CHAT, GLOBAL};
use socketio_proto::{Dialect, TransportName};
use socketio_session::{CreateError, DisconnectReason, Event, Hub, Instant, Loss, SessionConfig};

fn hub(max_sessions: usize) -> Hub<&'static str> {
    Hub::new(Arc::new(SessionConfig::default()), max_sessions)
}

#[test]
fn holds_only_so_many_sessions() {
    let mut hub = hub(2);
    let now = Instant::START;
    for client in 0..2 {
        assert!(hub.create(now, id(client), Dialect::Legacy, "").is_ok());
    }
    let full = hub.create(now, id(2), Dialect::Legacy, "");
    assert_eq!(full, Err(CreateError::Full));
    assert_eq!(hub.len(), 2);
}

#[test]
fn names_its_sessions_in_the_same_order_each_time() {
    let mut hub = hub(50);
    let now = Instant::START;
    let created: Vec<_> = (0..50)
        .map(|client| hub.create(now, id(client), Dialect::Legacy, ""))
        .collect();
    let named: Vec<_> = hub.keys().map(Ok).collect();
    assert_eq!(named, created);
}

#[test]
fn takes_no_id_twice() {
    let mut hub = hub(2);
    let now = Instant::START;
    let key = hub.create(now, id(1), Dialect::Legacy, "first");
    let again = hub.create(now, id(1), Dialect::Legacy, "second");
    assert_eq!(again, Err(CreateError::DuplicateId));
    let key = key.expect("the first one");
    assert_eq!(hub.find(&id(1)), Some(key));
    assert_eq!(hub.peek(key).map(|(_, data)| *data), Some("first"));
}

#[test]
fn finds_nothing_under_the_key_of_a_session_that_is_gone() {
    let mut crowd = Crowd::of(1);
    let gone = crowd.clients[0];
    crowd.goes(0);
    crowd.is_empty();
    let next = crowd.comes();
    assert_ne!(gone, next);
    assert!(crowd.hub.session(gone).is_none());
    assert!(crowd.hub.peek(gone).is_none());
    assert_eq!(crowd.hub.find(&id(0)), None);
    assert_eq!(crowd.hub.rooms_of(gone, CHAT), [""; 0]);
    crowd.hub.leave_room(gone, CHAT, "red");
    assert_eq!(crowd.members(CHAT, None), [1]);
    assert_eq!(crowd.hub.find(&id(1)), Some(next));
}

#[test]
fn gives_back_what_the_driver_kept() {
    let mut crowd = Crowd::of(3);
    crowd.goes(1);
    assert_eq!(crowd.hub.poll_removed(), Some(1));
    assert_eq!(crowd.hub.poll_removed(), None);
}

#[test]
fn keeps_a_session_until_everything_was_fetched() {
    let mut crowd = Crowd::of(1);
    let key = crowd.clients[0];
    let mut session = crowd.hub.session(key).expect("alive");
    session.disconnect(crowd.now, DisconnectReason::ServerDisconnected);
    drop(session);
    assert_eq!(crowd.hears(0).len(), 3);
    assert_eq!(crowd.hub.find(&id(0)), Some(key));
    assert_eq!(crowd.gets(0), ["0::"]);
    assert_eq!(crowd.hub.find(&id(0)), None);
    crowd.is_empty();
}

#[test]
fn is_empty_again_after_handshakes_that_nobody_used() {
    let mut hub = hub(100);
    for client in 0..100 {
        let now = Instant::from_start(Duration::from_secs(client as u64));
        let created = hub.create(now, id(client), Dialect::Legacy, "");
        assert!(created.is_ok());
    }
    let mut ended = 0;
    while let Some(deadline) = hub.poll_timeout() {
        hub.handle_timeout(deadline);
        while let Some(key) = hub.poll_ready() {
            let mut session = hub.session(key).expect("not drained yet");
            let event = session.poll_event();
            let reason = DisconnectReason::HandshakeUnused;
            assert_eq!(event, Some(Event::Closed { reason }));
            ended += 1;
        }
    }
    assert_eq!(ended, 100);
    assert!(hub.is_empty());
}

#[test]
fn is_empty_again_after_everybody_was_forgotten() {
    // No client answers any more, and no transport is written to.
    let mut crowd = Crowd::of(10);
    for client in 0..10 {
        crowd.enters(client, CHAT, "red");
        crowd.enters(client, GLOBAL, "blue");
    }
    let _ = crowd.hub.broadcast(&to_all(CHAT, "unheard"));
    crowd.after(25 + 60 + 60);
    for client in 0..10 {
        let _ = crowd.hears(client);
    }
    crowd.is_empty();
}

#[test]
fn sees_to_a_session_at_its_new_deadline() {
    let mut crowd = Crowd::of(1);
    let start = crowd.now;
    assert_eq!(
        crowd.hub.poll_timeout(),
        Some(start + Duration::from_secs(25))
    );
    // The deadline moves to an earlier time: the shortest wait counts.
    let mut session = crowd.hub.session(crowd.clients[0]).expect("alive");
    let asked = session.send_with_ack(
        start,
        GLOBAL,
        socketio_proto::Body::Message("?"),
        socketio_proto::AckMode::Data,
        Duration::from_secs(3),
    );
    assert!(asked.is_ok());
    drop(session);
    assert_eq!(
        crowd.hub.poll_timeout(),
        Some(start + Duration::from_secs(3))
    );
    crowd.after(3);
    let session = crowd.hub.session(crowd.clients[0]).expect("alive");
    assert!(session.has_orders());
    drop(session);
    // And back to a later one.
    assert_eq!(
        crowd.hub.poll_timeout(),
        Some(start + Duration::from_secs(25))
    );
}

#[test]
fn waits_for_no_time_that_changes_nothing() {
    let mut crowd = Crowd::of(1);
    let mut session = crowd.hub.session(crowd.clients[0]).expect("alive");
    session.lose_transport(crowd.now, websocket(0), Loss::Ended, []);
    drop(session);
    // What is left to do is the application's.
    assert_eq!(crowd.hub.len(), 1);
    assert_eq!(crowd.hub.poll_timeout(), None);
}

#[test]
fn sees_to_no_session_too_early() {
    let mut crowd = Crowd::of(2);
    crowd.after(10);
    let _late = crowd.comes();
    crowd.after(15);
    assert_eq!(crowd.gets(0), ["2::"]);
    assert_eq!(crowd.gets(2), [""; 0]);
    crowd.after(10);
    assert_eq!(crowd.gets(2), ["2::"]);
}

#[test]
fn a_session_is_ready_once_however_much_there_is_to_fetch() {
    let mut crowd = Crowd::of(2);
    while crowd.hub.poll_ready().is_some() {}
    for text in ["3:::one", "3:::two", "6:::1"] {
        crowd.sends(0, text);
    }
    crowd.sends(1, "2::");
    assert_eq!(crowd.hub.poll_ready(), Some(crowd.clients[0]));
    assert_eq!(crowd.hub.poll_ready(), None);
    // It is ready again only when it is touched and something is left.
    drop(crowd.hub.session(crowd.clients[0]));
    assert_eq!(crowd.hub.poll_ready(), None);
    let _ = crowd.hub.session(crowd.clients[0]).expect("alive").parts();
    assert_eq!(crowd.hub.poll_ready(), Some(crowd.clients[0]));
    assert_eq!(crowd.hears(0).len(), 2);
    assert_eq!(crowd.hub.poll_ready(), None);
}

#[test]
fn a_session_that_waits_for_a_decision_is_not_ready() {
    let mut crowd = Crowd::of(1);
    crowd.sends(0, "1::/vault");
    crowd.sends(0, "3:::waits");
    let mut events = crowd.hears(0);
    while crowd.hub.poll_ready().is_some() {}
    let _ = crowd.hub.session(crowd.clients[0]).expect("alive").parts();
    assert_eq!(crowd.hub.poll_ready(), None);
    let Some(Event::Joining(join)) = events.pop() else {
        panic!("a question was expected");
    };
    let mut session = crowd.hub.session(crowd.clients[0]).expect("alive");
    assert_eq!(session.admit(join), Ok(()));
    drop(session);
    assert_eq!(crowd.hub.poll_ready(), Some(crowd.clients[0]));
}

#[test]
fn knows_its_sessions_by_key_and_by_id() {
    let mut crowd = Crowd::of(3);
    let mut keys: Vec<_> = crowd.hub.keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, crowd.clients);
    let mut session = crowd.hub.session(keys[2]).expect("alive");
    assert_eq!((session.key(), session.id()), (keys[2], id(2)));
    *session.data() += 40;
    let (session, data) = session.parts();
    assert_eq!((session.transport(), *data), (Some(websocket(2)), 42));
    assert_eq!(session.transport_name(), Some(TransportName::WebSocket));
}

#[test]
fn a_session_whose_application_is_at_work_is_not_ready_for_more() {
    let mut crowd = Crowd::of(1);
    let key = crowd.clients[0];
    crowd.sends(0, "3:::one");
    crowd.sends(0, "3:::two");
    while crowd.hub.poll_ready().is_some() {}
    let mut session = crowd.hub.session(key).expect("alive");
    assert!(session.next_turn().is_some());
    assert!(session.is_in_turn());
    drop(session);
    crowd.sends(0, "3:::three");
    assert_eq!(crowd.hub.poll_ready(), None);
    // Acknowledgements and orders do not wait for it.
    let _ = crowd.hub.broadcast(&to_all(CHAT, "hello"));
    assert_eq!(crowd.hub.poll_ready(), Some(key));
    let mut session = crowd.hub.session(key).expect("alive");
    while session.poll_action().is_some() {}
    assert!(session.next_turn().is_some());
    assert!(session.next_turn().is_some());
    assert_eq!(session.next_turn(), None);
    assert!(!session.is_in_turn());
    drop(session);
    assert_eq!(crowd.hub.poll_ready(), None);
    crowd.sends(0, "3:::four");
    assert_eq!(crowd.hub.poll_ready(), Some(key));
}
