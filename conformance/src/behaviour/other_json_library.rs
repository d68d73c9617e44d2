//! Applications may read and write JSON with a library of their own choice.

use serde::{Deserialize, Serialize};
use socketio_server::{Ack, HandlerError, Namespace, RawArgs, RawJson, Socket};

use crate::client::{Client, on_each_transport};
use crate::server::TestServer;

tests![
    arguments_answers_and_messages_pass_as_text,
    what_the_library_refuses_is_a_failure_of_the_handler,
];

#[derive(Serialize, Deserialize)]
struct Point {
    x: i32,
    y: i32,
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, HandlerError> {
    // This library parses in place.
    Ok(simd_json::from_slice(&mut text.as_bytes().to_vec())?)
}

fn args(values: &impl Serialize) -> Result<RawArgs, HandlerError> {
    Ok(RawArgs::new(simd_json::to_string(values)?)?)
}

fn mirrored(Point { x, y }: Point) -> Point {
    Point { x: y, y: x }
}

fn with_simd_json() -> Namespace {
    Namespace::global()
        .on("mirror", async |raw: RawArgs| {
            let (point,) = read::<(Point,)>(raw.as_str())?;
            args(&[mirrored(point)])
        })
        .on("mirror by hand", async |raw: RawArgs, ack: Ack| {
            let (point,) = read::<(Point,)>(raw.as_str())?;
            Ok::<_, HandlerError>(ack.send(args(&[mirrored(point)])?)?)
        })
        .on("mirror event", async |socket: Socket, raw: RawArgs| {
            let (point,) = read::<(Point,)>(raw.as_str())?;
            socket.emit("mirrored", args(&[mirrored(point)])?)?;
            socket.everybody().emit("all", args(&("told", 1))?)?;
            let answer = socket.emit_with_ack("again", args(&[true])?).await?;
            args(&read::<(Point,)>(answer.as_str())?)
        })
        .on_json(async |socket: Socket, json: RawJson| {
            let point = mirrored(read(json.as_str())?);
            let json = RawJson::new(simd_json::to_string(&point)?)?;
            socket.send_json(&json)?;
            socket.everybody().send_json(&json)?;
            Ok::<_, HandlerError>(json)
        })
}

fn arguments_answers_and_messages_pass_as_text() {
    on_each_transport(|transport| {
        let server = TestServer::of([with_simd_json()]);
        let mut client = Client::connect(&server, transport);
        let point = r#"[{"x":1,"y":2}]"#;
        client.ask(1, "mirror", point);
        client.expect(r#"6:::1+[{"x":2,"y":1}]"#);
        client.ask(2, "mirror by hand", point);
        client.expect(r#"6:::2+[{"x":2,"y":1}]"#);
        client.send(r#"4:3+::{"x":1,"y":2}"#);
        client.expect(r#"4:::{"x":2,"y":1}"#);
        client.expect(r#"4:::{"x":2,"y":1}"#);
        client.expect(r#"6:::3+[{"x":2,"y":1}]"#);
        client.ask(4, "mirror event", point);
        client.expect(r#"5:::{"name":"mirrored","args":[{"x":2,"y":1}]}"#);
        client.expect(r#"5:::{"name":"all","args":["told",1]}"#);
        client.expect(r#"5:1+::{"name":"again","args":[true]}"#);
        client.send(r#"6:::1+[{"x":3,"y":4}]"#);
        client.expect(r#"6:::4+[{"x":3,"y":4}]"#);
    });
}

fn what_the_library_refuses_is_a_failure_of_the_handler() {
    let server = TestServer::of([with_simd_json()]);
    let mut client = Client::connect(&server, crate::client::Transport::WebSocket);
    client.ask(1, "mirror", r#"["no point"]"#);
    let told = client.next();
    assert!(told.contains(r#""handler_failed""#), "{told}");
    let answer = client.next();
    assert!(answer.starts_with("6:::1+[{"), "{answer}");
}
