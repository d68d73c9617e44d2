//! What the handlers of messages, joins and partings can take.

use serde_json::Value;
use socketio_server::{
    ConnectQuery, DisconnectReason, Json, Namespace, RawJson, ServerBuilder, Socket, State, Text,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    messages_arrive_as_text,
    json_messages_arrive_as_values_or_as_text,
    a_message_that_asks_the_application_is_answered_by_the_handler,
    the_query_of_a_join_is_known_when_it_happens,
    a_repeated_join_is_confirmed_and_nothing_else,
    each_membership_is_told_why_it_ends,
];

fn messages_arrive_as_text() {
    on_each_transport(|transport| {
        let namespace = Namespace::global()
            .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok());
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        client.send_together(&["3:::hello: ☃\n\u{fffd}😀", "3:::", "3::"]);
        client.expect("3:::hello: ☃\n\u{fffd}😀");
        client.expect("3::");
        client.expect("3::");
    });
}

fn json_messages_arrive_as_values_or_as_text() {
    on_each_transport(|transport| {
        let values = Namespace::new("/values").on_json(
            async |socket: Socket, Json((number, text)): Json<(u8, String)>| {
                socket.send_json(&(text, number)).is_ok()
            },
        );
        let texts = Namespace::new("/texts").on_json(async |socket: Socket, json: RawJson| {
            let _ = socket.send_json(&json);
            socket.send(json.as_str()).is_ok()
        });
        let server = TestServer::of([values, texts]);
        let mut client = Client::join(&server, transport, "/values");
        client.send(r#"4::/values:[1,"a"]"#);
        client.expect(r#"4::/values:["a",1]"#);
        client.send("4::/values:null");
        let error = client.next();
        assert!(
            error.contains("The arguments of 'json' do not fit"),
            "{error}"
        );
        client.send("1::/texts");
        client.expect("1::/texts");
        client.send(r#"4::/texts:{"b": 1.50}"#);
        client.expect(r#"4::/texts:{"b": 1.50}"#);
        client.expect(r#"3::/texts:{"b": 1.50}"#);
    });
}

fn a_message_that_asks_the_application_is_answered_by_the_handler() {
    let namespace = Namespace::global()
        .on_message(async |Text(text): Text| text.len())
        .on_json(async |Json(value): Json<Value>| Json(vec![value]));
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.send("3:1+::four");
    client.expect("6:::1+[4]");
    client.send("4:2+::{}");
    client.expect("6:::2+[[{}]]");
    // What the library answers, the handler does not answer again.
    client.send("3:3::four");
    client.expect("6:::3");
    client.send("3:4+::four");
    client.expect("6:::4+[4]");
}

fn the_query_of_a_join_is_known_when_it_happens() {
    on_each_transport(|transport| {
        let namespace = Namespace::new("/chat").on_connect(
            async |socket: Socket, ConnectQuery(query): ConnectQuery| socket.send(&query).is_ok(),
        );
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        client.send("1::/chat:?name=a:b");
        client.expect("1::/chat");
        client.expect("3::/chat:?name=a:b");
    });
}

fn a_repeated_join_is_confirmed_and_nothing_else() {
    let namespace = Namespace::new("/chat").on_connect(async |State(pen): State<Pen>| {
        pen.note("joined");
    });
    let namespace = namespace.on("marker", async |State(pen): State<Pen>| pen.note("marker"));
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send_together(&["1::/chat", r#"5::/chat:{"name":"marker"}"#]);
    client.expect("1::/chat");
    journal.expect("joined");
    journal.expect("marker");
}

/// Notes why clients leave the global namespace and `/chat`.
fn noting_reasons() -> [Namespace; 2] {
    ["", "/chat"].map(|name| {
        Namespace::new(name).on_disconnect(
            async |socket: Socket, reason: DisconnectReason, State(pen): State<Pen>| {
                pen.note(format_args!("{:?} {reason:?}", socket.namespace()));
            },
        )
    })
}

fn each_membership_is_told_why_it_ends() {
    on_each_transport(|transport| {
        let builder = noting_reasons()
            .into_iter()
            .fold(ServerBuilder::new(), |builder, it| builder.namespace(it));
        let (server, journal) = TestServer::noting(builder);
        let mut client = Client::join(&server, transport, "/chat");
        client.send("0::/chat");
        journal.expect(r#""/chat" ClientDisconnected"#);
        client.send("1::/chat");
        client.expect("1::/chat");
        client.send("0::");
        let both = journal.sorted(2);
        assert_eq!(
            both,
            [r#""" ClientDisconnected"#, r#""/chat" ClientDisconnected"#]
        );
        drop(client);
        server.wait_until_deserted();
    });
}
