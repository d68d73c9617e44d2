//! What applications start on the server's runtime, whichever that is.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::Poll;
use std::time::Duration;

use socketio_server::{HandlerError, Namespace, ServerHandle, Sleep, Socket};

use crate::client::{Client, Transport};
use crate::server::TestServer;
use crate::waiting::{PATIENCE, wait_for};

tests![
    jobs_sleep_on_the_servers_runtime,
    timers_run_from_when_they_are_started,
    a_servers_task_tells_its_clients,
    a_panic_in_a_servers_task_harms_nobody_else,
];

const SHORT: Duration = Duration::from_millis(20);

/// Too long for any test.
const LONG: Duration = Duration::from_secs(3600);

async fn is_over(timer: &mut Sleep) -> bool {
    poll_fn(|cx| Poll::Ready(Future::poll(Pin::new(&mut *timer), cx).is_ready())).await
}

fn jobs_sleep_on_the_servers_runtime() {
    let namespace = Namespace::global().on("wait", async |socket: Socket| {
        let client = socket.clone();
        socket.spawn(async move {
            client.sleep(SHORT).await;
            let _ = client.send("slept");
        })?;
        Ok::<_, HandlerError>("begun")
    });
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "wait", "[]");
    client.expect(r#"6:::1+["begun"]"#);
    server.clock.run();
    client.expect("3:::slept");
}

fn timers_run_from_when_they_are_started() {
    let server = TestServer::of([]);
    server.clock.run();
    wait_for(async {
        let mut early = server.handle.sleep(SHORT);
        let mut never = server.handle.sleep(LONG);
        // Started later and no shorter, so it ends later.
        server.handle.sleep(SHORT * 2).await;
        assert!(is_over(&mut early).await, "it waited to be polled");
        assert!(!is_over(&mut never).await);
    });
}

fn a_servers_task_tells_its_clients() {
    let server = TestServer::of([Namespace::new("/news")]);
    let mut client = Client::join(&server, Transport::WebSocket, "/news");
    let publishing = server.handle.clone();
    server.handle.spawn(async move {
        publishing.sleep(SHORT).await;
        if let Some(news) = publishing.of("/news") {
            news.send("published");
        }
    });
    server.clock.run();
    client.expect("3::/news:published");
}

fn a_panic_in_a_servers_task_harms_nobody_else() {
    let server = TestServer::of([Namespace::global().on("go on", async || "gone on")]);
    panic_in_a_task(&server.handle);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "go on", "[]");
    client.expect(r#"6:::1+["gone on"]"#);
}

/// Waits until it has happened.
fn panic_in_a_task(handle: &ServerHandle) {
    let (over, happened) = mpsc::channel::<()>();
    handle.spawn(async move {
        let _over = over;
        panic!("nobody waits for this task");
    });
    let news = happened.recv_timeout(PATIENCE);
    assert_eq!(news, Err(RecvTimeoutError::Disconnected));
}
