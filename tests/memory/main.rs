//! Clients that fill everything that can be filled, and the heap: it stays below what the limits say.

mod attack;
mod kept_connections;
mod tiny_fragments;

use std::alloc::System;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use cap::Cap;
use socketio_conformance::client::{WebSocket, handshake};
use socketio_conformance::http_client::HttpClient;
use socketio_conformance::replay::raw_websocket::{TEXT, frame_bytes};
use socketio_driver_tokio::{
    Delivery, Namespace, OverflowPolicy, PeerShare, SendError, Server, ServerBuilder, ServerHandle,
    ServerLimits, SessionLimits, Socket, State, Text, TransportName,
};
use tokio::sync::Semaphore;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const PATIENCE: Duration = Duration::from_secs(60);

/// All tests share one heap.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Half of them on websockets, half polling.
const SESSIONS: usize = 20;

/// For each client that polls, besides that for its polls.
const POSTS: usize = 6;

/// Clients that poll.
const POLLING: u64 = SESSIONS as u64 / 2;

const CONNECTIONS: usize = SESSIONS / 2 + SESSIONS / 2 * (1 + POSTS);

const PACKET: usize = 32 << 10;

/// As much as they can bring about.
const BUDGET: usize = 20 << 20;

/// The bytes of a form may be twice as many as those of a payload.
const LARGEST_FORM: usize = 2 * (PACKET + (64 << 10));

/// What comes of a form that does not end.
const BEGUN: usize = LARGEST_FORM - (1 << 10);

/// All but two posts of each client that polls bring such a form.
const BODIES: usize = SESSIONS / 2 * (POSTS - 2);

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
        .memory_budget_bytes(BUDGET)
        .peers(16)
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
        .limits(of_server());
    started(patient(builder))
}

/// Nobody is given up while something is measured.
fn patient(builder: ServerBuilder) -> ServerBuilder {
    builder
        .heartbeat_timeout(3 * PATIENCE)
        .heartbeat_interval(2 * PATIENCE)
        .close_timeout(3 * PATIENCE)
}

fn started(builder: ServerBuilder) -> (SocketAddr, ServerHandle) {
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

/// How much the heap has grown since it had this many bytes.
fn grown_since(before: usize) -> usize {
    HEAP.allocated().saturating_sub(before)
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

    /// Bodies that never end.
    fn leave_bodies_unfinished(&mut self) {
        if let Self::Polling { sid, posts } = self {
            let begun = "x".repeat(BEGUN);
            for post in &mut posts[2..] {
                post.send(&format!(
                    "POST /socket.io/1/jsonp-polling/{sid}?i=0 HTTP/1.1\r\nHost: x\r\n\
                     Content-Length: {LARGEST_FORM}\r\n\r\nd=%22{begun}"
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

/// Sends until the outbox takes no more.
fn fill_outbox(socket: &Socket) {
    let rest = socket.overflow(OverflowPolicy::DropNewest);
    // What large ones leave free takes smaller ones.
    for text in ["x".repeat(PACKET - 16), "x".repeat(1000)] {
        while rest.send(&text).expect("a session that goes on") == Delivery::Queued {}
    }
}

fn has_full_inbox(socket: &Socket) -> bool {
    let counters = socket.session().counters().expect("a session");
    counters.bytes_received > of_sessions().inbox_bytes as u64
}

/// Whether more has left the outbox than it can hold, so that something is on its way behind it.
fn has_been_written_to(socket: &Socket) -> bool {
    let counters = socket.session().counters().expect("a session");
    counters.bytes_sent > of_sessions().outbox_bytes as u64
}

fn is_on_websocket(socket: &&Socket) -> bool {
    socket.session().transport() == Some(TransportName::WebSocket)
}

/// Has clients and the application take up all the room there is.
fn fill(handle: &ServerHandle, clients: &mut [Hostile], sockets: &[Socket]) {
    let websockets: Vec<_> = sockets.iter().filter(is_on_websocket).collect();
    assert_eq!(websockets.len(), SESSIONS / 2);
    let uploads = handle.counters().uploads + POLLING;
    clients.iter_mut().for_each(Hostile::flood);
    eventually("every post has been read", || {
        handle.counters().uploads == uploads
    });
    eventually("every websocket's inbox is full", || {
        websockets.iter().all(|socket| has_full_inbox(socket))
    });

    let before = HEAP.allocated();
    clients
        .iter_mut()
        .for_each(Hostile::leave_bodies_unfinished);
    eventually("what there is of bodies has been read", || {
        grown_since(before) >= BODIES * BEGUN
    });

    eventually("every outbox has run over", || {
        sockets.iter().for_each(fill_outbox);
        websockets.iter().all(|socket| has_been_written_to(socket))
    });
}

#[test]
fn the_heap_stays_below_what_the_limits_say_and_comes_back() {
    let _turn = one_at_a_time();
    let gate = Gate::new(Semaphore::new(0));
    let (address, handle) = start(&gate);
    let before = HEAP.allocated();
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
    fill(&handle, &mut clients, &sockets);
    let filled = grown_since(before);
    let worst = of_server().worst_case_bytes(&of_sessions());
    assert_eq!(handle.session_count(), SESSIONS);
    assert!(filled >= worst / 3, "{filled} bytes, far from {worst}");

    drop((clients, asked, sockets, last));
    gate.add_permits(SESSIONS);
    let ended = handle.shutdown(Duration::from_millis(100));
    socketio_tests::one_runtime::runtime().block_on(ended);
    eventually("nobody is left", || {
        handle.session_count() == 0 && handle.connection_count() == 0
    });
    eventually("the heap is what it was, but for a tenth", || {
        grown_since(before) <= filled / 10
    });
    let peak = HEAP.max_allocated() - before;
    println!("{filled} bytes, {peak} at the peak, and {worst} would be allowed");
    assert!(peak <= worst, "{peak} bytes, and the limits allow {worst}");
}
