//! What the server serves: everything that its handlers say is in the books.

use std::time::Duration;

use socketio_server::{
    Ack, Args, DisconnectReason, Handler, HandlerError, Namespace, Socket, State,
};

use crate::ledger::Ledger;

/// A namespace beside the global one.
pub(crate) const SIDE: &str = "/side";

/// Likewise, and what is said to it is handled while earlier events are.
pub(crate) const AT_ONCE: &str = "/at-once";

/// All of them.
pub(crate) const NAMES: [&str; 3] = ["", SIDE, AT_ONCE];

/// What the server serves.
pub(crate) fn namespaces() -> [Namespace; 3] {
    NAMES.map(|name| {
        let order = if name == AT_ONCE {
            Order::AtOnce
        } else {
            Order::OneByOne
        };
        let namespace = with_ends(Namespace::new(name));
        with_rooms(with_messages(namespace, order))
    })
}

/// How the events of a client are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    OneByOne,
    AtOnce,
}

impl Order {
    fn on<P: 'static>(
        self,
        namespace: Namespace,
        name: &str,
        handler: impl Handler<P>,
    ) -> Namespace {
        match self {
            Self::OneByOne => namespace.on(name, handler),
            Self::AtOnce => namespace.on_concurrently(name, handler),
        }
    }
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

fn with_messages(namespace: Namespace, order: Order) -> Namespace {
    let namespace = order.on(
        namespace,
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
    );
    let namespace = order.on(
        namespace,
        "tell",
        async |socket: Socket,
               Args((number, count, length)): Args<(u64, usize, usize)>,
               State(ledger): State<Ledger>| {
            ledger.handled(&socket, number);
            for _ in 0..count {
                ledger.emit(&socket, length);
            }
        },
    );
    let namespace = order.on(
        namespace,
        "ask",
        async |socket: Socket, Args((number,)): Args<(u64,)>, State(ledger): State<Ledger>| {
            ledger.handled(&socket, number);
            ledger.ask(&socket).await;
        },
    );
    order.on(
        namespace,
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
