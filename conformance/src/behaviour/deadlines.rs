//! Every state has a deadline: whoever falls silent, client or application, nothing is left of it.
//! What a client may have left behind where it vanished is seen in `vanishing`.

use std::future::pending;
use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{
    Ack, EventContext, HandlerError, Namespace, Next, RawPacket, ServerBuilder, ServerLimits,
    Socket, State, Text,
};

use crate::client::{Client, Transport, handshake, on_each_transport, upgrade_request};
use crate::http_client::HttpClient;
use crate::journal::{Journal, Pen, journal};
use crate::replay::connection::Connection;
use crate::server::{SHORT, TestServer, impatient};
use crate::waiting::{PATIENCE, eventually};

tests![
    nothing_is_left_of_any_state,
    a_handler_that_never_returns_is_dropped_and_the_next_event_has_its_turn,
    whatever_the_application_is_called_for_has_its_time,
    a_handler_that_answers_by_hand_is_answered_for,
    a_namespace_may_give_its_handlers_a_time_of_its_own,
];

/// Notes when it is dropped.
struct Dropped(Pen);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note("dropped");
    }
}

/// Whatever its name is, it never comes to an end.
fn endless() -> Namespace {
    Namespace::global()
        .on("wait", async || pending::<()>().await)
        .on_concurrently("wait beside", async || pending::<()>().await)
        .on("ask", async |socket: Socket| {
            let _room = socket.join("asked");
            let question = socket.emit_with_ack("question", ()).within(SHORT);
            let _ = question.await;
        })
        .on("work", async |socket: Socket| {
            let _room = socket.join("working");
            let _ = socket.spawn(pending());
        })
        .on("fail", async || {
            Err::<(), _>(HandlerError::new("failed", ""))
        })
        .on_error(async || pending::<()>().await)
        .on_disconnect(async || pending::<()>().await)
}

/// A namespace for each of the other ways to keep somebody waiting.
fn other_namespaces() -> [Namespace; 5] {
    [
        Namespace::new("/initialize").initialize(async || pending::<()>().await),
        Namespace::new("/authorize").authorize(async || pending::<bool>().await),
        Namespace::new("/connect").on_connect(async || pending::<()>().await),
        Namespace::new("/dispatch").dispatch(async |_: RawPacket| {
            pending::<()>().await;
            socketio_server::Dispatch::Drop
        }),
        Namespace::new("/layer")
            .layer(async |_: EventContext, _: Next| pending().await)
            .on_message(async |_: Text| ()),
    ]
}

/// Brings about a state, and keeps the connections that are in it.
type Place = fn(&TestServer) -> Vec<Connection>;

const STATES: [(&str, Place); 18] = [
    ("accepted", |server| vec![opened(server, "")]),
    ("head begun", |server| {
        vec![opened(server, "GET /socket.io/1/ HTTP/1.1\r\nHost:")]
    }),
    ("head and no body", |server| {
        let sid = handshake(server.address, "");
        let head = "HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
        let begun = format!("POST /socket.io/1/xhr-polling/{sid} {head}3:::");
        vec![opened(server, &begun)]
    }),
    ("handshake unused", |server| {
        handshake(server.address, "");
        Vec::new()
    }),
    ("upgrade begun", |server| {
        let sid = handshake(server.address, "");
        let request = upgrade_request(server.address, &sid, "");
        vec![opened(server, request.trim_end())]
    }),
    ("poll held", |server| {
        Client::connect_and_poll(server).into_connections()
    }),
    ("between polls", |server| {
        Client::connect(server, Transport::Polling).into_connections()
    }),
    ("close frame unanswered", |server| {
        let mut client = Client::connect(server, Transport::WebSocket);
        client.send("0::");
        client.expect("0::");
        client.into_connections()
    }),
    ("question unanswered", |server| saying(server, "ask")),
    ("job at work", |server| saying(server, "work")),
    ("handler at work", |server| saying(server, "wait")),
    ("concurrent handler at work", |server| {
        saying(server, "wait beside")
    }),
    ("handler for faults at work", |server| {
        saying(server, "fail")
    }),
    ("initializing", |server| joining(server, "/initialize", &[])),
    ("authorizing", |server| joining(server, "/authorize", &[])),
    ("connecting", |server| joining(server, "/connect", &[])),
    ("dispatching", |server| {
        joining(server, "/dispatch", &["3::/dispatch:x"])
    }),
    ("in a layer", |server| {
        joining(server, "/layer", &["3::/layer:x"])
    }),
];

fn opened(server: &TestServer, said: &str) -> Connection {
    let mut http = HttpClient::open(server.address);
    http.send(said);
    http.connection
}

fn saying(server: &TestServer, event: &str) -> Vec<Connection> {
    let mut client = Client::connect(server, Transport::WebSocket);
    client.ask(1, event, "[]");
    client.emit("behind it", "[]");
    client.into_connections()
}

fn joining(server: &TestServer, namespace: &str, behind: &[&str]) -> Vec<Connection> {
    let mut client = Client::connect(server, Transport::WebSocket);
    client.send(&format!("1::{namespace}"));
    for packet in behind {
        client.send(packet);
    }
    client.into_connections()
}

fn nothing_is_left_of_any_state() {
    // All at once, each on a server of its own.
    let begun = STATES.map(|(name, state)| {
        let builder = impatient(ServerBuilder::new()).namespace(endless());
        let builder = other_namespaces()
            .into_iter()
            .fold(builder, ServerBuilder::namespace);
        let (server, tasks) = TestServer::counted(builder);
        let idle = tasks.count();
        let connections = state(&server);
        (name, server, tasks, idle, connections)
    });
    // From here on, and for all at once.
    begun.iter().for_each(|(_, server, ..)| server.clock.run());
    for (name, server, tasks, idle, _connections) in &begun {
        eventually(&format!("{name}: no session and no connection"), || {
            server.handle.session_count() == 0 && server.handle.connection_count() == 0
        });
        eventually(&format!("{name}: no handler and no job"), || {
            tasks.count() == *idle
        });
        let global = server.handle.of("").expect("the global namespace");
        assert!(global.rooms().is_empty(), "{name}: {:?}", global.rooms());
        assert!(global.sockets().is_empty(), "{name}");
    }
}

