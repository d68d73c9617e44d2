//! What the handlers of events can take.

use std::sync::Arc;

use socketio_server::{
    Args, ConnectQuery, EventName, Handshake, Namespace, RawArgs, Rejection, ServerBuilder, Socket,
    State, Text,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::server::TestServer;

tests![
    arguments_arrive_as_a_tuple,
    arguments_that_do_not_fit_are_answered_and_do_not_reach_the_handler,
    an_extraction_that_fails_can_be_looked_at,
    arguments_and_names_arrive_as_they_were_sent,
    a_handler_of_its_own_comes_before_that_of_any_event,
    state_is_shared_by_all_handlers,
    the_handshake_is_known_to_every_handler,
    extractors_of_something_else_do_not_fit,
    an_answer_is_not_much_larger_than_what_it_answers,
];

fn client_of(namespace: Namespace) -> (TestServer, Client) {
    let server = TestServer::of([namespace]);
    let client = Client::connect(&server, Transport::WebSocket);
    (server, client)
}

fn arguments_arrive_as_a_tuple() {
    on_each_transport(|transport| {
        let namespace = Namespace::global().on(
            "pair",
            async |Args((number, text)): Args<(u8, Option<String>)>| format!("{number} {text:?}"),
        );
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        for (args, answer) in [
            (r#"[1,"x"]"#, r#"1 Some(\"x\")"#),
            ("[2]", "2 None"),
            ("[3,null]", "3 None"),
            (r#"[4,"x",{"more":[]},5]"#, r#"4 Some(\"x\")"#),
            (r#"[5,"☃\n\\"]"#, r#"5 Some(\"☃\\n\\\\\")"#),
        ] {
            client.ask(1, "pair", args);
            client.expect(&format!(r#"6:::1+["{answer}"]"#));
        }
    });
}

fn arguments_that_do_not_fit_are_answered_and_do_not_reach_the_handler() {
    on_each_transport(|transport| {
        let namespace =
            Namespace::global().on("number", async |Args((number,)): Args<(u8,)>| number);
        let server = TestServer::of([namespace]);
        let mut client = Client::connect(&server, transport);
        for args in ["[]", r#"["x"]"#, "[256]", "[null]"] {
            client.ask(1, "number", args);
            let error = client.next();
            let begin = r#"5:::{"name":"error","args":["invalid_method_args","The arguments of 'number' do not fit: "#;
            assert!(error.starts_with(begin), "{error}");
            let answer = client.next();
            let begin = r#"6:::1+[{"error":"invalid_method_args","message":"#;
            assert!(answer.starts_with(begin), "{answer}");
        }
        client.ask(2, "number", "[255]");
        client.expect("6:::2+[255]");
    });
}

fn an_extraction_that_fails_can_be_looked_at() {
    let namespace = Namespace::global().on(
        "number",
        async |number: Result<Args<(u8,)>, Rejection>| match number {
            Ok(Args((number,))) => number.to_string(),
            Err(rejection) => format!("no: {rejection}"),
        },
    );
    let (_server, mut client) = client_of(namespace);
    client.ask(1, "number", "[7]");
    client.expect(r#"6:::1+["7"]"#);
    client.ask(2, "number", "[]");
    let answer = client.next();
    assert!(
        answer.starts_with(r#"6:::2+["no: argument 1 is missing"#),
        "{answer}"
    );
}

fn arguments_and_names_arrive_as_they_were_sent() {
    let namespace = Namespace::global()
        .on_any(async |EventName(name): EventName, args: RawArgs| (name, args.as_str().to_owned()));
    let (_server, mut client) = client_of(namespace);
    client.ask(1, "some event", r#"[ 1.50, {"b":1,"a":2}]"#);
    client.expect(r#"6:::1+["some event","[ 1.50, {\"b\":1,\"a\":2}]"]"#);
    client.send(r#"5:2+::{"name":"bare"}"#);
    client.expect(r#"6:::2+["bare","[]"]"#);
}

fn a_handler_of_its_own_comes_before_that_of_any_event() {
    let namespace = Namespace::global()
        .on("known", async || "own")
        .on("not a-word", async || "own, whatever the pattern")
        .on_any(async || "any");
    let (_server, mut client) = client_of(namespace);
    for (id, name, answer) in [
        (1, "known", "own"),
        (2, "unknown", "any"),
        (3, "not a-word", "own, whatever the pattern"),
    ] {
        client.ask(id, name, "[]");
        client.expect(&format!(r#"6:::{id}+["{answer}"]"#));
    }
}

fn state_is_shared_by_all_handlers() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let count = |namespace: Namespace| {
        namespace.on(
            "count",
            async |State(counter): State<Arc<AtomicU32>>, State(name): State<&'static str>| {
                (counter.fetch_add(1, Ordering::Relaxed), name)
            },
        )
    };
    let builder = ServerBuilder::new()
        .namespace(count(Namespace::global()))
        .namespace(count(Namespace::new("/chat")))
        .state(Arc::new(AtomicU32::new(5)))
        .state("counter");
    let server = TestServer::start(builder);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.ask(1, "count", "[]");
    client.expect(r#"6:::1+[5,"counter"]"#);
    client.send(r#"5:1+:/chat:{"name":"count"}"#);
    client.expect(r#"6::/chat:1+[6,"counter"]"#);
}

fn the_handshake_is_known_to_every_handler() {
    let namespace = Namespace::global().on(
        "handshake",
        async |handshake: Arc<Handshake>, socket: Socket| {
            let id = socket.id();
            (
                handshake.query_param("token"),
                handshake.header("user-agent").map(str::to_owned),
                handshake.peer().map(|peer| peer.ip().to_string()),
                id.as_str().to_owned(),
            )
        },
    );
    let server = TestServer::of([namespace]);
    let headers = "User-Agent: one\r\n";
    let mut client = Client::connect_saying(&server, "?t=1&token=a%26b", headers);
    client.ask(1, "handshake", "[]");
    let sid = client.sid.clone();
    client.expect(&format!(r#"6:::1+["a&b","one","127.0.0.1","{sid}"]"#));
}

fn extractors_of_something_else_do_not_fit() {
    let namespace = Namespace::global()
        .on("event", async |_: Text| ())
        .on("query", async |_: ConnectQuery| ())
        .on_message(async |_: RawArgs| ());
    let (_server, mut client) = client_of(namespace);
    for (packet, why) in [
        (
            r#"5:::{"name":"event"}"#,
            "'event' do not fit: this is no message",
        ),
        (
            r#"5:::{"name":"query"}"#,
            "'query' do not fit: this is no connect",
        ),
        (
            "3:::x",
            "'message' do not fit: there are no event arguments here",
        ),
    ] {
        client.send(packet);
        client.expect(&format!(
            r#"5:::{{"name":"error","args":["invalid_method_args","The arguments of {why}"]}}"#
        ));
    }
}

fn an_answer_is_not_much_larger_than_what_it_answers() {
    let namespace = Namespace::global()
        .on("number", async |_: Args<(u8,)>| ())
        .on("marker", async || ());
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "number", &format!("[\"{}\"]", "x".repeat(600_000)));
    for _ in ["the event", "the acknowledgement"] {
        let packet = client.next();
        assert!(packet.contains("invalid_method_args"), "{packet:.100}");
        assert!(packet.len() < 1000, "{} bytes", packet.len());
    }
    client.ask(2, "marker", "[]");
    client.expect("6:::2");
}
