//! What happens when a handler fails or panics: the session goes on.

use socketio_server::{
    Args, Fault, FaultKind, HandlerError, Namespace, ServerBuilder, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen, journal};
use crate::server::TestServer;

tests![
    a_failure_is_told_to_the_client_and_to_the_application,
    a_panic_is_contained_and_its_text_is_kept_from_the_client,
    a_join_whose_handler_panics_is_a_join,
    a_parting_whose_handler_fails_is_a_parting_and_no_affair_of_the_client,
    an_error_handler_that_fails_does_not_hear_of_itself,
    a_hook_that_panics_harms_nobody,
];

/// Notes what the namespace's error handler and the server's hook hear of.
fn noting(namespace: Namespace) -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let hook = pen.clone();
    let namespace = namespace
        .on("ping", async || "pong")
        .on_error(async |fault: Fault, State(pen): State<Pen>| pen.note(shown("handler", &fault)));
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(pen)
        .on_fault(move |_, fault| hook.note(shown("hook", fault)));
    (TestServer::start(builder), journal)
}

fn shown(who: &str, fault: &Fault) -> String {
    match &fault.kind {
        FaultKind::HandlerFailed { name, message } => format!("{who} {name}: {message}"),
        kind => format!("{who} {kind:?}"),
    }
}

