//! A client that says what a test has it say, and nothing by itself.

use std::sync::Arc;

use socketio_simulation::{Dial, Line, Stream, World};

/// Connects to the server.
pub(crate) fn connect(world: &World, line: &Line) -> Stream {
    let dial = Dial {
        line: line.clone(),
        loss: Arc::default(),
        address: 1,
    };
    world.connect(dial).expect("somebody listens")
}

pub(crate) async fn say(stream: &mut Stream, bytes: &[u8]) {
    stream.write_all(bytes).await.expect("it is open");
}

/// Sends a request and reads until its answer holds `end`.
pub(crate) async fn ask(stream: &mut Stream, request: &str, end: &str) -> String {
    say(stream, request.as_bytes()).await;
    let mut answer = String::new();
    while !answer.contains(end) {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.expect("it is open");
        assert!(read > 0, "closed before {end:?}: {answer}");
        answer += &String::from_utf8_lossy(&buffer[..read]);
    }
    answer
}

/// Makes a session, and gives its id. The connection may be used again.
pub(crate) async fn shake_hands(stream: &mut Stream) -> String {
    let request = "GET /socket.io/1/ HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = ask(stream, request, ":websocket").await;
    let (_, line) = answer.split_once("\r\n\r\n").expect("a head");
    line.split_once(':').expect("a handshake").0.to_owned()
}

/// A request for a websocket, without the empty line behind its head.
pub(crate) fn upgrade_of(sid: &str) -> String {
    format!(
        "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
}

/// A session on a websocket, which was greeted.
pub(crate) async fn open_websocket(world: &World, line: &Line) -> Stream {
    let sid = shake_hands(&mut connect(world, line)).await;
    let mut websocket = connect(world, line);
    let upgrade = upgrade_of(&sid) + "\r\n";
    ask(&mut websocket, &upgrade, "1::").await;
    websocket
}

/// A packet in a frame, masked with nothing.
pub(crate) fn frame(packet: &str) -> Vec<u8> {
    let length = u8::try_from(packet.len()).expect("a short packet");
    assert!(length < 126);
    let head = [0x81, 0x80 | length, 0, 0, 0, 0];
    [&head[..], packet.as_bytes()].concat()
}
