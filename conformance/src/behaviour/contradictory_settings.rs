//! Settings that no server can have.

use std::time::Duration;

use socketio_server::{
    BuildError, Namespace, PeerShare, ServerBuilder, ServerLimits, TransportName,
};

use crate::server::bind;

tests![
    clients_must_hear_of_the_server_in_time,
    what_is_not_used_contradicts_nothing,
    times_that_the_timers_of_clients_cannot_keep_are_refused,
    nothing_that_is_needed_may_be_zero,
    a_resource_is_path_segments_of_plain_characters,
];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Settings are looked at before anything is listened on: this would fail, too.
#[track_caller]
fn failure(builder: ServerBuilder) -> BuildError {
    match bind(builder, "nowhere.invalid:1") {
        Ok(server) => panic!("{server:?} was built"),
        Err(error) => error,
    }
}

fn clients_must_hear_of_the_server_in_time() {
    let streams = || ServerBuilder::new().transports([TransportName::WebSocket]);
    let polls = || ServerBuilder::new().transports([TransportName::XhrPolling]);
    for (builder, too_long, limit) in [
        (
            streams().heartbeat_interval(seconds(60)),
            "heartbeat_interval",
            "heartbeat_timeout",
        ),
        (
            streams().heartbeat_timeout(seconds(25)),
            "heartbeat_interval",
            "heartbeat_timeout",
        ),
        (
            streams().close_timeout(seconds(25)),
            "heartbeat_interval",
            "close_timeout",
        ),
        (
            polls().close_timeout(seconds(20)),
            "polling_duration",
            "close_timeout",
        ),
        (
            polls().polling_duration(seconds(61)),
            "polling_duration",
            "close_timeout",
        ),
    ] {
        let error = failure(builder);
        let BuildError::TooLong { setting, bound, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!((*setting, *bound), (too_long, limit));
    }
    let error = failure(streams().close_timeout(seconds(20)));
    assert_eq!(
        error.to_string(),
        "heartbeat_interval is 25s, and must be less than close_timeout, which is 20s"
    );
}

fn what_is_not_used_contradicts_nothing() {
    let streams = ServerBuilder::new()
        .transports([TransportName::WebSocket])
        .polling_duration(seconds(100))
        .heartbeat_interval(None)
        .close_timeout(seconds(1));
    let polls = ServerBuilder::new()
        .transports([TransportName::XhrPolling])
        .close_timeout(seconds(21));
    for builder in [streams, polls] {
        assert!(bind(builder, "127.0.0.1:0").is_ok());
    }
}

fn times_that_the_timers_of_clients_cannot_keep_are_refused() {
    let longest = seconds(2_147_483);
    let builder = ServerBuilder::new()
        .heartbeat_timeout(longest)
        .close_timeout(longest);
    assert!(bind(builder, "127.0.0.1:0").is_ok());
    let too_long = longest + Duration::from_millis(1);
    for builder in [
        ServerBuilder::new().heartbeat_timeout(too_long),
        ServerBuilder::new().close_timeout(too_long),
    ] {
        let error = failure(builder);
        assert!(matches!(error, BuildError::TooLong { .. }), "{error}");
    }
}

fn nothing_that_is_needed_may_be_zero() {
    let limited = |change: fn(&mut ServerLimits)| {
        let mut limits = ServerLimits::default();
        change(&mut limits);
        ServerBuilder::new().limits(limits)
    };
    for (builder, zero) in [
        (
            ServerBuilder::new().heartbeat_interval(Duration::ZERO),
            "heartbeat_interval",
        ),
        (
            ServerBuilder::new().close_timeout(Duration::ZERO),
            "close_timeout",
        ),
        (
            ServerBuilder::new().polling_duration(Duration::ZERO),
            "polling_duration",
        ),
        (
            ServerBuilder::new().handshake_timeout(Duration::ZERO),
            "handshake_timeout",
        ),
        (limited(|limits| limits.sessions = 0), "sessions"),
        (limited(|limits| limits.connections = 0), "connections"),
        (
            limited(|limits| limits.sessions_per_peer = PeerShare::AtMost(0)),
            "sessions_per_peer",
        ),
        (
            limited(|limits| limits.connections_per_peer = PeerShare::AtMost(0)),
            "connections_per_peer",
        ),
        (
            limited(|limits| limits.request_head_timeout = Duration::ZERO),
            "request_head_timeout",
        ),
        (
            limited(|limits| limits.handler_timeout = Some(Duration::ZERO)),
            "handler_timeout",
        ),
        (
            ServerBuilder::new().namespace(Namespace::new("/a").handler_timeout(Duration::ZERO)),
            "handler_timeout",
        ),
    ] {
        let error = failure(builder);
        assert!(
            matches!(error, BuildError::Zero(setting) if setting == zero),
            "{error}"
        );
    }
}

fn a_resource_is_path_segments_of_plain_characters() {
    for resource in ["socket.io", "/a/b-c_d~1/", "x"] {
        let builder = ServerBuilder::new().resource(resource);
        assert!(bind(builder, "127.0.0.1:0").is_ok(), "{resource}");
    }
    for resource in [
        "", "/", "a//b", "a b", "a?b", "a#b", "a%20b", "\u{e9}", "..", "a/../b", "a\r\nb",
    ] {
        let error = failure(ServerBuilder::new().resource(resource));
        assert!(
            matches!(&error, BuildError::Resource(named) if named == resource),
            "{error}"
        );
    }
}
