//! A client's place in a namespace is prepared before anything else of it is handled there.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_lock::Semaphore;
use socketio_server::{
    Acl, Args, ConnectQuery, Extension, HandlerError, Namespace, ServerBuilder, ServerLimits,
    SessionExtension, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    it_runs_once_for_each_client_and_namespace_before_everything_else,
    the_global_namespace_is_initialized_too,
    what_is_not_there_does_not_fit_unless_it_may_be_missing,
    everything_that_the_client_sends_waits_for_it,
    who_cannot_be_prepared_is_refused,
    in_the_global_namespace_the_session_of_who_cannot_be_prepared_ends,
    it_opens_or_closes_the_list_before_the_join_is_decided,
    it_comes_before_the_authorization,
];

#[derive(Default)]
struct Basket(Mutex<Vec<String>>);

struct Visits(AtomicU32);

fn shop(name: &str) -> Namespace {
    Namespace::new(name)
        .initialize(async |socket: Socket, State(pen): State<Pen>| {
            pen.note("initialize");
            socket.extensions().insert(Basket::default());
            let visits = socket.session_extensions();
            let visits = visits.get_or_insert_with(|| Visits(AtomicU32::new(0)));
            visits.0.fetch_add(1, Ordering::Relaxed);
            // It is not in yet.
            assert!(socket.send("too early").is_err() && socket.join("room").is_err());
        })
        .on_connect(async |State(pen): State<Pen>, _: Extension<Basket>| pen.note("connect"))
        .on(
            "add",
            async |basket: Extension<Basket>, Args((item,)): Args<(String,)>| {
                let mut items = basket.0.0.lock().unwrap_or_else(PoisonError::into_inner);
                items.push(item);
                items.clone()
            },
        )
        .on("visits", async |visits: SessionExtension<Visits>| {
            visits.0.0.load(Ordering::Relaxed)
        })
        .on("unknown", async |_: Extension<String>| ())
        .on("perhaps", async |none: Option<Extension<String>>| {
            none.is_none()
        })
}

