//! Waiting until a client has taken what it was sent.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use socketio_server::{
    Delivery, DisconnectReason, HandlerError, Misuse, Namespace, ServerBuilder, SessionLimits,
    Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;
use crate::waiting::{eventually, in_background, wait_for};

tests![
    who_waits_before_each_packet_loses_none,
    a_wait_ends_with_the_session,
    only_so_many_wait_at_once,
];

const OUTBOX: usize = 256 << 10;

/// So many that the sockets of both sides do not hold them.
const PACKETS: usize = 250;

const PACKET: usize = 64 << 10;

fn builder() -> ServerBuilder {
    ServerBuilder::new().session_limits(SessionLimits::default().outbox_bytes(OUTBOX))
}

fn only_socket(server: &TestServer) -> Socket {
    let global = server.handle.of("").expect("the global namespace");
    global.sockets().pop().expect("a client")
}

/// With more in its outbox than half of it.
fn filled(server: &TestServer) -> (Client, Socket) {
    let client = Client::connect(server, Transport::Polling);
    let socket = only_socket(server);
    while socket.session().backlog().1 <= OUTBOX / 2 {
        assert!(matches!(socket.send("waits"), Ok(Delivery::Queued)));
        assert!(matches!(
            socket.send(&"x".repeat(PACKET)),
            Ok(Delivery::Queued)
        ));
    }
    (client, socket)
}

fn who_waits_before_each_packet_loses_none() {
    on_each_transport(|transport| {
        let namespace =
            Namespace::global().on("all", async |socket: Socket, State(pen): State<Pen>| {
                let slow = socket.clone();
                socket.spawn_fallible(async move {
                    let padding = "x".repeat(PACKET);
                    for number in 0..PACKETS {
                        slow.drained().await?;
                        if slow.send(&format!("{number} {padding}"))? != Delivery::Queued {
                            pen.note("dropped");
                        }
                    }
                    pen.note("all are sent");
                    Ok(())
                })?;
                Ok::<_, HandlerError>(())
            });
        let (server, journal) = TestServer::noting(builder().namespace(namespace));
        let mut client = Client::connect(&server, transport);
        let session = only_socket(&server).session();
        client.emit("all", "[]");
        eventually("the client is waited for", || {
            session.backlog().1 > OUTBOX / 2
        });
        for number in 0..PACKETS {
            let packet = client.next();
            let expected = format!("3:::{number} x");
            assert!(packet.starts_with(&expected), "{}", &packet[..12]);
            assert!(session.backlog().1 <= OUTBOX);
        }
        journal.expect("all are sent");
    });
}

fn a_wait_ends_with_the_session() {
    let server = TestServer::start(builder());
    let (client, socket) = filled(&server);
    let waiting = in_background(socket.drained());
    socket.disconnect_session();
    let sent_away = Misuse::Closed(DisconnectReason::ServerDisconnected);
    assert_eq!(wait_for(waiting), Ok(Err(sent_away)));
    assert_eq!(wait_for(socket.drained()), Err(sent_away));
    let mut client = client;
    while client.next() != "0::" {}
    drop(client);
    server.wait_until_deserted();
    assert_eq!(wait_for(socket.drained()), Err(Misuse::NoSuchSession));
}

fn only_so_many_wait_at_once() {
    type Wait = Pin<Box<dyn Future<Output = Result<(), Misuse>> + Send>>;
    let server = TestServer::start(builder());
    let (mut client, socket) = filled(&server);
    let mut cx = Context::from_waker(Waker::noop());
    let mut begin = || {
        let mut wait: Wait = Box::pin(socket.drained());
        (wait.as_mut().poll(&mut cx), wait)
    };
    let mut waiting = Vec::new();
    for _ in 0..1024 {
        let (polled, wait) = begin();
        assert_eq!(polled, Poll::Pending);
        waiting.push(wait);
    }
    assert_eq!(begin().0, Poll::Ready(Err(Misuse::TooManyWaiting)));
    // Who waits no longer leaves room for another.
    waiting.pop();
    let (polled, wait) = begin();
    assert_eq!(polled, Poll::Pending);
    waiting.push(wait);
    while socket.session().backlog().1 > OUTBOX / 2 {
        client.next();
    }
    for wait in waiting {
        assert_eq!(wait_for(wait), Ok(()));
    }
}
