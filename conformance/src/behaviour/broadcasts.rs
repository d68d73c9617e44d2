//! Sending to a whole namespace, and sending without insisting.

use socketio_server::{Delivery, Namespace, SendOptions, Socket, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    a_broadcast_reaches_everybody_else_in_the_namespace,
    what_is_volatile_reaches_a_client_that_can_take_it,
    what_is_volatile_is_not_kept_for_a_client_that_does_not_poll,
];

fn casting(name: &str) -> Namespace {
    Namespace::new(name)
        .on("to others", async |socket: Socket| {
            let cast = socket.broadcast();
            let reach = cast.clone().emit("news", (1,)).map(|reach| reach.queued);
            (
                reach.ok(),
                cast.clone().send("text").queued,
                cast.send_json(&[2]).is_ok(),
            )
        })
        .on("to all", async |socket: Socket| {
            socket.everybody().emit("news", ()).is_ok()
        })
        .on("to all but me", async |socket: Socket| {
            socket
                .everybody()
                .except_socket(&socket)
                .send("but you")
                .queued
        })
}

fn a_broadcast_reaches_everybody_else_in_the_namespace() {
    on_each_transport(|transport| {
        let server = TestServer::of(["", "/chat"].map(casting));
        let mut sender = Client::join(&server, transport, "/chat");
        let mut member = Client::join(&server, transport, "/chat");
        let mut stranger = Client::connect(&server, transport);
        sender.send(r#"5:1+:/chat:{"name":"to others"}"#);
        sender.expect("6::/chat:1+[1,1,true]");
        member.expect(r#"5::/chat:{"name":"news","args":[1]}"#);
        member.expect("3::/chat:text");
        member.expect("4::/chat:[2]");
        sender.send(r#"5:2+:/chat:{"name":"to all but me"}"#);
        sender.expect("6::/chat:2+[1]");
        member.expect("3::/chat:but you");
        sender.send(r#"5:3+:/chat:{"name":"to all"}"#);
        sender.expect(r#"5::/chat:{"name":"news"}"#);
        sender.expect("6::/chat:3+[true]");
        member.expect(r#"5::/chat:{"name":"news"}"#);
        // Everybody is in the global namespace, and the stranger has got nothing so far.
        stranger.ask(1, "to all", "[]");
        for client in [&mut stranger, &mut member, &mut sender] {
            client.expect(r#"5:::{"name":"news"}"#);
        }
    });
}

fn volatile() -> Namespace {
    Namespace::global().on("go", async |socket: Socket, State(pen): State<Pen>| {
        let sent = [
            socket.volatile().emit("maybe", ()),
            socket.volatile().send("maybe"),
            socket.volatile().send_json(&"maybe"),
            socket.with_options(SendOptions::VOLATILE).send("maybe"),
            socket.with_options(SendOptions::RELIABLE).send("surely"),
        ];
        let queued = |it: &Result<Delivery, _>| matches!(it, Ok(Delivery::Queued));
        pen.note(sent.iter().filter(|it| queued(it)).count());
        let reach = socket.everybody().volatile().send("maybe all");
        pen.note(format_args!("{} {}", reach.queued, reach.dropped));
    })
}

fn what_is_volatile_reaches_a_client_that_can_take_it() {
    let (server, journal) = TestServer::noting_of(volatile());
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("go", "[]");
    journal.expect("5");
    journal.expect("1 0");
    for packet in [
        r#"5:::{"name":"maybe"}"#,
        "3:::maybe",
        r#"4:::"maybe""#,
        "3:::maybe",
        "3:::surely",
        "3:::maybe all",
    ] {
        client.expect(packet);
    }
}

fn what_is_volatile_is_not_kept_for_a_client_that_does_not_poll() {
    let (server, journal) = TestServer::noting_of(volatile());
    let mut client = Client::connect(&server, Transport::Polling);
    client.emit("go", "[]");
    journal.expect("1");
    journal.expect("0 1");
    client.send("2::");
    client.expect("3:::surely");
    let everybody = server.handle.of("").expect("the global namespace");
    client.polling().begin_poll();
    eventually("the poll waits", || {
        everybody.everybody().volatile().send("now").queued == 1
    });
    assert_eq!(client.polling().end_poll(), ["3:::now"]);
}
