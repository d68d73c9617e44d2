//! Jobs that live as long as a client is in a namespace.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{
    DisconnectReason, HandlerError, Misuse, Namespace, ServerBuilder, ServerLimits, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    a_job_runs_until_the_disconnect_handler_has_run,
    a_job_ends_even_if_there_is_no_disconnect_handler_or_it_panics,
    a_panic_in_a_job_is_contained,
    there_is_an_end_to_jobs_and_none_for_who_has_gone,
    all_jobs_of_a_client_can_be_cancelled_and_new_ones_started,
];

/// Says so when it is dropped.
struct Dropped(Pen);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note("job over");
    }
}

fn with_job(name: &str) -> Namespace {
    Namespace::new(name)
        .on_connect(async |socket: Socket, State(pen): State<Pen>| {
            let client = socket.clone();
            Ok::<_, HandlerError>(socket.spawn(async move {
                let _over = Dropped(pen);
                let _ = client.send("working");
                std::future::pending::<()>().await;
            })?)
        })
        .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
            futures_lite::future::yield_now().await;
            pen.note(format_args!("{reason:?}"));
        })
}

fn a_job_runs_until_the_disconnect_handler_has_run() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(with_job("/chat"));
        let mut client = Client::join(&server, transport, "/chat");
        client.expect("3::/chat:working");
        client.send("0::/chat");
        journal.expect("ClientDisconnected");
        journal.expect("job over");
        let (server, journal) = TestServer::noting_of(with_job(""));
        let mut client = Client::connect(&server, transport);
        client.expect("3:::working");
        client.send("0::");
        journal.expect("ClientDisconnected");
        journal.expect("job over");
    });
}

fn a_job_ends_even_if_there_is_no_disconnect_handler_or_it_panics() {
    let namespaces = ["/none", "/panicking"].map(|name| {
        let namespace =
            Namespace::new(name).on("work", async |socket: Socket, State(pen): State<Pen>| {
                let job = Dropped(pen);
                let work = async move {
                    let _over = job;
                    std::future::pending::<()>().await;
                };
                socket.spawn(work).is_ok()
            });
        match name {
            "/none" => namespace,
            _ => namespace.on_disconnect(async || -> () { panic!("secret") }),
        }
    });
    let builder = namespaces
        .into_iter()
        .fold(ServerBuilder::new(), |builder, it| builder.namespace(it));
    let (server, journal) = TestServer::noting(builder);
    for name in ["/none", "/panicking"] {
        let mut client = Client::join(&server, Transport::WebSocket, name);
        client.send(&format!(r#"5:1+:{name}:{{"name":"work"}}"#));
        client.expect(&format!("6::{name}:1+[true]"));
        client.send(&format!("0::{name}"));
        journal.expect("job over");
    }
}

fn a_panic_in_a_job_is_contained() {
    let namespace = Namespace::global()
        .on("go", async |socket: Socket, State(pen): State<Pen>| {
            let job = Dropped(pen);
            socket
                .spawn(async move {
                    let _over = job;
                    panic!("secret")
                })
                .is_ok()
        })
        .on("ping", async || "pong");
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "go", "[]");
    client.expect("6:::1+[true]");
    journal.expect("job over");
    client.ask(2, "ping", "[]");
    client.expect(r#"6:::2+["pong"]"#);
}

fn there_is_an_end_to_jobs_and_none_for_who_has_gone() {
    let gate = Arc::new(Semaphore::new(0));
    let namespace = Namespace::global()
        .on(
            "work",
            async |socket: Socket, State(gate): State<Arc<Semaphore>>, State(pen): State<Pen>| {
                let job = Dropped(pen);
                let work = async move {
                    let _over = job;
                    let _ = gate.acquire().await;
                };
                match socket.spawn(work) {
                    Ok(()) => "started",
                    Err(Misuse::TooManyJobs) => "too many",
                    Err(_) => "gone",
                }
            },
        )
        .on_disconnect(async |socket: Socket, State(pen): State<Pen>| {
            pen.note("left");
            let late = socket.clone();
            // The membership ends when this handler has run.
            let _ = socket.spawn(async move {
                let _keep = late;
                std::future::pending::<()>().await;
            });
        });
    let mut limits = ServerLimits::default();
    limits.jobs_per_session = 1;
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .limits(limits)
        .state(Arc::clone(&gate));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "work", "[]");
    client.expect(r#"6:::1+["started"]"#);
    client.ask(2, "work", "[]");
    client.expect(r#"6:::2+["too many"]"#);
    journal.expect("job over");
    gate.add_permits(1);
    journal.expect("job over");
    // Its place is free a moment after it is over.
    loop {
        client.ask(3, "work", "[]");
        if client.next() == r#"6:::3+["started"]"# {
            break;
        }
        journal.expect("job over");
    }
    client.send("0::");
    drop(client);
    server.wait_until_deserted();
}

fn all_jobs_of_a_client_can_be_cancelled_and_new_ones_started() {
    let namespace =
        with_job("/chat").on("again", async |socket: Socket, State(pen): State<Pen>| {
            socket.cancel_jobs();
            let client = socket.clone();
            socket.spawn(async move {
                let _over = Dropped(pen);
                let _ = client.send("again");
                std::future::pending::<()>().await;
            })?;
            Ok::<_, HandlerError>(())
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.expect("3::/chat:working");
    for _ in 0..2 {
        client.send(r#"5::/chat:{"name":"again"}"#);
        client.expect("3::/chat:again");
        journal.expect("job over");
    }
    client.send("0::/chat");
    journal.expect("ClientDisconnected");
    journal.expect("job over");
}
