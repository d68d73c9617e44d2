//! What handlers return is what the client is answered.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde_json::json;
use socketio_server::{HandlerError, Json, Namespace, RawArgs, ReplyArgs};

use crate::client::{Client, on_each_transport};
use crate::server::TestServer;

tests![
    every_kind_of_value_answers,
    who_asks_for_no_answer_gets_none,
    ids_are_repeated_as_they_were_written,
];

fn numbers() -> Namespace {
    Namespace::global()
        .on("bool", async || true)
        .on("char", async || 'ä')
        .on("f32", async || 1.5_f32)
        .on("f64", async || -0.25_f64)
        .on("i64", async || i64::MIN)
        .on("u64", async || u64::MAX)
        .on("usize", async || 3_usize)
}

fn with_texts(namespace: Namespace) -> Namespace {
    namespace
        .on("str", async || "a\"b\u{2028}")
        .on("string", async || "text".to_owned())
        .on("cow", async || Cow::Borrowed("cow"))
}

fn with_structures(namespace: Namespace) -> Namespace {
    namespace
        .on("unit", async || ())
        .on("none", async || None::<u8>)
        .on("some", async || Some("x"))
        .on("vec", async || vec![1, 2])
        .on("btree", async || BTreeMap::from([("a".to_owned(), 1)]))
        .on("hash", async || HashMap::from([("a".to_owned(), [2])]))
        .on("value", async || json!({"a": null}))
        .on("json", async || Json([Some(1), None]))
        .on("one", async || ("a",))
        .on("four", async || (1, "b", [()], None::<u8>))
        .on("raw", async || {
            RawArgs::new(r#"[ 1 ,"x"]"#).expect("an array")
        })
        .on("args", async || ReplyArgs::one(&7).expect("a number"))
        .on("no args", async || ReplyArgs::NONE)
        .on("result", async || Ok::<_, HandlerError>((1, 2)))
}

fn every_kind_of_value_answers() {
    on_each_transport(|transport| {
        let server = TestServer::of([with_structures(with_texts(numbers()))]);
        let mut client = Client::connect(&server, transport);
        for (event, answer) in [
            ("bool", "+[true]"),
            ("char", r#"+["ä"]"#),
            ("f32", "+[1.5]"),
            ("f64", "+[-0.25]"),
            ("i64", "+[-9223372036854775808]"),
            ("u64", "+[18446744073709551615]"),
            ("usize", "+[3]"),
            ("str", r#"+["a\"b\u2028"]"#),
            ("string", r#"+["text"]"#),
            ("cow", r#"+["cow"]"#),
            ("unit", ""),
            ("none", "+[null]"),
            ("some", r#"+["x"]"#),
            ("vec", "+[[1,2]]"),
            ("btree", r#"+[{"a":1}]"#),
            ("hash", r#"+[{"a":[2]}]"#),
            ("value", r#"+[{"a":null}]"#),
            ("json", "+[[1,null]]"),
            ("one", r#"+["a"]"#),
            ("four", r#"+[1,"b",[null],null]"#),
            ("raw", r#"+[ 1 ,"x"]"#),
            ("args", "+[7]"),
            ("no args", ""),
            ("result", "+[1,2]"),
        ] {
            client.ask(1, event, "[]");
            client.expect(&format!("6:::1{answer}"));
        }
    });
}

fn who_asks_for_no_answer_gets_none() {
    let server = TestServer::of([numbers()]);
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        client.emit("bool", "[]");
        client.ask(1, "usize", "[]");
        client.expect("6:::1+[3]");
    });
}

fn ids_are_repeated_as_they_were_written() {
    let server = TestServer::of([numbers()]);
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        client.send(r#"5:007+::{"name":"bool"}"#);
        client.expect("6:::007+[true]");
    });
}
