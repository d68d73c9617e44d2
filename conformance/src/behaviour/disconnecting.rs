//! The server sends clients away.

use socketio_server::{
    DisconnectReason, HandlerError, Misuse, Namespace, SendError, ServerBuilder, Socket, State,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::{Journal, Pen};
use crate::server::TestServer;

tests![
    a_client_can_be_sent_out_of_a_namespace,
    out_of_the_global_namespace_is_out_of_the_session,
    the_whole_session_can_be_ended_from_any_namespace,
    a_client_that_polls_is_told_at_once_if_it_waits,
];

fn dismissing(name: &str) -> Namespace {
    Namespace::new(name)
        .on(
            "send me away",
            async |socket: Socket, State(pen): State<Pen>| {
                let _ = socket.send("farewell")?;
                socket.disconnect()?;
                pen.note(matches!(
                    socket.send("too late"),
                    Err(SendError::Misuse(Misuse::NotJoined | Misuse::Closed(_)))
                ));
                pen.note(socket.is_connected());
                Ok::<_, HandlerError>("not heard")
            },
        )
        .on("end", async |socket: Socket| socket.disconnect_session())
        .on("ping", async || "pong")
        .on_disconnect(
            async |socket: Socket, reason: DisconnectReason, State(pen): State<Pen>| {
                pen.note(format_args!("{:?} {reason:?}", socket.namespace()));
            },
        )
}

fn server() -> (TestServer, Journal) {
    let builder = ServerBuilder::new()
        .namespace(dismissing(""))
        .namespace(dismissing("/chat"));
    TestServer::noting(builder)
}

fn a_client_can_be_sent_out_of_a_namespace() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        client.send(r#"5::/chat:{"name":"send me away"}"#);
        client.expect("3::/chat:farewell");
        client.expect("0::/chat");
        client.send(r#"5::/chat:{"name":"ping"}"#);
        let error = client.next();
        assert!(error.contains("no_such_namespace"), "{error}");
        client.ask(3, "ping", "[]");
        client.expect(r#"6:::3+["pong"]"#);
        journal.expect("true");
        journal.expect("false");
        journal.expect(r#""/chat" ServerDisconnected"#);
        client.send("1::/chat");
        client.expect("1::/chat");
        client.send(r#"5:1+:/chat:{"name":"ping"}"#);
        client.expect(r#"6::/chat:1+["pong"]"#);
    });
}

fn expect_end(client: &mut Client, transport: Transport) {
    client.expect("0::");
    match transport {
        Transport::WebSocket => client.websocket().expect_close(1000),
        Transport::Polling | Transport::Jsonp => client.expect("7:::1+0"),
        Transport::HtmlFile => client.htmlfile().expect_end(),
    }
}

fn out_of_the_global_namespace_is_out_of_the_session() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        client.send(r#"5::/chat:{"name":"ping"}"#);
        client.ask(1, "send me away", "[]");
        client.expect("3:::farewell");
        expect_end(&mut client, transport);
        journal.expect("true");
        journal.expect("false");
        let left = journal.sorted(2);
        assert_eq!(
            left,
            [r#""" ServerDisconnected"#, r#""/chat" ServerDisconnected"#]
        );
        drop(client);
        server.wait_until_deserted();
    });
}

fn the_whole_session_can_be_ended_from_any_namespace() {
    on_each_transport(|transport| {
        let (server, journal) = server();
        let mut client = Client::join(&server, transport, "/chat");
        client.send(r#"5::/chat:{"name":"end"}"#);
        expect_end(&mut client, transport);
        assert_eq!(journal.sorted(2).len(), 2);
        drop(client);
        server.wait_until_deserted();
    });
}

fn a_client_that_polls_is_told_at_once_if_it_waits() {
    let (server, _journal) = server();
    let mut client = Client::connect(&server, Transport::Polling);
    let polling = client.polling();
    polling.begin_poll();
    polling.post(r#"5:::{"name":"end"}"#);
    assert_eq!(polling.end_poll(), ["0::"]);
    client.expect("7:::1+0");
}
