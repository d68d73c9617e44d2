//! Who falls silent, in whatever state, is gone when the defaults say so: not earlier, and with
//! everything that was kept for him.

use std::future::pending;
use std::time::Duration;

use futures_lite::future::block_on;
use socketio_server::{Listen, Namespace, Server, ServerHandle, Socket};
use socketio_simulation::{Line, ServerSide, Side, Stream, World};

use crate::plain_client::{ask, connect, frame, open_websocket, say, shake_hands, upgrade_of};

/// What a client has done when it falls silent.
#[derive(Debug, Clone, Copy)]
enum Last {
    Connected,
    BegunHead,
    HadAnAnswer,
    BegunBody,
    BegunUpgrade,
    Polled,
    Posted,
    OpenedStream,
    OpenedWebSocket,
    BegunFrame,
    SaidGoodbye,
    /// An event whose handler does this, on a websocket.
    Emitted(&'static str),
    /// A join that is never decided.
    AskedToJoin,
}

/// With what is named in the table of `docs/design.md`, in seconds since the beginning.
const STATES: [(Last, u64); 16] = [
    // `request_head_timeout`.
    (Last::Connected, 30),
    (Last::BegunHead, 30),
    // Likewise between two requests, and `handshake_timeout`.
    (Last::HadAnAnswer, 30),
    (Last::BegunUpgrade, 30),
    // `request_body_timeout`; nobody has taken the handshake up.
    (Last::BegunBody, 30),
    // `polling_duration`, and then `close_timeout`.
    (Last::Polled, 20 + 60),
    // `close_timeout`, since the answer to the poll.
    (Last::Posted, 60),
    // `heartbeat_interval` and `heartbeat_timeout`; then the response is over, and the connection
    // waits for another request.
    (Last::OpenedStream, 25 + 60 + 30),
    // Likewise; then `websocket_close_timeout`.
    (Last::OpenedWebSocket, 25 + 60 + 5),
    (Last::BegunFrame, 25 + 60 + 5),
    (Last::SaidGoodbye, 5),
    // `within`, and then the websocket's.
    (Last::Emitted("ask"), 25 + 60 + 5),
    (Last::Emitted("work"), 25 + 60 + 5),
    // These have their time as well, `handler_timeout` and `authorization_timeout`: it is shorter.
    (Last::Emitted("wait"), 25 + 60 + 5),
    (Last::Emitted("wait beside"), 25 + 60 + 5),
    (Last::AskedToJoin, 25 + 60 + 5),
];

fn application() -> Namespace {
    Namespace::global()
        .on("ask", async |socket: Socket| {
            let _ = socket.emit_with_ack("question", ()).await;
        })
        .on("work", async |socket: Socket| {
            let _room = socket.join("working");
            let _ = socket.spawn(pending());
        })
        .on("wait", async || pending::<()>().await)
        .on_concurrently("wait beside", async || pending::<()>().await)
}

/// Does it, and keeps the connections that are open then.
async fn fall_silent(world: World, last: Last) {
    let line = Line::default();
    let _kept = match last {
        Last::Emitted(_)
        | Last::AskedToJoin
        | Last::BegunFrame
        | Last::SaidGoodbye
        | Last::OpenedWebSocket => vec![on_websocket(&world, &line, last).await],
        _ => over_http(&world, &line, last).await,
    };
    world.say("silent from here on");
    pending::<()>().await;
}

async fn on_websocket(world: &World, line: &Line, last: Last) -> Stream {
    let mut websocket = open_websocket(world, line).await;
    let said = match last {
        Last::BegunFrame => frame("3:::half a message")[..9].to_vec(),
        Last::SaidGoodbye => frame("0::"),
        Last::Emitted(name) => frame(&format!("5:::{{\"name\":\"{name}\"}}")),
        Last::AskedToJoin => frame("1::/undecided"),
        _ => Vec::new(),
    };
    say(&mut websocket, &said).await;
    websocket
}

async fn over_http(world: &World, line: &Line, last: Last) -> Vec<Stream> {
    let mut http = connect(world, line);
    if let Last::Connected | Last::BegunHead = last {
        if let Last::BegunHead = last {
            say(&mut http, b"GET /socket.io/1/ HTTP/1.1\r\nHost:").await;
        }
        return vec![http];
    }
    let sid = shake_hands(&mut http).await;
    let poll = format!("GET /socket.io/1/xhr-polling/{sid} HTTP/1.1\r\nHost: x\r\n\r\n");
    let post = |length: usize| {
        let path = format!("/socket.io/1/xhr-polling/{sid}");
        format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n3:::x")
    };
    match last {
        Last::BegunBody => say(&mut http, post(9).as_bytes()).await,
        Last::BegunUpgrade => say(&mut http, upgrade_of(&sid).as_bytes()).await,
        Last::Polled => {
            ask(&mut http, &poll, "1::").await;
            say(&mut http, poll.as_bytes()).await;
        }
        Last::Posted => {
            ask(&mut http, &poll, "1::").await;
            ask(&mut http, &post(5), "\r\n\r\n1").await;
        }
        Last::OpenedStream => {
            let stream = format!("GET /socket.io/1/htmlfile/{sid} HTTP/1.1\r\nHost: x\r\n\r\n");
            ask(&mut http, &stream, "1::").await;
        }
        _ => {}
    }
    vec![http]
}

/// For how long the clock of a hub may still be set, when everybody is gone: the longest of all
/// deadlines. It is one timer for many sessions.
const CLOCKS: Duration = Duration::from_secs(60);

/// What is left of clients, for a server that has so many tasks without any.
fn left(world: &World, handle: &ServerHandle, idle: usize) -> Vec<&'static str> {
    let namespaces = ["", "/undecided"].map(|name| handle.of(name).expect("a namespace"));
    let all = [
        (handle.session_count() > 0, "a session"),
        (handle.connection_count() > 0, "a connection"),
        (world.tasks_of(Side::Server) > idle, "a task"),
        (
            namespaces.iter().any(|it| !it.sockets().is_empty()),
            "a member",
        ),
        (namespaces.iter().any(|it| !it.rooms().is_empty()), "a room"),
    ];
    let there = all.into_iter().filter(|(is_there, _)| *is_there);
    there.map(|(_, what)| what).collect()
}

#[test]
fn nobody_is_waited_for_longer_than_the_defaults_say() {
    for (last, seconds) in STATES {
        let world = World::new(1);
        let builder = Server::<ServerSide>::builder()
            .listen(Listen::tcp("127.0.0.1:0"))
            .namespace(application())
            .namespace(Namespace::new("/undecided").authorize(async || pending::<bool>().await));
        let server = block_on(builder.build_on(ServerSide(world.clone()))).expect("a server");
        let handle = server.handle();
        world.spawn(Side::Server, server.run());
        world.run_for(Duration::from_secs(1));
        let idle = world.tasks_of(Side::Server);
        let timers = world.timers_of(Side::Server);
        assert_eq!(left(&world, &handle, idle), [""; 0], "before anybody came");
        world.spawn(Side::Clients, fall_silent(world.clone(), last));
        world.run_for(Duration::from_secs(seconds) - Duration::from_millis(500));
        assert_ne!(
            left(&world, &handle, idle),
            [""; 0],
            "{last:?}: given up too early"
        );
        world.run_for(Duration::from_secs(1));
        assert_eq!(
            left(&world, &handle, idle),
            [""; 0],
            "{last:?}: still there"
        );
        world.run_for(CLOCKS);
        assert_eq!(world.timers_of(Side::Server), timers, "{last:?}: timers");
        world.end();
    }
}