fn it_runs_once_for_each_client_and_namespace_before_everything_else() {
    on_each_transport(|transport| {
        let builder = ServerBuilder::new()
            .namespace(shop("/shop"))
            .namespace(shop("/other"));
        let (server, journal) = TestServer::noting(builder);
        let mut client = Client::join(&server, transport, "/shop");
        journal.expect("initialize");
        journal.expect("connect");
        client.send_together(&[
            "1::/shop",
            r#"5:1+:/shop:{"name":"add","args":["tea"]}"#,
            r#"5:2+:/shop:{"name":"add","args":["milk"]}"#,
            "1::/other",
            r#"5:3+:/other:{"name":"add","args":["ink"]}"#,
            r#"5:4+:/shop:{"name":"visits"}"#,
        ]);
        client.expect("1::/shop");
        client.expect(r#"6::/shop:1+[["tea"]]"#);
        client.expect(r#"6::/shop:2+[["tea","milk"]]"#);
        client.expect("1::/other");
        client.expect(r#"6::/other:3+[["ink"]]"#);
        client.expect("6::/shop:4+[2]");
        journal.expect("initialize");
        journal.expect("connect");
        // Another client has a basket of its own, and who comes back gets a new one.
        let mut other = Client::join(&server, transport, "/shop");
        let add = r#"5:1+:/shop:{"name":"add","args":["salt"]}"#;
        other.send_together(&[add, "0::/shop", "1::/shop", add]);
        other.expect(r#"6::/shop:1+[["salt"]]"#);
        other.expect("1::/shop");
        other.expect(r#"6::/shop:1+[["salt"]]"#);
    });
}

fn the_global_namespace_is_initialized_too() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(shop(""));
        let mut client = Client::connect(&server, transport);
        journal.expect("initialize");
        journal.expect("connect");
        client.ask(1, "add", r#"["tea"]"#);
        client.expect(r#"6:::1+[["tea"]]"#);
    });
}

fn what_is_not_there_does_not_fit_unless_it_may_be_missing() {
    let (server, _journal) = TestServer::noting_of(shop(""));
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("unknown", "[]");
    client.expect(
        r#"5:::{"name":"error","args":["invalid_method_args","The arguments of 'unknown' do not fit: the client lacks what the handler needs"]}"#,
    );
    client.ask(1, "perhaps", "[]");
    client.expect("6:::1+[true]");
}

fn everything_that_the_client_sends_waits_for_it() {
    on_each_transport(|transport| {
        let gate = Arc::new(Semaphore::new(0));
        let namespace = Namespace::new("/slow")
            .initialize(async |State(gate): State<Arc<Semaphore>>| {
                let _ = gate.acquire().await;
            })
            .on("ping", async || "pong");
        let global = Namespace::global().on("ping", async || "pong");
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .namespace(global)
            .state(Arc::clone(&gate));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        client.send_together(&[
            "1::/slow",
            r#"5:1+:/slow:{"name":"ping"}"#,
            r#"5:2+::{"name":"ping"}"#,
        ]);
        gate.add_permits(1);
        client.expect("1::/slow");
        client.expect(r#"6::/slow:1+["pong"]"#);
        client.expect(r#"6:::2+["pong"]"#);
    });
}

async fn fail(ConnectQuery(query): ConnectQuery) -> Result<(), HandlerError> {
    match &*query {
        "?panic" => panic!("secret"),
        "?never" => std::future::pending().await,
        _ => Err(HandlerError::new("unprepared", "secret")),
    }
}

fn who_cannot_be_prepared_is_refused() {
    let mut limits = ServerLimits::default();
    limits.authorization_timeout = Duration::from_millis(50);
    let namespace = Namespace::new("/shop")
        .initialize(fail)
        .on_connect(async |State(pen): State<Pen>| pen.note("connect"));
    let (journal, pen) = crate::journal::journal();
    let hook = pen.clone();
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .state(pen)
        .limits(limits)
        .on_fault(move |_, fault| hook.note(fault.kind.code()));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    for (query, fault) in [
        ("", "unprepared"),
        (":?panic", "handler_panicked"),
        (":?never", "authorization_timeout"),
    ] {
        client.send(&format!("1::/shop{query}"));
        server.clock.running(|| client.expect("7::/shop"));
        journal.expect(fault);
    }
}

fn in_the_global_namespace_the_session_of_who_cannot_be_prepared_ends() {
    on_each_transport(|transport| {
        let namespace = Namespace::global()
            .initialize(fail)
            .on_connect(async |State(pen): State<Pen>| pen.note("connect"))
            .on_disconnect(async |State(pen): State<Pen>| pen.note("disconnect"));
        let (server, journal) =
            TestServer::noting_listening(ServerBuilder::new().namespace(namespace));
        let mut client = Client::connect(&server, transport);
        client.expect("0::");
        drop(client);
        server.wait_until_deserted();
        drop(server);
        assert!(journal.is_over());
    });
}

fn it_opens_or_closes_the_list_before_the_join_is_decided() {
    let namespace = Namespace::new("/admin")
        .initial_acl(Acl::nothing())
        .initialize(async |socket: Socket| -> Result<(), HandlerError> {
            match socket.handshake().query_param("role").as_deref() {
                Some("admin") => Ok(socket.acl().lift()?),
                Some("guest") => Ok(socket.acl().only(["connect"])?),
                _ => Ok(()),
            }
        })
        .on("shut down", async || "no");
    let server = TestServer::of([namespace]);
    let shut_down = r#"5:1+:/admin:{"name":"shut down"}"#;
    let mut admin = Client::connect_saying(&server, "?role=admin", "");
    admin.send_together(&["1::/admin", shut_down]);
    admin.expect("1::/admin");
    admin.expect(r#"6::/admin:1+["no"]"#);
    let mut guest = Client::connect_saying(&server, "?role=guest", "");
    guest.send_together(&["1::/admin", shut_down]);
    guest.expect("1::/admin");
    let denied = guest.next();
    assert!(denied.contains("method_access_denied"), "{denied}");
    let mut stranger = Client::connect(&server, Transport::WebSocket);
    stranger.send("1::/admin");
    stranger.expect("7::/admin:2");
    let admin = server.handle.of("/admin").expect("a namespace");
    assert_eq!(admin.send("for members").queued, 2);
}

fn it_comes_before_the_authorization() {
    let namespace = Namespace::new("/vip")
        .initialize(async |socket: Socket, ConnectQuery(query): ConnectQuery| {
            socket.extensions().insert(query);
        })
        .authorize(async |query: Extension<String>| *query.0 == "?please");
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send("1::/vip:?now");
    client.expect("7::/vip:2");
    client.send("1::/vip:?please");
    client.expect("1::/vip");
}
