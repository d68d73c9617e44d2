//! Answers that handlers give by hand.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{Ack, Args, HandlerError, Namespace, ServerBuilder, Socket, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;
use crate::waiting::in_background;

tests![
    an_answer_by_hand_is_the_only_one,
    an_answer_may_come_after_the_handler_has_returned,
    nobody_is_answered_who_did_not_ask,
    an_answer_to_a_client_that_has_gone_fails,
    arguments_that_do_not_fit_are_answered_even_if_the_handler_answers_by_hand,
    a_handler_that_fails_before_it_answers_by_hand_is_answered_for,
];

type Gate = Arc<Semaphore>;

fn an_answer_by_hand_is_the_only_one() {
    on_each_transport(|transport| {
        let namespace = Namespace::global()
            .on("by hand", async |ack: Ack| {
                let _ = ack.send(("by", "hand"));
                "by return"
            })
            .on("nothing", async |ack: Ack| ack.send(()).is_ok())
            .on("marker", async || "marker");
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        client.ask(1, "by hand", "[]");
        client.expect(r#"6:::1+["by","hand"]"#);
        client.ask(2, "nothing", "[]");
        client.expect("6:::2");
        client.ask(3, "marker", "[]");
        client.expect(r#"6:::3+["marker"]"#);
    });
}

fn an_answer_may_come_after_the_handler_has_returned() {
    on_each_transport(|transport| {
        let gate = Gate::new(Semaphore::new(0));
        let namespace = Namespace::global()
            .on("later", async |ack: Ack, State(gate): State<Gate>| {
                in_background(async move {
                    let _ = gate.acquire().await;
                    ack.send((true,)).is_ok()
                });
            })
            .on("marker", async || "marker");
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .state(Gate::clone(&gate));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        client.ask(1, "later", "[]");
        client.ask(2, "marker", "[]");
        client.expect(r#"6:::2+["marker"]"#);
        gate.add_permits(1);
        client.expect("6:::1+[true]");
    });
}

fn nobody_is_answered_who_did_not_ask() {
    let namespace = Namespace::global()
        .on("by hand", async |ack: Ack, State(pen): State<Pen>| {
            pen.note(ack.is_wanted());
            pen.note(ack.send((1,)).is_ok());
        })
        .on("marker", async || "marker");
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("by hand", "[]");
    journal.expect("false");
    journal.expect("true");
    client.ask(1, "marker", "[]");
    client.expect(r#"6:::1+["marker"]"#);
}

fn an_answer_to_a_client_that_has_gone_fails() {
    let gate = Gate::new(Semaphore::new(0));
    let namespace = Namespace::global()
        .on(
            "later",
            async |ack: Ack, State(gate): State<Gate>, State(pen): State<Pen>| {
                in_background(async move {
                    let _ = gate.acquire().await;
                    pen.note(ack.send(()).is_err());
                });
            },
        )
        .on_disconnect(async |State(pen): State<Pen>| pen.note("gone"));
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(Gate::clone(&gate));
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "later", "[]");
    client.send("0::");
    journal.expect("gone");
    gate.add_permits(1);
    journal.expect("true");
}

fn arguments_that_do_not_fit_are_answered_even_if_the_handler_answers_by_hand() {
    let namespace = Namespace::global()
        .on(
            "ack first",
            async |ack: Ack, Args((number,)): Args<(u8,)>| ack.send((number,)).is_ok(),
        )
        .on(
            "ack last",
            async |Args((number,)): Args<(u8,)>, ack: Ack| ack.send((number,)).is_ok(),
        );
    let server = TestServer::of([namespace]);
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        for name in ["ack first", "ack last"] {
            client.ask(1, name, r#"["x"]"#);
            let error = client.next();
            assert!(error.contains("invalid_method_args"), "{error}");
            client.ask(2, name, "[5]");
            let answer = client.next();
            let begin = r#"6:::1+[{"error":"invalid_method_args""#;
            assert!(answer.starts_with(begin), "{name}: {answer}");
            client.expect("6:::2+[5]");
        }
    });
}

fn a_handler_that_fails_before_it_answers_by_hand_is_answered_for() {
    let namespace = Namespace::global()
        .on(
            "failing",
            async |ack: Ack, Args((answered,)): Args<(bool,)>| {
                if answered {
                    ack.send(("by hand",))?;
                }
                Err::<(), _>(HandlerError::new("failed", "no"))
            },
        )
        .on("panicking", async |_ack: Ack| -> () { panic!("secret") })
        .on("giving up", async |ack: Ack, _: Socket| drop(ack))
        .on("marker", async || "marker");
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "failing", "[false]");
    client.expect(r#"5:::{"name":"error","args":["failed","no"]}"#);
    client.expect(r#"6:::1+[{"error":"failed","message":"no"}]"#);
    client.ask(2, "failing", "[true]");
    client.expect(r#"6:::2+["by hand"]"#);
    client.expect(r#"5:::{"name":"error","args":["failed","no"]}"#);
    client.ask(3, "panicking", "[]");
    client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
    client.expect(r#"6:::3+[{"error":"handler_panicked","message":"internal error"}]"#);
    // Who takes the answer in hand and drops it leaves no callback hanging.
    client.ask(4, "giving up", "[]");
    client.expect(r#"5:::{"name":"error","args":["not_answered","the handler gave no answer"]}"#);
    client.expect(r#"6:::4+[{"error":"not_answered","message":"the handler gave no answer"}]"#);
    client.ask(5, "marker", "[]");
    client.expect(r#"6:::5+["marker"]"#);
}
