//! What a server says of itself when it starts.

use std::time::Duration;

use socketio_server::{Namespace, Origins, ServerBuilder, ServerLimits, TransportName};
use tracing::level_filters::LevelFilter;

use crate::log_lines::{self, field};

tests![
    it_tells_its_settings_and_its_addresses,
    who_wants_to_know_is_told_the_limits,
];

/// The module that servers run in.
const TARGET: &str = "socketio_server::server";

fn builder() -> ServerBuilder {
    let mut limits = ServerLimits::default();
    limits.connections = 4321;
    ServerBuilder::new()
        .namespace(Namespace::new("/chat"))
        .resource("socket")
        .transports([TransportName::WebSocket, TransportName::XhrPolling])
        .origins(Origins::list(["https://chat.example"]))
        .heartbeat_interval(Duration::from_secs(7))
        .heartbeat_timeout(Duration::from_secs(17))
        .close_timeout(Duration::from_secs(27))
        .polling_duration(Duration::from_secs(9))
        .limits(limits)
}

fn it_tells_its_settings_and_its_addresses() {
    let (server, lines) = log_lines::start(builder(), TARGET, LevelFilter::INFO);
    let address = server.address.to_string();
    let listening = lines.expect("listening");
    assert_eq!(field(&listening, "address"), Some(&*address));
    let line = lines.expect("starting");
    for (name, value) in [
        ("level", "INFO"),
        ("resource", "socket"),
        ("transports", r#"["websocket", "xhr-polling"]"#),
        ("namespaces", r#"["/chat", ""]"#),
        ("heartbeat_interval", "Some(7s)"),
        ("heartbeat_timeout", "17s"),
        ("close_timeout", "27s"),
        ("polling_duration", "9s"),
    ] {
        assert_eq!(field(&line, name), Some(value), "{name}");
    }
    assert!(line["origins"].contains("chat.example"), "{line:?}");
    // Nothing more, and nothing twice.
    assert_eq!(lines.all(), [line, listening]);
}

fn who_wants_to_know_is_told_the_limits() {
    let (_server, lines) = log_lines::start(builder(), TARGET, LevelFilter::DEBUG);
    let line = lines.expect("bounds");
    assert_eq!(field(&line, "level"), Some("DEBUG"));
    assert!(line["limits"].contains("connections: 4321"), "{line:?}");
    for name in ["session_limits", "overflow", "shards"] {
        assert!(line.contains_key(name), "{line:?}");
    }
}
