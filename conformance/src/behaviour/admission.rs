//! The application decides who may join a namespace.

use std::sync::Arc;
use std::time::Duration;

use async_lock::Semaphore;
use socketio_server::{
    Admission, ConnectQuery, ErrorReason, HandlerError, Namespace, ServerBuilder, ServerLimits,
    Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen, journal};
use crate::server::TestServer;

tests![
    who_is_admitted_joins_and_the_rest_is_told_why_not,
    a_plain_yes_or_no_will_do,
    a_decision_that_panics_before_it_begins_is_a_refusal,
    everything_that_the_client_sends_waits_for_the_decision,
    a_client_that_leaves_before_the_decision_leaves_nothing_behind,
];

/// Decides by the query.
async fn decide(query: ConnectQuery) -> Result<Admission, HandlerError> {
    match &*query.0 {
        "?admit" => Ok(Admission::Admit),
        "?refuse" => Ok(Admission::Refuse),
        "?because" => Ok(Admission::RefuseBecause(ErrorReason::ClientNotHandshaken)),
        "?panic" => panic!("secret"),
        "?never" => std::future::pending().await,
        _ => Err(HandlerError::new("undecided", "secret")),
    }
}

fn server() -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let hook = pen.clone();
    let namespace = Namespace::new("/vip")
        .authorize(decide)
        .on_connect(async |State(pen): State<Pen>| pen.note("joined"))
        .on("ping", async || "pong");
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(pen)
        .limits(impatient())
        .on_fault(move |_, fault| {
            hook.note(format_args!("{}: {}", fault.endpoint, fault.kind.code()));
        });
    (TestServer::start(builder), journal)
}

fn impatient() -> ServerLimits {
    let mut limits = ServerLimits::default();
    limits.authorization_timeout = Duration::from_millis(50);
    limits
}

fn who_is_admitted_joins_and_the_rest_is_told_why_not() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::connect(&server, transport);
        for (query, answer, fault) in [
            (":?refuse", "7::/vip:2", None),
            (":?because", "7::/vip:1", None),
            ("", "7::/vip", Some("undecided")),
            (":?panic", "7::/vip", Some("handler_panicked")),
            (":?never", "7::/vip", Some("authorization_timeout")),
        ] {
            client.send(&format!("1::/vip{query}"));
            server.clock.running(|| client.expect(answer));
            if let Some(fault) = fault {
                journal.expect(&format!("/vip: {fault}"));
            }
            client.send(r#"5::/vip:{"name":"ping"}"#);
            let error = client.next();
            assert!(error.contains("no_such_namespace"), "{error}");
            journal.expect("/vip: no_such_namespace");
        }
        client.send("1::/vip:?admit");
        client.expect("1::/vip");
        journal.expect("joined");
        client.send(r#"5:1+:/vip:{"name":"ping"}"#);
        client.expect(r#"6::/vip:1+["pong"]"#);
    });
}

fn a_plain_yes_or_no_will_do() {
    let namespaces = [
        Namespace::new("/yes").authorize(async || true),
        Namespace::new("/no").authorize(async || Ok(false)),
    ];
    let server = TestServer::of(namespaces);
    let mut client = Client::join(&server, Transport::WebSocket, "/yes");
    client.send("1::/no");
    client.expect("7::/no:2");
}

fn a_decision_that_panics_before_it_begins_is_a_refusal() {
    let namespace =
        Namespace::new("/vip").authorize(|| -> std::future::Ready<bool> { panic!("secret") });
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send("1::/vip");
    client.expect("7::/vip");
    client.send("1::/vip");
    client.expect("7::/vip");
}

/// Admits when the gate is opened.
fn gated(gate: &Arc<Semaphore>) -> ServerBuilder {
    let waiting = Arc::clone(gate);
    let namespace = Namespace::new("/vip")
        .authorize(move |socket: Socket| {
            let gate = Arc::clone(&waiting);
            async move {
                socket.extensions().insert(7_u8);
                let premature = socket.send("premature").is_ok() || socket.join("a").is_ok();
                let _ = gate.acquire().await;
                !premature
            }
        })
        .on("seven", async |socket: Socket| {
            socket.extensions().get::<u8>().as_deref().copied()
        });
    let global = Namespace::global().on("ping", async || "pong");
    ServerBuilder::new().namespace(namespace).namespace(global)
}

fn everything_that_the_client_sends_waits_for_the_decision() {
    on_each_transport(|transport| {
        let gate = Arc::new(Semaphore::new(0));
        let server = TestServer::start(gated(&gate));
        let mut client = Client::connect(&server, transport);
        let mut other = Client::connect(&server, transport);
        client.send_together(&[
            "1::/vip",
            r#"5:1+:/vip:{"name":"seven"}"#,
            r#"5:2+::{"name":"ping"}"#,
        ]);
        other.ask(3, "ping", "[]");
        other.expect(r#"6:::3+["pong"]"#);
        gate.add_permits(1);
        client.expect("1::/vip");
        client.expect("6::/vip:1+[7]");
        client.expect(r#"6:::2+["pong"]"#);
    });
}

fn a_client_that_leaves_before_the_decision_leaves_nothing_behind() {
    on_each_transport(|transport| {
        let gate = Arc::new(Semaphore::new(0));
        let server = TestServer::start(gated(&gate));
        let mut client = Client::connect(&server, transport);
        client.send("1::/vip");
        client.send("0::");
        drop(client);
        gate.add_permits(1);
        server.wait_until_deserted();
    });
}
