//! The server from outside of handlers.

use socketio_server::{Namespace, Socket};

use crate::client::{Client, Transport, on_each_transport};
use crate::server::TestServer;
use crate::waiting::{in_background, wait_for};

tests![
    a_namespace_can_be_told_from_outside,
    clients_are_listed_and_can_be_dealt_with,
    sessions_are_counted,
];

fn chat() -> Namespace {
    Namespace::new("/chat").on("join", async |socket: Socket| socket.join("a").is_ok())
}

fn a_namespace_can_be_told_from_outside() {
    on_each_transport(|transport| {
        let server = TestServer::of([chat()]);
        let chat = server.handle.of("/chat").expect("a namespace");
        assert!(server.handle.of("/nowhere").is_none());
        assert_eq!(chat.send("to nobody").queued, 0);
        let mut one = Client::join(&server, transport, "/chat");
        let mut other = Client::join(&server, transport, "/chat");
        let mut stranger = Client::connect(&server, transport);
        one.send(r#"5:1+:/chat:{"name":"join"}"#);
        one.expect("6::/chat:1+[true]");
        assert_eq!(chat.emit("news", (1,)).expect("a number").queued, 2);
        assert_eq!(chat.send_json(&[2]).expect("a list").queued, 2);
        assert_eq!(chat.to("a").send("to a").queued, 1);
        assert_eq!(chat.except("a").send("except a").queued, 1);
        assert_eq!(chat.everybody().to("b").send("to b").queued, 0);
        for client in [&mut one, &mut other] {
            client.expect(r#"5::/chat:{"name":"news","args":[1]}"#);
            client.expect("4::/chat:[2]");
        }
        one.expect("3::/chat:to a");
        other.expect("3::/chat:except a");
        let global = server.handle.of("").expect("the global namespace");
        assert_eq!(global.send("all").queued, 3);
        stranger.expect("3:::all");
    });
}

fn clients_are_listed_and_can_be_dealt_with() {
    on_each_transport(|transport| {
        let server = TestServer::of([chat()]);
        let mut one = Client::join(&server, transport, "/chat");
        let other = Client::join(&server, transport, "/chat");
        one.send(r#"5:1+:/chat:{"name":"join"}"#);
        one.expect("6::/chat:1+[true]");
        let chat = server.handle.of("/chat").expect("a namespace");
        let mut ids: Vec<_> = chat
            .sockets()
            .iter()
            .map(|it| it.id().as_str().to_owned())
            .collect();
        ids.sort();
        let mut expected = [one.sid.clone(), other.sid];
        expected.sort();
        assert_eq!(ids, expected);
        let in_a = chat.sockets_in("a");
        assert_eq!(in_a.len(), 1);
        assert_eq!(in_a[0].id().as_str(), one.sid);
        assert!(chat.sockets_in("b").is_empty());

        let asked = in_a[0].clone();
        let answer = in_background(async move { asked.send_with_ack("there?").await.is_ok() });
        one.expect("3:1:/chat:there?");
        one.send("6::/chat:1");
        assert!(wait_for(answer).expect("an answer"));

        in_a[0].disconnect().expect("a member");
        one.expect("0::/chat");
        assert!(in_a[0].disconnect().is_err());
        assert_eq!(chat.sockets().len(), 1);
    });
}

fn sessions_are_counted() {
    let server = TestServer::of([]);
    assert_eq!(server.handle.session_count(), 0);
    let one = Client::connect(&server, Transport::WebSocket);
    let two = Client::connect(&server, Transport::WebSocket);
    assert_eq!(server.handle.session_count(), 2);
    assert!(server.handle.connection_count() >= 2);
    drop((one, two));
    server.wait_until_deserted();
}
