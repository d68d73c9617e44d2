//! Clients that fill everything that can be filled, and the heap: it stays below what the limits say.

use std::alloc::System;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use cap::Cap;
use socketio_conformance::client::{WebSocket, handshake};
use socketio_conformance::http_client::HttpClient;
use socketio_conformance::replay::raw_websocket::{TEXT, frame_bytes};
use socketio_driver_tokio::{
    Delivery, Namespace, OverflowPolicy, PeerShare, SendError, Server, ServerHandle, ServerLimits,
    SessionLimits, Socket, State, Text,
};
use tokio::sync::Semaphore;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const PATIENCE: Duration = Duration::from_secs(60);

/// Half of them on websockets, half polling.
const SESSIONS: usize = 20;

/// For each client that polls, besides that for its polls.
const POSTS: usize = 6;

const CONNECTIONS: usize = SESSIONS / 2 + SESSIONS / 2 * (1 + POSTS);

const PACKET: usize = 32 << 10;
const ROOMS: usize = 32;
const ACKS: usize = 32;
const NAMESPACES: [&str; 3] = ["/a", "/b", "/c"];

fn of_sessions() -> SessionLimits {
    SessionLimits::default()
        .outbox_bytes(64 << 10)
        .outbox_packets(64)
        .inbox_bytes(32 << 10)
        .inbox_packets(64)
        .namespaces(1 + NAMESPACES.len())
        .rooms(ROOMS)
        .awaited_acks(ACKS)
}

fn of_server() -> ServerLimits {
    let patient = Duration::from_secs(3600);
    ServerLimits::default()
        .sessions(SESSIONS)
        .connections(CONNECTIONS)
        .sessions_per_peer(PeerShare::Whole)
        .connections_per_peer(PeerShare::Whole)
        .max_packet_bytes(PACKET)
        .request_head_bytes(8 << 10)
        .request_head_timeout(patient)
        .request_body_timeout(patient)
        .unread_response_timeout(patient)
        .handler_timeout(None)
        .upload_timeout(patient)
}

type Gate = Arc<Semaphore>;

/// Until the gate opens, everything that a client says waits behind its first event.
fn blocking() -> Namespace {
    Namespace::global()
        .on("block", async |State(gate): State<Gate>| {
            let _ = gate.acquire().await;
        })
        .on_message(async |_: Text| ())
}

fn start(gate: &Gate) -> (SocketAddr, ServerHandle) {
    let builder = NAMESPACES
        .map(Namespace::new)
        .into_iter()
        .fold(Server::builder(), |builder, it| builder.namespace(it));
    let builder = builder
        .namespace(blocking())
        .state(Gate::clone(gate))
        .session_limits(of_sessions())
        .limits(of_server())
        .heartbeat_timeout(3 * PATIENCE)
        .heartbeat_interval(2 * PATIENCE)
        .close_timeout(3 * PATIENCE);
    let runtime = socketio_tests::one_runtime::runtime();
    let server = runtime
        .block_on(builder.bind("127.0.0.1:0"))
        .expect("a port");
    let address = server.local_addr().expect("an address");
    let handle = server.handle();
    runtime.spawn(server.run());
    (address, handle)
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The heap when it has not changed for a while.
fn settled_heap() -> usize {
    let deadline = Instant::now() + PATIENCE;
    let (mut heap, mut looks) = (HEAP.allocated(), 0);
    while looks < 50 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
        let now = HEAP.allocated();
        looks = if now == heap { looks + 1 } else { 0 };
        heap = now;
    }
    heap
}

/// A client's connections, from the first of which nothing more is read.
enum Hostile {
    OnWebSocket(WebSocket),
    Polling { sid: String, posts: Vec<HttpClient> },
}

impl Hostile {
    fn connect(server: SocketAddr, number: usize) -> Self {
        let sid = handshake(server, "");
        if number % 2 == 0 {
            return Self::OnWebSocket(WebSocket::open_narrow(server, &sid));
        }
        let mut posts: Vec<_> = (0..POSTS).map(|_| HttpClient::open(server)).collect();
        let greeted = posts[0].get(&format!("/socket.io/1/xhr-polling/{sid}"));
        assert_eq!(greeted.status, 200);
        Self::Polling { sid, posts }
    }

