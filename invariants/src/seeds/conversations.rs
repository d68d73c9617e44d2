//! Inputs out of the recorded conversations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use socketio_proto::Handshake;

use super::{read, vectors};
use crate::server::{frames as in_frames, requests as in_requests};

/// The texts of packets that one input sends.
const PACKETS_AT_ONCE: usize = 8;

/// The events of each conversation.
fn conversations() -> Vec<Vec<Value>> {
    let folder = vectors().join("http-transcripts");
    let entries = std::fs::read_dir(&folder).expect("the conversations are there");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let events = |path| -> Vec<Value> {
        let mut conversation: Value =
            serde_json::from_str(&read(path)).expect("a conversation is JSON");
        match conversation["events"].take() {
            Value::Array(events) => events,
            other => panic!("no events: {other}"),
        }
    };
    paths.iter().map(|path| events(path)).collect()
}

/// A text with everything put in that varies. The first session's id is what it is in each input.
fn filled(text: &str) -> String {
    text.replace("{{sid1}}", &in_requests::first_session_id())
        .replace("{{host}}", "a")
        .replace("{{t}}", "1")
}

fn target_of(request: &Value) -> String {
    let path = filled(request["path"].as_str().unwrap_or("/"));
    match request["query"].as_str() {
        Some(query) => format!("{path}?{}", filled(query)),
        None => path,
    }
}

/// A request as it stands on the wire.
fn wire_form(request: &Value) -> String {
    let method = request["method"].as_str().unwrap_or("GET");
    let mut text = format!("{method} {} HTTP/1.1\r\n", target_of(request));
    for header in request["headers"].as_array().into_iter().flatten() {
        let (name, value) = (header[0].as_str(), header[1].as_str());
        let (name, value) = (name.unwrap_or("X"), filled(value.unwrap_or_default()));
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n" + &filled(request["body"].as_str().unwrap_or_default())
}

/// The requests of all conversations.
fn all_requests() -> impl Iterator<Item = Value> {
    let events = conversations().into_iter().flatten();
    events.filter_map(|mut event| event.get_mut("request").map(Value::take))
}

/// The path and query of each request.
pub(super) fn request_targets() -> Vec<String> {
    all_requests().map(|request| target_of(&request)).collect()
}

/// The answers to handshakes.
pub(super) fn handshakes() -> Vec<String> {
    let events = conversations().into_iter().flatten();
    let bodies = events.filter_map(|event| event["response"]["body"].as_str().map(filled));
    bodies
        .filter(|body| Handshake::parse(body).is_ok())
        .collect()
}

/// What clients do in each conversation, on the first four of its connections.
pub(super) fn requests() -> BTreeSet<Vec<u8>> {
    let inputs = conversations().into_iter().map(|events| {
        let mut places = BTreeMap::new();
        let moves: Vec<(u8, Vec<u8>)> = events
            .iter()
            .filter(|event| event["dir"] == "out")
            .filter_map(|event| {
                let next = b'a' + (places.len() % 4) as u8;
                let place = places.entry(event["conn"].to_string()).or_insert(next);
                Some((*place, sent(event)?))
            })
            .collect();
        in_requests::input(moves.iter().map(|(kind, bytes)| (*kind, &**bytes)))
    });
    inputs.collect()
}

/// The bytes that a client sends in an event, if it sends any.
fn sent(event: &Value) -> Option<Vec<u8>> {
    if event.get("request").is_some() {
        return Some(wire_form(&event["request"]).into_bytes());
    }
    if let Some(text) = event["frame"]["text"].as_str() {
        return Some(in_frames::text_frame(filled(text).as_bytes()));
    }
    event["raw"].as_str().map(|raw| raw.as_bytes().to_vec())
}

/// The texts that clients send on each websocket, and these packets, a few at once.
pub(super) fn frames(packets: &[String]) -> BTreeSet<Vec<u8>> {
    let said = conversations().into_iter().map(|events| {
        let texts = events.iter().filter(|event| event["dir"] == "out");
        let texts = texts.filter_map(|event| event["frame"]["text"].as_str());
        texts.map(filled).collect::<Vec<_>>()
    });
    let packets = packets.chunks(PACKETS_AT_ONCE).map(<[String]>::to_vec);
    let inputs = said.chain(packets).filter(|texts| !texts.is_empty());
    inputs
        .map(|texts| in_frames::input(texts.iter().map(|text| (b't', text.as_bytes()))))
        .collect()
}
