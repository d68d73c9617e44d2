//! What Prometheus would read of the example that shows its metrics.

use socketio_conformance::http_client::{HttpClient, text};

use crate::browser::Example;
use crate::frameworks::play_with;

/// The sum of a metric's samples, over all labels.
fn sum(metrics: &str, name: &str) -> f64 {
    let is_of_it = |line: &&str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']))
    };
    let values = metrics.lines().filter(is_of_it).map(|line| {
        let (_, value) = line.rsplit_once(' ').expect("a value");
        value.parse::<f64>().expect("a number")
    });
    values.sum()
}

#[test]
fn axum_chat_shows_what_clients_have_done() {
    let example = Example::start("axum_chat");
    let address = example.url.trim_start_matches("http://");
    let address = address.trim_end_matches('/').parse().expect("an address");
    let read = || text(&HttpClient::open(address).get("/metrics")).to_owned();
    let before = read();
    assert_eq!(
        sum(&before, "socketio_sessions_opened_total"),
        0.0,
        "{before}"
    );
    play_with("shared-login", &example, "websocket");
    let after = read();
    for name in [
        "socketio_sessions_opened_total",
        "socketio_packets_received_total",
        "socketio_packets_sent_total",
        "socketio_received_bytes_total",
        "socketio_sent_bytes_total",
        "socketio_transports_opened_total",
        "socketio_handler_seconds_count",
    ] {
        assert!(sum(&after, name) > 0.0, "{name}: {after}");
    }
    let opened = sum(&after, "socketio_sessions_opened_total");
    let closed = sum(&after, "socketio_sessions_closed_total");
    assert_eq!(opened - closed, sum(&after, "socketio_sessions"), "{after}");
}
