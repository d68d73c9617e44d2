//! Questions to clients: packets whose answers the server awaits.

use std::time::Duration;

use socketio_server::{AckError, AckMode, HandlerError, Namespace, ServerBuilder, Socket, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    a_handler_may_wait_for_the_answer,
    numbers_are_counted_for_each_namespace,
    answers_with_unknown_or_used_numbers_are_ignored,
    an_answer_that_does_not_fit_is_an_error,
    messages_are_acknowledged_by_the_clients_library,
    an_answer_that_does_not_come_in_time_is_given_up,
    an_answer_from_a_client_that_leaves_is_given_up_at_once,
    an_answer_from_a_namespace_that_the_client_leaves_is_given_up,
    a_question_to_who_has_gone_is_not_asked,
    no_more_answers_are_awaited_than_allowed,
    another_kind_of_answer_can_be_asked_for,
    who_stops_waiting_gives_the_place_back,
];

/// Asks the client for its age, and answers what came of it.
fn asking(namespace: Namespace) -> Namespace {
    namespace.on("ask me", async |socket: Socket| {
        let (age,) = socket
            .emit_with_ack("how old", ("really",))
            .args::<(u8,)>()
            .await?;
        Ok::<_, HandlerError>(age)
    })
}

fn a_handler_may_wait_for_the_answer() {
    on_each_transport(|transport| {
        let server = TestServer::of([asking(Namespace::global())]);
        let mut client = Client::connect(&server, transport);
        for id in 1..4 {
            client.ask(id, "ask me", "[]");
            client.expect(&format!(
                r#"5:{id}+::{{"name":"how old","args":["really"]}}"#
            ));
            client.send(&format!("6:::{id}+[{id}0]"));
            client.expect(&format!("6:::{id}+[{id}0]"));
        }
    });
}