fn expect_going_on(client: &mut Client) {
    client.ask(99, "ping", "[]");
    client.expect(r#"6:::99+["pong"]"#);
}

fn a_failure_is_told_to_the_client_and_to_the_application() {
    on_each_transport(|transport| {
        let (server, journal) = noting(
            Namespace::global()
                .on("named", async || {
                    Err::<(), _>(HandlerError::new("too_late", "it is over"))
                })
                .on("converted", async |Args((text,)): Args<(String,)>| {
                    Ok::<u8, HandlerError>(text.parse()?)
                }),
        );
        let mut client = Client::connect(&server, transport);
        client.ask(1, "named", "[]");
        client.expect(r#"5:::{"name":"error","args":["too_late","it is over"]}"#);
        client.expect(r#"6:::1+[{"error":"too_late","message":"it is over"}]"#);
        journal.expect("hook too_late: it is over");
        journal.expect("handler too_late: it is over");
        client.emit("converted", r#"["x"]"#);
        let message = "invalid digit found in string";
        client.expect(&format!(
            r#"5:::{{"name":"error","args":["handler_failed","{message}"]}}"#
        ));
        journal.expect(&format!("hook handler_failed: {message}"));
        journal.expect(&format!("handler handler_failed: {message}"));
        client.ask(2, "converted", r#"["7"]"#);
        client.expect("6:::2+[7]");
        expect_going_on(&mut client);
    });
}

/// Handlers that panic in every way there is.
fn panicking() -> Namespace {
    Namespace::global()
        .on("at once", |_: Socket| -> std::future::Ready<()> {
            panic!("secret")
        })
        .on("within", async |socket: Socket| -> u8 {
            let _ = socket.emit("begun", ());
            panic!("secret")
        })
        .on("after waiting", async || -> u8 {
            futures_lite::future::yield_now().await;
            panic!("secret")
        })
        .on_concurrently("beside", async || -> u8 {
            futures_lite::future::yield_now().await;
            panic!("secret")
        })
        .on_message(async || -> () { panic!("secret") })
}

fn a_panic_is_contained_and_its_text_is_kept_from_the_client() {
    on_each_transport(|transport| {
        let (server, journal) = noting(panicking());
        let mut client = Client::connect(&server, transport);
        for (name, begun) in [
            ("at once", false),
            ("within", true),
            ("after waiting", false),
            ("beside", false),
        ] {
            client.ask(1, name, "[]");
            if begun {
                client.expect(r#"5:::{"name":"begun"}"#);
            }
            let (code, text) = ("handler_panicked", "internal error");
            client.expect(&format!(
                r#"5:::{{"name":"error","args":["{code}","{text}"]}}"#
            ));
            client.expect(&format!(
                r#"6:::1+[{{"error":"{code}","message":"{text}"}}]"#
            ));
            journal.expect("hook handler_panicked: internal error");
            journal.expect("handler handler_panicked: internal error");
        }
        client.send("3:::x");
        client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
        expect_going_on(&mut client);
    });
}

fn a_join_whose_handler_panics_is_a_join() {
    on_each_transport(|transport| {
        let (server, journal) =
            noting(Namespace::global().on_connect(async || -> () { panic!("secret") }));
        let mut client = Client::connect(&server, transport);
        client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
        journal.expect("hook handler_panicked: internal error");
        expect_going_on(&mut client);
    });
}

fn a_parting_whose_handler_fails_is_a_parting_and_no_affair_of_the_client() {
    let panicking = |name: &str| {
        let namespace = Namespace::new(name);
        match name {
            "/within" => namespace.on_disconnect(async || -> () { panic!("secret") }),
            "/at once" => {
                namespace.on_disconnect(|_: Socket| -> std::future::Ready<()> { panic!("secret") })
            }
            _ => namespace.on_disconnect(async |_: Args<()>| ()),
        }
    };
    let (journal, pen) = journal();
    let builder = ["/within", "/at once", "/not fitting"]
        .into_iter()
        .fold(ServerBuilder::new(), |builder, name| {
            builder.namespace(panicking(name))
        })
        .namespace(Namespace::global().on("ping", async || "pong"))
        .on_fault(move |_, fault| pen.note(shown(&fault.endpoint, fault)));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for name in ["/within", "/at once", "/not fitting"] {
        let join = format!("1::{name}");
        client.send_together(&[&join, &format!("0::{name}")]);
        client.expect(&join);
        let seen = journal.next();
        assert!(seen.starts_with(name), "{seen}");
    }
    expect_going_on(&mut client);
    client.send_together(&["1::/within", "1::/at once", "0::"]);
    drop(client);
    server.wait_until_deserted();
}

fn an_error_handler_that_fails_does_not_hear_of_itself() {
    let (journal, pen) = journal();
    let failing = |name: &str| {
        let namespace = Namespace::new(name).on("ping", async || "pong");
        match name {
            "" => namespace.on_error(async || Err::<(), _>(HandlerError::new("again", "no"))),
            "/panicking" => namespace.on_error(async || -> () { panic!("secret") }),
            _ => namespace.on_error(async |_: Args<(u8,)>| ()),
        }
    };
    let builder = ["", "/panicking", "/not fitting"]
        .into_iter()
        .fold(ServerBuilder::new(), |builder, name| {
            builder.namespace(failing(name))
        })
        .on_fault(move |_, fault| pen.note(shown("hook", fault)));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for (name, second) in [
        ("", "hook again: no"),
        ("/panicking", "hook handler_panicked: internal error"),
        ("/not fitting", "hook InvalidArguments"),
    ] {
        if !name.is_empty() {
            client.send(&format!("1::{name}"));
            client.expect(&format!("1::{name}"));
        }
        client.send(&format!(r#"5::{name}:{{"name":"other"}}"#));
        let error = client.next();
        assert!(error.contains("no_such_method"), "{error}");
        journal.expect(r#"hook NoSuchMethod("other")"#);
        let seen = journal.next();
        assert!(seen.starts_with(second), "{seen}");
        client.send(&format!(r#"5:1+:{name}:{{"name":"ping"}}"#));
        client.expect(&format!(r#"6::{name}:1+["pong"]"#));
    }
}

fn a_hook_that_panics_harms_nobody() {
    on_each_transport(|transport| {
        let namespace = Namespace::global()
            .on("ping", async || "pong")
            .on("failing", async || {
                futures_lite::future::yield_now().await;
                Err::<(), _>(HandlerError::new("failed", "no"))
            });
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .on_fault(|_, _| panic!("secret"));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        client.emit("unknown", "[]");
        let error = client.next();
        assert!(error.contains("no_such_method"), "{error}");
        client.emit("failing", "[]");
        client.expect(r#"5:::{"name":"error","args":["failed","no"]}"#);
        expect_going_on(&mut client);
        client.send("0::");
        drop(client);
        server.wait_until_deserted();
    });
}