/// Notes what the server's hook hears of.
fn noting(builder: ServerBuilder, limits: ServerLimits) -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let hook = pen.clone();
    let builder = builder
        .state(pen)
        .limits(limits)
        .on_fault(move |_, fault| hook.note(fault.kind.code()));
    (TestServer::start(builder), journal)
}

fn hasty() -> ServerLimits {
    ServerLimits::default().handler_timeout(Some(SHORT))
}

const TOLD: &str =
    r#"5:::{"name":"error","args":["handler_timed_out","the handler took too long"]}"#;

fn answer_to(id: u32) -> String {
    format!(r#"6:::{id}+[{{"error":"handler_timed_out","message":"the handler took too long"}}]"#)
}

fn a_handler_that_never_returns_is_dropped_and_the_next_event_has_its_turn() {
    on_each_transport(|transport| {
        let namespace = Namespace::global()
            .on("wait", async |State(pen): State<Pen>| {
                let _dropped = Dropped(pen);
                pending::<()>().await;
            })
            .on("next", async || "turn");
        let (server, journal) = noting(ServerBuilder::new().namespace(namespace), hasty());
        let mut client = Client::connect(&server, transport);
        let wait = r#"5:1+::{"name":"wait"}"#;
        let next = r#"5:2+::{"name":"next"}"#;
        client.send_together(&[wait, next]);
        server.clock.run();
        client.expect(TOLD);
        client.expect(&answer_to(1));
        client.expect(r#"6:::2+["turn"]"#);
        journal.expect("dropped");
        journal.expect("handler_timed_out");
    });
}

fn whatever_the_application_is_called_for_has_its_time() {
    let global = Namespace::global()
        .on("fail", async || {
            Err::<(), _>(HandlerError::new("failed", ""))
        })
        .on_concurrently("wait beside", async || pending::<()>().await)
        .on_error(async || pending::<()>().await)
        .on_disconnect(async || pending::<()>().await);
    let builder = ServerBuilder::new().namespace(global);
    let builder = other_namespaces()
        .into_iter()
        .fold(builder, ServerBuilder::namespace);
    let limits = hasty().authorization_timeout(SHORT);
    let (server, journal) = noting(builder, limits);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for (packet, faults) in [
        ("1::/initialize", &["authorization_timeout"][..]),
        ("1::/authorize", &["authorization_timeout"]),
        ("1::/connect", &["handler_timed_out"]),
        ("3::/dispatch:x", &["handler_timed_out"]),
        ("3::/layer:x", &["handler_timed_out"]),
        (
            r#"5:::{"name":"wait beside"}"#,
            // The handler's own, and that of the handler for faults.
            &["handler_timed_out", "handler_timed_out"],
        ),
        (r#"5:::{"name":"fail"}"#, &["failed", "handler_timed_out"]),
        ("0::", &["handler_timed_out"]),
    ] {
        client.send(packet);
        for fault in faults {
            let told = server.clock.running(|| journal.next());
            assert_eq!(told, *fault, "{packet}");
        }
    }
    drop(client);
    server.wait_until_deserted();
}

fn a_handler_that_answers_by_hand_is_answered_for() {
    for layered in [false, true] {
        let passing = async |context: EventContext, next: Next| next.run(context).await;
        let namespace = Namespace::global()
            .on("keep", async |ack: Ack| {
                pending::<()>().await;
                let _ = ack.send(("never",));
            })
            .on("wait", async || pending::<()>().await);
        let namespace = match layered {
            true => namespace.layer(passing),
            false => namespace,
        };
        let (server, journal) = noting(ServerBuilder::new().namespace(namespace), hasty());
        let mut client = Client::connect(&server, Transport::WebSocket);
        for (id, event) in [(1, "keep"), (2, "wait")] {
            client.ask(id, event, "[]");
            server.clock.running(|| client.expect(TOLD));
            client.expect(&answer_to(id));
            journal.expect("handler_timed_out");
        }
    }
}

fn a_namespace_may_give_its_handlers_a_time_of_its_own() {
    type Gate = Arc<Semaphore>;
    let gate = Gate::new(Semaphore::new(0));
    let waiting = |name: &str| {
        Namespace::new(name).on("wait", async |State(gate): State<Gate>| {
            let _ = gate.acquire().await;
            "waited"
        })
    };
    let builder = ServerBuilder::new()
        .namespace(waiting("/hasty"))
        .namespace(waiting("/patient").handler_timeout(None))
        .namespace(waiting("/less hasty").handler_timeout(PATIENCE))
        .state(Gate::clone(&gate));
    let (server, journal) = noting(builder, hasty());
    let mut clients = ["/patient", "/less hasty", "/hasty"].map(|namespace| {
        let mut client = Client::join(&server, Transport::WebSocket, namespace);
        client.send(&format!(r#"5:1+:{namespace}:{{"name":"wait"}}"#));
        client
    });
    server.clock.running(|| journal.expect("handler_timed_out"));
    gate.add_permits(2);
    let [patient, less_hasty, hasty] = &mut clients;
    patient.expect(r#"6::/patient:1+["waited"]"#);
    less_hasty.expect(r#"6::/less hasty:1+["waited"]"#);
    assert!(hasty.next().contains("handler_timed_out"));
}