fn numbers_are_counted_for_each_namespace() {
    on_each_transport(|transport| {
        let namespaces = ["", "/a", "/b"].map(|name| asking(Namespace::new(name)));
        let server = TestServer::of(namespaces);
        let mut client = Client::join(&server, transport, "/a");
        client.send("1::/b");
        client.expect("1::/b");
        for name in ["/b", "", "/a"] {
            client.send(&format!(r#"5:7+:{name}:{{"name":"ask me"}}"#));
            client.expect(&format!(
                r#"5:1+:{name}:{{"name":"how old","args":["really"]}}"#
            ));
            // An answer for another namespace is none.
            client.send("6::/nowhere:1+[99]");
            client.send(&format!("6::{name}:1+[4]"));
            client.expect(&format!("6::{name}:7+[4]"));
        }
    });
}

fn answers_with_unknown_or_used_numbers_are_ignored() {
    on_each_transport(|transport| {
        let server = TestServer::of([asking(Namespace::global())]);
        let mut client = Client::connect(&server, transport);
        for stray in ["6:::1+[1]", "6:::0+[1]", "6:::99999999999999999999+[1]"] {
            client.send(stray);
        }
        client.ask(5, "ask me", "[]");
        client.expect(r#"5:1+::{"name":"how old","args":["really"]}"#);
        client.send_together(&["6:::2+[20]", "6:::1+[10]", "6:::1+[11]"]);
        client.expect("6:::5+[10]");
        client.send("6:::1+[12]");
        client.ask(6, "ask me", "[]");
        client.expect(r#"5:2+::{"name":"how old","args":["really"]}"#);
        client.send("6:::2+[21]");
        client.expect("6:::6+[21]");
    });
}

fn an_answer_that_does_not_fit_is_an_error() {
    let server = TestServer::of([asking(Namespace::global())]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "ask me", "[]");
    client.next();
    client.send("6:::1");
    let error = client.next();
    assert!(
        error.contains("the answer does not fit: argument 1 is missing"),
        "{error}"
    );
}

fn messages_are_acknowledged_by_the_clients_library() {
    on_each_transport(|transport| {
        let namespace = Namespace::global().on("go", async |socket: Socket| {
            let text = socket.send_with_ack("hello").await?;
            let json = socket.send_json_with_ack(&[1]).await?;
            Ok::<_, HandlerError>((text.as_str().to_owned(), json.as_str().to_owned()))
        });
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        client.ask(1, "go", "[]");
        client.expect("3:1::hello");
        client.send("6:::1");
        client.expect("4:2::[1]");
        client.send("6:::2");
        client.expect(r#"6:::1+["[]","[]"]"#);
    });
}

/// Notes how the wait for an answer ends.
fn noting_outcome(within: Duration) -> Namespace {
    Namespace::global().on(
        "ask me",
        move |socket: Socket, State(pen): State<Pen>| async move {
            let outcome = socket.emit_with_ack("how old", ()).within(within).await;
            pen.note(match outcome {
                Ok(args) => args.as_str().to_owned(),
                Err(AckError::TimedOut) => "timed out".to_owned(),
                Err(AckError::Disconnected(reason)) => format!("{reason:?}"),
                Err(other) => format!("{other}"),
            });
        },
    )
}

fn an_answer_that_does_not_come_in_time_is_given_up() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(noting_outcome(Duration::from_millis(30)));
        let mut client = Client::connect(&server, transport);
        client.emit("ask me", "[]");
        client.expect(r#"5:1+::{"name":"how old"}"#);
        server.clock.running(|| journal.expect("timed out"));
        client.send("6:::1+[1]");
        client.emit("ask me", "[]");
        client.expect(r#"5:2+::{"name":"how old"}"#);
        server.clock.running(|| journal.expect("timed out"));
    });
}

fn an_answer_from_a_client_that_leaves_is_given_up_at_once() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(noting_outcome(Duration::MAX));
        let mut client = Client::connect(&server, transport);
        client.emit("ask me", "[]");
        client.expect(r#"5:1+::{"name":"how old"}"#);
        client.send("0::");
        journal.expect("ClientDisconnected");
        drop(client);
        server.wait_until_deserted();
    });
}

fn an_answer_from_a_namespace_that_the_client_leaves_is_given_up() {
    let namespace = Namespace::new("/chat")
        .on_concurrently("ask me", async |socket: Socket, State(pen): State<Pen>| {
            let outcome = socket.emit_with_ack("how old", ()).await;
            if let Err(AckError::Disconnected(reason)) = outcome {
                pen.note(format_args!("{reason:?}"));
            }
        })
        .on_disconnect(async |State(pen): State<Pen>| pen.note("left"));
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send(r#"5::/chat:{"name":"ask me"}"#);
    client.expect(r#"5:1+:/chat:{"name":"how old"}"#);
    client.send("0::/chat");
    assert_eq!(journal.sorted(2), ["ClientDisconnected", "left"]);
}

fn a_question_to_who_has_gone_is_not_asked() {
    let namespace =
        Namespace::global().on_disconnect(async |socket: Socket, State(pen): State<Pen>| {
            let outcome = socket.emit_with_ack("how old", ()).await;
            pen.note(matches!(outcome, Err(AckError::Send(_))));
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send("0::");
    journal.expect("true");
}

fn no_more_answers_are_awaited_than_allowed() {
    let mut limits = socketio_server::SessionLimits::default();
    limits.awaited_acks = 1;
    let namespace = Namespace::global().on_concurrently("ask me", async |socket: Socket| {
        match socket.emit_with_ack("how old", ()).await {
            Ok(args) => args.as_str().to_owned(),
            Err(error) => error.to_string(),
        }
    });
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .session_limits(limits);
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "ask me", "[]");
    client.expect(r#"5:1+::{"name":"how old"}"#);
    client.ask(2, "ask me", "[]");
    client.expect(r#"6:::2+["too many acknowledgements are awaited"]"#);
    client.send("6:::1+[5]");
    client.expect(r#"6:::1+["[5]"]"#);
}

fn another_kind_of_answer_can_be_asked_for() {
    let namespace =
        Namespace::global().on_connect(async |socket: Socket, State(pen): State<Pen>| {
            let text = socket.send_with_ack("hello").mode(AckMode::Data);
            pen.note(text.await.is_ok_and(|args| args.as_str() == "[1]"));
            let event = socket.emit_with_ack("e", ()).mode(AckMode::Automatic);
            pen.note(event.await.is_ok_and(|args| args.as_str() == "[]"));
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.expect("3:1+::hello");
    client.send("6:::1+[1]");
    journal.expect("true");
    client.expect(r#"5:2::{"name":"e"}"#);
    client.send("6:::2");
    journal.expect("true");
}

fn who_stops_waiting_gives_the_place_back() {
    let mut limits = socketio_server::SessionLimits::default();
    limits.awaited_acks = 1;
    let namespace = Namespace::global().on("ask me", async |socket: Socket| {
        for question in ["one", "two"] {
            let mut asked = std::pin::pin!(socket.emit_with_ack(question, ()).into_future());
            // It is sent when it is first awaited, and then given up.
            assert!(has_to_wait(asked.as_mut()).await);
        }
        let (answer,) = socket.emit_with_ack("three", ()).args::<(u8,)>().await?;
        Ok::<_, HandlerError>(answer)
    });
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .session_limits(limits);
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "ask me", "[]");
    for (id, question) in [(1, "one"), (2, "two"), (3, "three")] {
        client.expect(&format!(r#"5:{id}+::{{"name":"{question}"}}"#));
    }
    // Too late for the first, which means nothing to anybody.
    client.send("6:::1+[1]");
    client.send("6:::3+[3]");
    client.expect("6:::1+[3]");
}

/// Looks once; true if it has to wait.
async fn has_to_wait(mut work: std::pin::Pin<&mut (impl Future + ?Sized)>) -> bool {
    std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_pending())).await
}
