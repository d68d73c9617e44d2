//! What a client sends must not look like a line of the server's own in a log.

use socketio_server::{Namespace, ServerBuilder};
use tracing::level_filters::LevelFilter;

use crate::client::{Client, Transport, handshake};
use crate::http_client::HttpClient;
use crate::journal::journal;
use crate::log_lines;

tests![faults_are_told_on_one_line, requests_are_told_on_one_line,];

/// A line that somebody would like to see in the log, and what a terminal would obey.
const FORGED: &str = r"\n2026-01-01 INFO forged\r\u001b[2J\u0085\u2028";

fn has_control(text: &str) -> bool {
    text.contains(|it: char| it.is_control() || matches!(it, '\u{2028}' | '\u{2029}'))
}

fn faults_are_told_on_one_line() {
    let (journal, pen) = journal();
    let namespace =
        Namespace::new("/chat").on("number", async |_: socketio_server::Args<(u8,)>| ());
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .on_fault(move |_, fault| pen.note(fault));
    let (server, lines) = log_lines::start_hearing_all(builder, LevelFilter::TRACE);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    let endpoint: String = serde_json::from_str(&format!("\"{FORGED}\"")).expect("JSON");
    for (packet, code) in [
        (
            format!(r#"5::/chat:{{"name":"a{FORGED}"}}"#),
            "unallowed_event_name",
        ),
        (
            format!(r#"5::/chat:{{"name":"number","args":["{FORGED}"]}}"#),
            "invalid_method_args",
        ),
        (format!("3::/{endpoint}:hello"), "no_such_namespace"),
        (format!("5::/chat:{{{endpoint}"), "invalid_packet"),
    ] {
        client.send(&packet);
        let told = client.next();
        assert!(told.contains(code), "{told}");
        let fault = journal.next();
        assert!(fault.contains(code), "{fault}");
        assert!(!has_control(&fault), "{fault:?}");
    }
    let lines = lines.all();
    assert!(
        lines
            .iter()
            .filter(|line| line.contains_key("fault"))
            .count()
            >= 4,
        "{lines:#?}"
    );
    for line in lines {
        assert!(!line.values().any(|value| has_control(value)), "{line:?}");
    }
}

fn requests_are_told_on_one_line() {
    let (server, lines) = log_lines::start_hearing_all(ServerBuilder::new(), LevelFilter::TRACE);
    let sid = handshake(server.address, "");
    for target in [
        format!("/socket.io/1/made%0aup/{sid}"),
        format!("/socket.io/1/\u{2028}\u{85}/{sid}"),
        "/elsewhere\u{1b}[2J".to_owned(),
        "/elsewhere\u{9b}2J".to_owned(),
    ] {
        HttpClient::open(server.address).get(&target);
    }
    HttpClient::open(server.address).get("/last");
    lines.first(5);
    for line in lines.all() {
        assert!(!line.values().any(|value| has_control(value)), "{line:?}");
    }
}
