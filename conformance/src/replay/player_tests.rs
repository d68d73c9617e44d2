//! The replay against a server that answers from a table: each kind of difference must be found.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use super::*;

/// Answers every request by its path, then keeps the connection open or not.
struct CannedServer {
    address: SocketAddr,
}

#[derive(Clone)]
struct Canned {
    path: &'static str,
    answer: &'static [u8],
    after: Duration,
    closes: bool,
}

impl CannedServer {
    fn start(answers: Vec<Canned>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let answers = answers.clone();
                thread::spawn(move || {
                    let mut buffer = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
                        let Some(canned) = answers.iter().find(|a| request.contains(a.path)) else {
                            continue;
                        };
                        thread::sleep(canned.after);
                        if stream.write_all(canned.answer).is_err() || canned.closes {
                            return;
                        }
                    }
                });
            }
        });
        Self { address }
    }
}

fn canned(path: &'static str, answer: &'static [u8]) -> Canned {
    Canned {
        path,
        answer,
        after: Duration::ZERO,
        closes: false,
    }
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 6\r\n\r\nabc:60";
const NOOP: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n8::";
const UPGRADED: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x031::";

fn ask(conn: &str, path: &str) -> Value {
    json!({"t": 0, "conn": conn, "dir": "out", "request": {"method": "GET", "path": path, "query": null,
        "headers": [["Host", "{{host}}"]], "body": null}})
}

fn answered(conn: &str, t: u64, body: &str) -> Value {
    json!({"t": t, "conn": conn, "dir": "in", "response": {"status": 200, "reason": "OK",
        "headers": [["Content-Type", "text/plain"]], "explicit_headers": [], "body": body}})
}

fn replay(
    config: Value,
    events: Value,
    deviations: &str,
    answers: Vec<Canned>,
) -> Result<(), Mismatch> {
    let transcript =
        json!({"id": "x", "title": "", "group": "", "config": config, "events": events});
    let options = Options {
        deviations: Deviations::parse(deviations).unwrap(),
        limit: Duration::from_millis(300),
        ..Options::default()
    };
    let server = CannedServer::start(answers);
    play(
        &serde_json::from_value(transcript).unwrap(),
        server.address,
        &options,
    )
}

#[test]
fn what_is_as_recorded_passes() {
    let events = json!([
        ask("a", "/h"),
        answered("a", 5, "{{sid1}}:60"),
        ask("b", "/x/abc"),
        answered("b", 9, "8::")
    ]);
    assert_eq!(
        replay(
            json!({}),
            events,
            "",
            vec![canned("/h", OK), canned("/x/abc", NOOP)]
        ),
        Ok(())
    );
}

#[test]
fn another_body_is_found_at_its_event() {
    let events = json!([
        ask("a", "/h"),
        answered("a", 5, "{{sid1}}:60"),
        ask("a", "/h"),
        answered("a", 9, "{{sid1}}:61")
    ]);
    let mismatch = replay(json!({}), events, "", vec![canned("/h", OK)]).unwrap_err();
    assert_eq!(
        (mismatch.event, mismatch.got.as_str()),
        (Some(3), "body \"abc:60\"")
    );
}

#[test]
fn no_answer_is_found() {
    let events = json!([ask("a", "/h"), answered("a", 5, "x")]);
    assert_eq!(
        replay(json!({}), events, "", vec![]).unwrap_err().event,
        Some(1)
    );
}

#[test]
fn an_answer_is_found_where_none_was_recorded() {
    let quiet = json!({"t": 50, "conn": "a", "dir": "quiet", "ms": 40});
    let found = replay(
        json!({}),
        json!([ask("a", "/h"), quiet]),
        "",
        vec![canned("/h", OK)],
    );
    assert_eq!(found.unwrap_err().event, Some(1));
    let closed = json!({"t": 50, "conn": "a", "dir": "in", "closed": true});
    let found = replay(
        json!({}),
        json!([ask("a", "/h"), closed]),
        "",
        vec![canned("/h", OK)],
    );
    assert_eq!(found.unwrap_err().event, Some(1));
}

#[test]
fn a_connection_that_stays_open_is_found() {
    let closed = json!({"t": 50, "conn": "a", "dir": "in", "closed": true});
    let events = json!([ask("a", "/h"), answered("a", 5, "abc:60"), closed]);
    let answer = canned("/h", OK);
    let closing = Canned {
        closes: true,
        ..answer
    };
    assert_eq!(replay(json!({}), events.clone(), "", vec![closing]), Ok(()));
    assert_eq!(
        replay(json!({}), events, "", vec![answer])
            .unwrap_err()
            .event,
        Some(2)
    );
}

#[test]
fn a_timer_that_fires_at_once_is_found() {
    let config = json!({"polling duration": 0.15});
    let events = json!([ask("a", "/p"), answered("a", 150, "8::")]);
    let late = Canned {
        after: Duration::from_millis(150),
        ..canned("/p", NOOP)
    };
    assert_eq!(
        replay(config.clone(), events.clone(), "", vec![late]),
        Ok(())
    );
    let early = replay(config, events, "", vec![canned("/p", NOOP)]).unwrap_err();
    assert!(early.got.contains("already"), "{early}");
}

#[test]
fn a_surplus_frame_is_found() {
    let upgraded = json!({"t": 5, "conn": "w", "dir": "in", "response": {"status": 101,
        "reason": "Switching Protocols", "headers": [["Upgrade", "websocket"]]}});
    let frame = json!({"t": 6, "conn": "w", "dir": "in", "frame": {"opcode": 1, "fin": true, "text": "1::"}});
    let events = json!([ask("w", "/w"), upgraded, frame]);
    let answers = || vec![canned("/w", UPGRADED)];
    assert_eq!(replay(json!({}), events.clone(), "", answers()), Ok(()));
    let without_it = json!([events[0], events[1]]);
    assert_eq!(
        replay(json!({}), without_it, "", answers())
            .unwrap_err()
            .event,
        None
    );
}

#[test]
fn a_deviation_replaces_what_was_recorded() {
    let line = r#"{"id":"x","event":1,"instead":[{"response":{"status":200,"reason":"OK","headers":[],"body":"abc:60"}}],"reason":"r"}"#;
    let events = json!([ask("a", "/h"), answered("a", 5, "other")]);
    let answers = || vec![canned("/h", OK)];
    assert_eq!(replay(json!({}), events.clone(), line, answers()), Ok(()));
    assert_eq!(
        replay(json!({}), events, "", answers()).unwrap_err().event,
        Some(1)
    );
}

#[test]
fn a_mismatch_of_a_client_that_was_late_is_doubtful() {
    let config = json!({"close timeout": 0.2});
    let events = json!([
        ask("a", "/p"),
        answered("a", 100, "8::"),
        ask("a", "/p"),
        answered("a", 105, "other")
    ]);
    let slow = Canned {
        after: Duration::from_millis(250),
        ..canned("/p", NOOP)
    };
    assert!(
        replay(config, events.clone(), "", vec![slow.clone()])
            .unwrap_err()
            .doubtful
    );
    assert!(
        !replay(json!({}), events, "", vec![slow])
            .unwrap_err()
            .doubtful,
        "without a timer nobody is late"
    );
}
