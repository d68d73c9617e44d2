//! Layers around handlers and jobs.

use std::sync::Arc;

use async_lock::Semaphore;
use socketio_server::{
    Ack, Args, EventContext, Fault, FromEvent, HandlerError, HandlerKind, HandlerOutcome,
    Namespace, Next, Reply, ReplyArgs, ServerBuilder, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen, journal};
use crate::server::TestServer;

tests![
    they_nest_in_the_order_in_which_they_were_added_those_of_the_server_outside,
    they_see_errors_panics_and_rejections_and_the_client_gets_what_they_leave,
    they_change_what_comes_of_it_or_keep_the_handler_from_running,
    who_is_not_initialized_because_of_a_layer_is_kept_out,
    in_the_global_namespace_a_layer_that_skips_the_initializer_ends_the_session,
    a_layer_that_panics_is_a_handler_that_panics,
    all_kinds_of_handlers_have_them,
    jobs_have_them_too,
];

/// Notes what is called and what comes of it, under this name.
fn noting(
    layer: &'static str,
) -> impl Fn(EventContext, Next) -> socketio_server::HandlerFuture + Send + Sync + 'static {
    move |mut context, next| {
        Box::pin(async move {
            let State(pen) = State::<Pen>::from_event(&mut context).expect("a pen");
            pen.note(format_args!("{layer} {} >", context.name()));
            let outcome = next.run(context).await;
            let came_to = match &outcome {
                Ok(_) => "ok".to_owned(),
                Err(error) if error.is_panic() => "panic".to_owned(),
                Err(error) if error.is_rejection() => format!("rejection {}", error.name()),
                Err(error) => format!("{}: {}", error.name(), error.message()),
            };
            pen.note(format_args!("{layer} < {came_to}"));
            outcome
        })
    }
}

fn eventful(name: &str) -> Namespace {
    Namespace::new(name)
        .on("fine", async |Args((number,)): Args<(u8,)>| number)
        .on("later", async || {
            futures_lite::future::yield_now().await;
            "later"
        })
        .on("failing", async || -> Result<(), HandlerError> {
            Err(HandlerError::new("failed", "details"))
        })
        .on("panicking", async || -> () { panic!("secret") })
        .on("by hand", async |ack: Ack| {
            let _ = ack.send(("by", "hand"));
            "by return"
        })
        .on("taken and dropped", async |_: Ack| ())
}

fn start(builder: ServerBuilder) -> (TestServer, Journal) {
    let (journal, pen) = journal();
    let hook = pen.clone();
    let builder = builder
        .state(pen)
        .on_fault(move |_, fault| hook.note(format_args!("fault {}", fault.kind.code())));
    (TestServer::start(builder), journal)
}

