//! Packets for a namespace that the client has not asked to join.

use socketio_server::{ConnectQuery, Namespace, ServerBuilder, Socket, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    the_first_one_joins_and_connecting_later_is_confirmed,
    where_an_authorizer_stands_only_connecting_joins,
    a_packet_under_way_does_not_bring_back_who_was_sent_out,
];

fn chat() -> Namespace {
    Namespace::new("/chat")
        .initialize(async |State(pen): State<Pen>| pen.note("initialize"))
        .on_connect(async |State(pen): State<Pen>, query: ConnectQuery| {
            pen.note(format_args!("connect {}", query.0));
        })
        .on("say", async |State(pen): State<Pen>| {
            pen.note("say");
            "said"
        })
}

fn the_first_one_joins_and_connecting_later_is_confirmed() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(chat());
        let mut client = Client::connect(&server, transport);
        client.send_together(&[
            r#"5:1+:/chat:{"name":"say"}"#,
            "1::/chat:?late",
            r#"5:2+:/chat:{"name":"say"}"#,
        ]);
        client.expect(r#"6::/chat:1+["said"]"#);
        client.expect("1::/chat");
        client.expect(r#"6::/chat:2+["said"]"#);
        for note in ["initialize", "connect ", "say", "say"] {
            journal.expect(note);
        }
    });
}

fn where_an_authorizer_stands_only_connecting_joins() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(chat().authorize(async || true));
        let mut client = Client::connect(&server, transport);
        client.send(r#"5::/chat:{"name":"say"}"#);
        let told = client.next();
        assert!(told.contains("no_such_namespace"), "{told}");
        client.send_together(&["1::/chat", r#"5:2+:/chat:{"name":"say"}"#]);
        client.expect("1::/chat");
        client.expect(r#"6::/chat:2+["said"]"#);
        for note in ["initialize", "connect ", "say"] {
            journal.expect(note);
        }
    });
}

fn a_packet_under_way_does_not_bring_back_who_was_sent_out() {
    let namespace = chat()
        .on("kick me", async |socket: Socket| {
            socket.disconnect().is_ok()
        })
        .on_disconnect(async |State(pen): State<Pen>| pen.note("disconnect"));
    let (server, journal) = TestServer::noting(ServerBuilder::new().namespace(namespace));
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send(r#"5::/chat:{"name":"kick me"}"#);
    client.expect("0::/chat");
    client.send(r#"5::/chat:{"name":"say"}"#);
    let told = client.next();
    assert!(told.contains("no_such_namespace"), "{told}");
    for note in ["initialize", "connect ", "disconnect"] {
        journal.expect(note);
    }
    assert!(
        server
            .handle
            .of("/chat")
            .expect("it is there")
            .sockets()
            .is_empty()
    );
}
