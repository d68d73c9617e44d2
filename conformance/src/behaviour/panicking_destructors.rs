//! Values of the application whose destructors panic.

use std::future::Future;
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_lite::future::poll_once;
use socketio_server::{
    HandlerError, Handshake, Namespace, ServerBuilder, ServerHandle, Socket, State,
};

use crate::client::{Client, on_each_transport};
use crate::http_client::HttpClient;
use crate::journal::{Pen, journal};
use crate::server::TestServer;
use crate::waiting::{PATIENCE, in_background, wait_for};

tests![
    a_session_goes_on_behind_a_handler_that_holds_one,
    others_go_on_when_a_client_leaves_some_behind,
    the_server_goes_on_behind_tasks_that_hold_some,
    a_panic_may_carry_one,
    so_may_the_panic_of_a_destructor,
    a_handshake_that_comes_too_late_may_hold_one,
];

struct Bomb(Pen);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.note("dropped");
        panic!("secret");
    }
}

/// A destructor whose panic carries another one.
struct Chain(Pen);

impl Drop for Chain {
    fn drop(&mut self) {
        panic_any(Bomb(self.0.clone()));
    }
}

/// Is done at once, and holds its value until it is dropped.
struct Holding {
    _bomb: Bomb,
}

impl Future for Holding {
    type Output = &'static str;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<&'static str> {
        Poll::Ready("done")
    }
}

/// The same, of a task.
struct HoldingTask {
    holding: Holding,
    panics: bool,
}

impl Future for HoldingTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        assert!(!self.panics, "secret");
        Pin::new(&mut self.holding).poll(cx).map(drop)
    }
}

fn armed(name: &str) -> Namespace {
    Namespace::new(name)
        .on("hold", |State(pen): State<Pen>| Holding {
            _bomb: Bomb(pen),
        })
        .on("keep", async |socket: Socket, State(pen): State<Pen>| {
            socket.extensions().insert(Bomb(pen.clone()));
            socket.session_extensions().insert(Bomb(pen));
        })
        .on("job", async |socket: Socket, State(pen): State<Pen>| {
            let bomb = Bomb(pen);
            socket.spawn(async move {
                let _bomb = bomb;
                std::future::pending::<()>().await;
            })?;
            Ok::<_, HandlerError>(())
        })
        .on("throw", async |State(pen): State<Pen>| -> &'static str {
            panic_any(Bomb(pen))
        })
        .on("chain", async |socket: Socket, State(pen): State<Pen>| {
            socket.extensions().insert(Chain(pen.clone()));
            socket.session_extensions().insert(Chain(pen));
        })
        .on("ping", async || "pong")
}

fn a_panic_may_carry_one() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(armed(""));
        let mut client = Client::connect(&server, transport);
        client.send_together(&[r#"5:1+::{"name":"throw"}"#, r#"5:2+::{"name":"ping"}"#]);
        client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
        client.expect(r#"6:::1+[{"error":"handler_panicked","message":"internal error"}]"#);
        client.expect(r#"6:::2+["pong"]"#);
        journal.expect("dropped");
    });
}

fn so_may_the_panic_of_a_destructor() {
    on_each_transport(|transport| {
        // All have one timer, and need it.
        let builder = ServerBuilder::new().namespace(armed("")).shards(1);
        let (server, journal) = TestServer::noting(builder);
        for _ in 0..2 {
            let mut client = Client::connect(&server, transport);
            client.send_together(&[r#"5:1+::{"name":"chain"}"#, r#"5:2+::{"name":"ping"}"#]);
            client.expect("6:::1");
            client.expect(r#"6:::2+["pong"]"#);
            drop(client);
            server.wait_until_deserted();
            journal.expect("dropped");
            journal.expect("dropped");
        }
    });
}

fn a_handshake_that_comes_too_late_may_hold_one() {
    let (journal, pen) = journal();
    let own: Arc<OnceLock<ServerHandle>> = Arc::default();
    let (ends, ended) = async_channel::bounded(1);
    let handle = Arc::clone(&own);
    let builder = ServerBuilder::new().authorize(move |handshake: Arc<Handshake>| {
        let (handle, ends, bomb) = (Arc::clone(&handle), ends.clone(), Bomb(pen.clone()));
        async move {
            handshake.extensions().insert(bomb);
            let handle = handle.get().cloned().expect("it serves");
            let mut shutdown = Box::pin(async move { handle.shutdown(PATIENCE).await });
            assert!(
                poll_once(&mut shutdown).await.is_none(),
                "this is waited for"
            );
            let _ = ends.send(in_background(shutdown)).await;
            Ok(true)
        }
    });
    let server = TestServer::start(builder);
    assert!(own.set(server.handle.clone()).is_ok());
    let mut http = HttpClient::open(server.address);
    http.begin("GET", "/socket.io/1/", &http.referer(), "");
    journal.expect("dropped");
    let ended = wait_for(ended.recv()).expect("it has begun");
    assert_eq!(wait_for(ended), Ok(true), "nobody is left");
}

fn a_session_goes_on_behind_a_handler_that_holds_one() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(armed(""));
        let mut client = Client::connect(&server, transport);
        client.send_together(&[r#"5:1+::{"name":"hold"}"#, r#"5:2+::{"name":"ping"}"#]);
        // It is still the handler's: its panic is that of the handler.
        client.expect(r#"5:::{"name":"error","args":["handler_panicked","internal error"]}"#);
        client.expect(r#"6:::1+[{"error":"handler_panicked","message":"internal error"}]"#);
        client.expect(r#"6:::2+["pong"]"#);
        journal.expect("dropped");
    });
}

fn others_go_on_when_a_client_leaves_some_behind() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(armed("/armed"));
        let mut client = Client::join(&server, transport, "/armed");
        let arm = [
            r#"5::/armed:{"name":"keep"}"#,
            r#"5::/armed:{"name":"job"}"#,
            r#"5:1+:/armed:{"name":"ping"}"#,
        ];
        client.send_together(&arm);
        client.expect(r#"6::/armed:1+["pong"]"#);
        client.send("0::/armed");
        journal.expect("dropped");
        journal.expect("dropped");
        client.send_together(&["1::/armed", arm[0], arm[2]]);
        client.expect("1::/armed");
        // The handler replaces what has been there for the session, and it is the one to drop it.
        let told = client.next();
        assert!(told.contains("handler_panicked"), "{told}");
        client.expect(r#"6::/armed:1+["pong"]"#);
        journal.expect("dropped");
        client.send("0::");
        drop(client);
        server.wait_until_deserted();
        let mut other = Client::join(&server, transport, "/armed");
        other.send(arm[2]);
        other.expect(r#"6::/armed:1+["pong"]"#);
        other.send("0::");
        drop(other);
        server.wait_until_deserted();
    });
}

fn the_server_goes_on_behind_tasks_that_hold_some() {
    on_each_transport(|transport| {
        let (journal, pen) = journal();
        let server =
            TestServer::start(ServerBuilder::new().state(pen.clone()).namespace(armed("")));
        for panics in [false, true] {
            let _bomb = Bomb(pen.clone());
            let holding = Holding { _bomb };
            server.handle.spawn(HoldingTask { holding, panics });
            journal.expect("dropped");
        }
        let mut client = Client::connect(&server, transport);
        client.send(r#"5:1+::{"name":"ping"}"#);
        client.expect(r#"6:::1+["pong"]"#);
    });
}
