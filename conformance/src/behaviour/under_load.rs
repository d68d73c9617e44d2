//! Ends in the midst of everything: of clients, and of the server.

use std::thread;
use std::time::Duration;

use socketio_server::{Args, Namespace, RawArgs, ServerBuilder, Socket};

use crate::client::{Client, Transport};
use crate::server::{TestServer, with_close_timeout};
use crate::waiting::{PATIENCE, in_background, wait_for};

tests![
    clients_that_break_take_nobody_along,
    a_shutdown_under_load_loses_nothing_that_was_queued,
];

/// Clients of each kind.
const CLIENTS: usize = 8;

/// Events that who stays has answered meanwhile.
const EVENTS: u32 = 100;

/// Packets that may be queued for a client before the application waits for it.
const BACKLOG: usize = 100;

fn echoing() -> Namespace {
    Namespace::global().on("echo", async |args: RawArgs| args)
}

fn transport_of(number: usize) -> Transport {
    [
        Transport::WebSocket,
        Transport::Polling,
        Transport::HtmlFile,
    ][number % 3]
}

/// Breaks all connections while answers are under way.
fn break_off(mut client: Client) {
    for id in 1..=20 {
        client.ask(id, "echo", r#"["somebody hears this"]"#);
    }
    for connection in client.into_connections() {
        connection.reset();
    }
}

fn clients_that_break_take_nobody_along() {
    let builder = ServerBuilder::new().namespace(echoing());
    let server = TestServer::start(with_close_timeout(builder, Duration::from_millis(300)));
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let server = &server;
            scope.spawn(move || {
                let mut staying = Client::connect(server, Transport::WebSocket);
                for id in 1..=EVENTS {
                    staying.ask(id, "echo", &format!("[{id}]"));
                    staying.expect(&format!("6:::{id}+[{id}]"));
                }
            });
            scope.spawn(move || {
                for _ in 0..3 {
                    break_off(Client::connect(server, transport_of(number)));
                }
            });
        }
    });
    server.eventually("nobody is left", || server.handle.session_count() == 0);
    let mut next = Client::connect(&server, Transport::WebSocket);
    next.ask(1, "echo", "[1]");
    next.expect("6:::1+[1]");
}

/// Everybody is sent numbers until the end. Who still reads gets each of them, and then the goodbye.
fn a_shutdown_under_load_loses_nothing_that_was_queued() {
    let counting = Namespace::global().on(
        "count",
        async |socket: Socket, Args((up_to,)): Args<(u32,)>| {
            for number in 0..up_to {
                socket.emit("number", (number,))?;
                while socket.session().backlog().0 > BACKLOG {
                    socket.sleep(Duration::from_millis(1)).await;
                }
            }
            Ok(())
        },
    );
    let server = TestServer::of([counting]);
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|number| Client::connect(&server, transport_of(number)))
        .collect();
    for client in &mut clients {
        client.emit("count", &format!("[{}]", u32::MAX));
        client.expect(r#"5:::{"name":"number","args":[0]}"#);
    }
    server.clock.run();
    let handle = server.handle.clone();
    let complete = in_background(async move { handle.shutdown(PATIENCE).await });
    thread::scope(|scope| {
        for mut client in clients {
            scope.spawn(move || {
                for number in 1.. {
                    let packet = client.next();
                    if packet == "0::" {
                        return;
                    }
                    let expected = format!(r#"5:::{{"name":"number","args":[{number}]}}"#);
                    assert_eq!(packet, expected);
                }
            });
        }
    });
    assert_eq!(wait_for(complete), Ok(true));
}
