//! What the server serves: everything that its handlers say is in the books.

use std::time::Duration;

use socketio_server::{Ack, Args, DisconnectReason, HandlerError, Namespace, Socket, State};

use crate::ledger::Ledger;

/// A namespace beside the global one.
pub(crate) const SIDE: &str = "/side";

/// The global namespace and the other one.
pub(crate) fn namespaces() -> [Namespace; 2] {
    [Namespace::global(), Namespace::new(SIDE)].map(|namespace| {
        let namespace = with_ends(namespace);
        with_rooms(with_messages(namespace))
    })
}

fn with_ends(namespace: Namespace) -> Namespace {
    namespace
        .on_connect(async |socket: Socket, State(ledger): State<Ledger>| {
            ledger.joined(&socket);
        })
        .on_disconnect(
            async |socket: Socket, reason: DisconnectReason, State(ledger): State<Ledger>| {
                ledger.left(&socket, reason);
            },
        )
        .on(
            "kick",
            async |socket: Socket, Args((number,)): Args<(u64,)>, State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                ledger.emit(&socket, 5);
                socket.disconnect_session();
            },
        )
        .on(
            "drop",
            async |socket: Socket, Args((number,)): Args<(u64,)>, State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                ledger.emit(&socket, 5);
                socket.session().disconnect_silently();
            },
        )
}

/// A number, a length and a time in milliseconds.
type EchoArgs = Args<(u64, usize, u64)>;

fn with_messages(namespace: Namespace) -> Namespace {
    namespace
        .on(
            "echo",
            async |socket: Socket,
                   Args((number, length, millis)): EchoArgs,
                   ack: Ack,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                if millis > 0 {
                    socket.sleep(Duration::from_millis(millis)).await;
                }
                ledger.answer(&socket, ack, length);
            },
        )
        .on(
            "tell",
            async |socket: Socket,
                   Args((number, count, length)): Args<(u64, usize, usize)>,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                for _ in 0..count {
                    ledger.emit(&socket, length);
                }
            },
        )
        .on(
            "ask",
            async |socket: Socket, Args((number,)): Args<(u64,)>, State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                ledger.ask(&socket).await;
            },
        )
        .on(
            "job",
            async |socket: Socket,
                   Args((number, count, millis)): Args<(u64, usize, u64)>,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                let (guard, at) = (ledger.begin_job(), socket.clone());
                let spawned = socket.spawn(async move {
                    let _guard = guard;
                    for _ in 0..count {
                        at.sleep(Duration::from_millis(millis)).await;
                        ledger.emit(&at, 20);
                    }
                });
                // Who has left meanwhile has no jobs.
                let _ = spawned;
            },
        )
}

fn with_rooms(namespace: Namespace) -> Namespace {
    namespace
        .on(
            "enter",
            async |socket: Socket,
                   Args((number, room)): Args<(u64, String)>,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                socket.join(&room).map_err(HandlerError::from)
            },
        )
        .on(
            "leave",
            async |socket: Socket,
                   Args((number, room)): Args<(u64, String)>,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                socket.leave(&room);
            },
        )
        .on(
            "shout",
            async |socket: Socket,
                   Args((number, room, length)): Args<(u64, String, usize)>,
                   State(ledger): State<Ledger>| {
                ledger.handled(&socket, number);
                ledger.shout(&socket, &room, length);
            },
        )
}