    /// Whatever it says, it does not wait for the answer.
    fn say(&mut self, post: usize, packets: &[String]) {
        match self {
            Self::OnWebSocket(websocket) => {
                for packet in packets {
                    let frame = frame_bytes(TEXT, true, true, packet.as_bytes());
                    websocket.send_bytes(&frame);
                }
            }
            Self::Polling { sid, posts } => {
                let framed = |it: &String| format!("\u{fffd}{}\u{fffd}{it}", it.len());
                let payload: String = packets.iter().map(framed).collect();
                let target = format!("/socket.io/1/xhr-polling/{sid}");
                posts[post].begin("POST", &target, "", &payload);
            }
        }
    }

    /// More than handlers take: the rest waits in the inbox, in buffers and in the post.
    fn flood(&mut self) {
        let message = format!("3:::{}", "x".repeat(1000));
        self.say(1, &vec![message; 90]);
    }

    /// Bodies that never end, as large as forms may be.
    fn leave_bodies_unfinished(&mut self) {
        if let Self::Polling { sid, posts } = self {
            let most = 2 * (PACKET + (64 << 10));
            let begun = "x".repeat(most - (1 << 10));
            for post in &mut posts[2..] {
                post.send(&format!(
                    "POST /socket.io/1/jsonp-polling/{sid}?i=0 HTTP/1.1\r\nHost: x\r\n\
                     Content-Length: {most}\r\n\r\nd=%22{begun}"
                ));
            }
        }
    }
}

type Asked = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send>>;

/// As many rooms as there may be, and as many answers awaited.
fn fill_maps(socket: &Socket, number: usize) -> Vec<Asked> {
    for room in 0..ROOMS {
        let name = format!("{number:032}{room:032}");
        socket.join(&name).expect("there is room");
    }
    let asked = (0..ACKS).map(|_| {
        let question = socket.emit_with_ack("question", ()).within(10 * PATIENCE);
        let mut asked: Asked = Box::pin(async move {
            let _ = question.await;
            Ok(())
        });
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(asked.as_mut().poll(&mut cx), Poll::Pending));
        asked
    });
    asked.collect()
}

/// Sends until neither the outbox nor what is behind it takes more.
fn fill_outbox(socket: &Socket) {
    let text = "x".repeat(PACKET - 16);
    let mut dropped = 0;
    while dropped < 20 {
        match socket.overflow(OverflowPolicy::DropNewest).send(&text) {
            Ok(Delivery::Queued) => dropped = 0,
            Ok(Delivery::Dropped) => {
                dropped += 1;
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(error) => panic!("{error}"),
        }
    }
    // What is left takes smaller ones.
    let text = "x".repeat(1000);
    let rest = socket.overflow(OverflowPolicy::DropNewest);
    while matches!(rest.send(&text), Ok(Delivery::Queued)) {}
}

#[test]
fn the_heap_stays_below_what_the_limits_say_and_comes_back() {
    let gate = Gate::new(Semaphore::new(0));
    let (address, handle) = start(&gate);
    let before = settled_heap();
    let mut clients: Vec<_> = (0..SESSIONS)
        .map(|number| Hostile::connect(address, number))
        .collect();
    for client in &mut clients {
        let joins = NAMESPACES.map(|it| format!("1::{it}"));
        let block = String::from(r#"5:::{"name":"block"}"#);
        client.say(0, &[&joins[..], &[block]].concat());
    }
    let last = handle.of(NAMESPACES[2]).expect("a namespace");
    eventually("all have joined", || last.sockets().len() == SESSIONS);
    let sockets = handle.of("").expect("the global namespace").sockets();
    let asked: Vec<_> = sockets
        .iter()
        .enumerate()
        .flat_map(|(number, socket)| fill_maps(socket, number))
        .collect();
    clients.iter_mut().for_each(Hostile::flood);
    clients
        .iter_mut()
        .for_each(Hostile::leave_bodies_unfinished);
    settled_heap();
    sockets.iter().for_each(fill_outbox);
    let filled = settled_heap() - before;
    let worst = of_server().worst_case_bytes(&of_sessions());
    assert_eq!(handle.session_count(), SESSIONS);
    println!(
        "{filled} bytes of {worst}, {} sessions",
        handle.session_count()
    );
    assert!(
        filled <= worst,
        "{filled} bytes, and the limits allow {worst}"
    );
    assert!(filled >= worst / 3, "{filled} bytes, far from {worst}");

    drop((clients, asked, sockets, last));
    gate.add_permits(SESSIONS);
    let ended = handle.shutdown(Duration::from_millis(100));
    socketio_tests::one_runtime::runtime().block_on(ended);
    eventually("nobody is left", || {
        handle.session_count() == 0 && handle.connection_count() == 0
    });
    let left = settled_heap().saturating_sub(before);
    println!("{left} bytes are left");
    assert!(left <= filled / 10, "{left} of {filled} bytes are left");
}