fn they_nest_in_the_order_in_which_they_were_added_those_of_the_server_outside() {
    on_each_transport(|transport| {
        let namespace = eventful("/a").layer(noting("three")).layer(noting("four"));
        let builder = ServerBuilder::new()
            .layer(noting("one"))
            .namespace(namespace)
            .namespace(eventful(""))
            .layer(noting("two"));
        let (server, journal) = start(builder);
        let mut client = Client::join(&server, transport, "/a");
        client.send(r#"5:1+:/a:{"name":"fine","args":[7]}"#);
        client.expect("6::/a:1+[7]");
        for layer in ["one", "two", "three", "four"] {
            journal.expect(&format!("{layer} fine >"));
        }
        for layer in ["four", "three", "two", "one"] {
            journal.expect(&format!("{layer} < ok"));
        }
        client.ask(1, "later", "[]");
        client.expect(r#"6:::1+["later"]"#);
        for note in ["one later >", "two later >", "two < ok", "one < ok"] {
            journal.expect(note);
        }
    });
}

fn they_see_errors_panics_and_rejections_and_the_client_gets_what_they_leave() {
    let (server, journal) =
        start(ServerBuilder::new().namespace(eventful("").layer(noting("layer"))));
    let mut client = Client::connect(&server, Transport::WebSocket);
    for (id, name, code, outcome) in [
        (1, "failing", "failed", "failed: details"),
        (2, "panicking", "handler_panicked", "panic"),
        (
            3,
            "fine",
            "invalid_method_args",
            "rejection invalid_method_args",
        ),
        (4, "taken and dropped", "not_answered", "ok"),
    ] {
        client.ask(id, name, "[]");
        let event = client.next();
        assert!(event.contains(&format!("[\"{code}\",")), "{event}");
        let answer = client.next();
        let begin = format!("6:::{id}+[{{\"error\":\"{code}\"");
        assert!(answer.starts_with(&begin), "{answer}");
        journal.expect(&format!("layer {name} >"));
        let notes = journal.sorted(2);
        assert_eq!(
            notes,
            [format!("fault {code}"), format!("layer < {outcome}")]
        );
    }
    client.ask(5, "by hand", "[]");
    client.expect(r#"6:::5+["by","hand"]"#);
    client.ask(6, "fine", "[1]");
    client.expect("6:::6+[1]");
}

fn they_change_what_comes_of_it_or_keep_the_handler_from_running() {
    let namespace = eventful("").layer(async |context: EventContext, next: Next| {
        if context.name() == "later" {
            return ReplyArgs::one("never");
        }
        let outcome = next.run(context).await;
        outcome.or_else(|error| match error.name() {
            "failed" => "recovered".into_args(true),
            _ => Err(HandlerError::new("internal", "sorry")),
        })
    });
    let (server, journal) = start(ServerBuilder::new().namespace(namespace));
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "failing", "[]");
    client.expect(r#"6:::1+["recovered"]"#);
    client.ask(2, "later", "[]");
    client.expect(r#"6:::2+["never"]"#);
    client.ask(3, "panicking", "[]");
    client.expect(r#"5:::{"name":"error","args":["internal","sorry"]}"#);
    client.expect(r#"6:::3+[{"error":"internal","message":"sorry"}]"#);
    journal.expect("fault internal");
}

fn who_is_not_initialized_because_of_a_layer_is_kept_out() {
    let prepared = |name, layer: fn(HandlerOutcome) -> HandlerOutcome, skips: bool| {
        Namespace::new(name)
            .initialize(async || Err::<(), _>(HandlerError::new("unprepared", "details")))
            .on_connect(async |socket: Socket| socket.send("welcome").is_ok())
            .layer(move |context: EventContext, next: Next| async move {
                match context.kind() {
                    HandlerKind::Initialize if skips => layer(ReplyArgs::one("skipped")),
                    HandlerKind::Initialize => layer(next.run(context).await),
                    _ => next.run(context).await,
                }
            })
    };
    let builder = ServerBuilder::new()
        .namespace(prepared("/skipped", |outcome| outcome, true))
        .namespace(prepared("/failed", |outcome| outcome, false))
        .namespace(prepared("/recovered", |_| ReplyArgs::one("fine"), false));
    let (server, journal) = start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for (name, fault) in [("/skipped", "not_initialized"), ("/failed", "unprepared")] {
        client.send(&format!("1::{name}"));
        client.expect(&format!("7::{name}"));
        journal.expect(&format!("fault {fault}"));
    }
    client.send("1::/recovered");
    client.expect("1::/recovered");
    client.expect("3::/recovered:welcome");
}

fn in_the_global_namespace_a_layer_that_skips_the_initializer_ends_the_session() {
    let namespace = Namespace::global()
        .initialize(async || ())
        .layer(async |_: EventContext, _: Next| ReplyArgs::one("skipped"));
    let (server, journal) = start(ServerBuilder::new().namespace(namespace));
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.expect("0::");
    journal.expect("fault not_initialized");
}

fn a_layer_that_panics_is_a_handler_that_panics() {
    let panicking = async |context: EventContext, next: Next| {
        assert_ne!(context.name(), "fine", "secret");
        next.run(context).await
    };
    let namespace = eventful("").layer(noting("outside")).layer(panicking);
    let (server, journal) = start(ServerBuilder::new().namespace(namespace));
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "fine", "[1]");
    client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
    client.expect(r#"6:::1+[{"error":"handler_panicked","message":"internal error"}]"#);
    journal.expect("outside fine >");
    journal.expect("outside < panic");
    journal.expect("fault handler_panicked");
    client.ask(2, "later", "[]");
    client.expect(r#"6:::2+["later"]"#);
}

fn all_kinds_of_handlers_have_them() {
    let namespace = Namespace::new("/a")
        .initialize(async || ())
        .on_connect(async || ())
        .on_message(async || ())
        .on_json(async || ())
        .on_error_packet(async || ())
        .on_concurrently("beside", async || ())
        .on_any(async || ())
        .on_error(async |_: Fault| ())
        .on_disconnect(async || ())
        .layer(async |mut context: EventContext, next: Next| {
            let State(pen) = State::<Pen>::from_event(&mut context)?;
            pen.note(format_args!("{:?}", context.kind()));
            next.run(context).await
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/a");
    for (packet, kind) in [
        ("3::/a:text", HandlerKind::Message),
        ("4::/a:1", HandlerKind::Json),
        ("7::/a:1", HandlerKind::ErrorPacket),
        (r#"5::/a:{"name":"beside"}"#, HandlerKind::Event),
        (r#"5::/a:{"name":"any"}"#, HandlerKind::Event),
        ("5::/a:{", HandlerKind::Error),
        ("0::/a", HandlerKind::Disconnect),
    ] {
        if kind == HandlerKind::Message {
            journal.expect("Initialize");
            journal.expect("Connect");
        }
        client.send(packet);
        journal.expect(&format!("{kind:?}"));
    }
}

fn jobs_have_them_too() {
    let gate = Arc::new(Semaphore::new(0));
    let namespace = Namespace::global()
        .layer(noting("layer"))
        .on(
            "spawn",
            async |socket: Socket, State(gate): State<Arc<Semaphore>>| {
                let _ = gate.acquire().await;
                let job = socket.clone();
                socket.spawn_fallible(async move {
                    job.send("from the job")?;
                    Err(HandlerError::new("job_failed", "why"))
                })?;
                Ok::<_, HandlerError>(())
            },
        )
        .on("spawn panic", async |socket: Socket| {
            socket.spawn(async { panic!("secret") }).is_ok()
        });
    let (server, journal) = start(
        ServerBuilder::new()
            .namespace(namespace)
            .state(Arc::clone(&gate)),
    );
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("spawn", "[]");
    journal.expect("layer spawn >");
    gate.add_permits(1);
    client.expect("3:::from the job");
    let notes = journal.sorted(4);
    assert_eq!(
        notes,
        [
            "fault job_failed",
            "layer < job_failed: why",
            "layer < ok",
            "layer job >"
        ]
    );
    client.emit("spawn panic", "[]");
    let notes = journal.sorted(5);
    assert_eq!(
        notes,
        [
            "fault handler_panicked",
            "layer < ok",
            "layer < panic",
            "layer job >",
            "layer spawn panic >"
        ]
    );
}
