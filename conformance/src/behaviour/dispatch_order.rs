//! One client's events are handled in order and one at a time; clients do not wait for each
//! other.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{Args, Namespace, ServerBuilder, ServerLimits, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen};
use crate::server::TestServer;

tests![
    a_slow_handler_delays_its_client_and_nobody_else,
    a_handler_may_run_beside_the_next_ones,
    many_events_are_handled_in_the_order_in_which_they_were_sent,
    joining_and_leaving_keep_their_place_in_the_order,
];

type Gate = Arc<Semaphore>;

async fn slow(State(gate): State<Gate>, State(pen): State<Pen>) {
    pen.note("slow begins");
    gate.acquire().await.forget();
    pen.note("slow ends");
}

fn server(gate: &Gate) -> (TestServer, Journal) {
    let namespaces = ["", "/chat"].map(|name| {
        Namespace::new(name)
            .on("slow", slow)
            .on_concurrently("beside", slow)
            .on(
                "fast",
                async |Args((who,)): Args<(String,)>, State(pen): State<Pen>| {
                    pen.note(format_args!("fast {who}"));
                },
            )
    });
    let mut limits = ServerLimits::default();
    limits.concurrent_handlers = 2;
    let builder = namespaces
        .into_iter()
        .fold(ServerBuilder::new(), |builder, it| builder.namespace(it))
        .limits(limits)
        .state(Gate::clone(gate));
    TestServer::noting(builder)
}

fn closed() -> Gate {
    Gate::new(Semaphore::new(0))
}

fn a_slow_handler_delays_its_client_and_nobody_else() {
    on_each_transport(|transport| {
        let gate = closed();
        let (server, journal) = server(&gate);
        let mut one = Client::join(&server, transport, "/chat");
        let mut other = Client::connect(&server, transport);
        one.emit("slow", "[]");
        journal.expect("slow begins");
        one.emit("fast", r#"["one"]"#);
        one.send(r#"5::/chat:{"name":"fast","args":["in another namespace"]}"#);
        one.send("2::");
        other.emit("fast", r#"["other"]"#);
        journal.expect("fast other");
        gate.add_permits(1);
        journal.expect("slow ends");
        journal.expect("fast one");
        journal.expect("fast in another namespace");
    });
}

fn a_handler_may_run_beside_the_next_ones() {
    on_each_transport(|transport| {
        let gate = closed();
        let (server, journal) = server(&gate);
        let mut client = Client::connect(&server, transport);
        client.emit("beside", "[]");
        client.emit("fast", r#"["first"]"#);
        client.emit("beside", "[]");
        client.emit("fast", r#"["second"]"#);
        for note in ["slow begins", "fast first", "slow begins", "fast second"] {
            journal.expect(note);
        }
        // Those that run beside are as many as they may be.
        client.emit("beside", "[]");
        client.emit("fast", r#"["third"]"#);
        journal.expect("slow begins");
        gate.add_permits(3);
        let rest = journal.sorted(4);
        assert_eq!(rest, ["fast third", "slow ends", "slow ends", "slow ends"]);
    });
}

fn many_events_are_handled_in_the_order_in_which_they_were_sent() {
    on_each_transport(|transport| {
        let handle = async |Args((number,)): Args<(u32,)>, State(pen): State<Pen>| {
            if number % 3 == 0 {
                futures_lite::future::yield_now().await;
            }
            pen.note(number);
        };
        let namespace = Namespace::global().on("odd", handle).on("even", handle);
        let (server, journal) = TestServer::noting_of(namespace);
        let mut client = Client::connect(&server, transport);
        let event = |number: u32| {
            let name = if number % 2 == 0 { "even" } else { "odd" };
            format!(r#"5:::{{"name":"{name}","args":[{number}]}}"#)
        };
        for round in 0..3 {
            let events: Vec<_> = (round * 500..(round + 1) * 500).map(event).collect();
            let texts: Vec<_> = events.iter().map(String::as_str).collect();
            client.send_together(&texts);
        }
        for number in 0..1500 {
            journal.expect(&number.to_string());
        }
    });
}

fn joining_and_leaving_keep_their_place_in_the_order() {
    let namespace = Namespace::new("/chat")
        .on_connect(async |State(pen): State<Pen>| {
            futures_lite::future::yield_now().await;
            pen.note("joined");
        })
        .on("event", async |State(pen): State<Pen>| {
            futures_lite::future::yield_now().await;
            pen.note("event");
        })
        .on_disconnect(async |State(pen): State<Pen>| {
            futures_lite::future::yield_now().await;
            pen.note("left");
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let event = r#"5::/chat:{"name":"event"}"#;
    client.send_together(&[
        "1::/chat", event, event, "0::/chat", "1::/chat", event, "0::",
    ]);
    for note in [
        "joined", "event", "event", "left", "joined", "event", "left",
    ] {
        journal.expect(note);
    }
}
