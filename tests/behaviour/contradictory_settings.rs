//! Settings that no server can have.

use std::time::Duration;

use socketio_driver_tokio::{BuildError, Server, ServerBuilder, ServerLimits, TransportName};

use crate::server::wait_for;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Settings are looked at before anything is listened on: this would fail, too.
#[track_caller]
fn failure(builder: ServerBuilder) -> BuildError {
    match wait_for(builder.bind("nowhere.invalid:1")) {
        Ok(server) => panic!("{server:?} was built"),
        Err(error) => error,
    }
}

#[test]
fn clients_must_hear_of_the_server_in_time() {
    let streams = || Server::builder().transports([TransportName::WebSocket]);
    let polls = || Server::builder().transports([TransportName::XhrPolling]);
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

#[test]
fn what_is_not_used_contradicts_nothing() {
    let streams = Server::builder()
        .transports([TransportName::WebSocket])
        .polling_duration(seconds(100))
        .heartbeat_interval(None)
        .close_timeout(seconds(1));
    let polls = Server::builder()
        .transports([TransportName::XhrPolling])
        .close_timeout(seconds(21));
    for builder in [streams, polls] {
        assert!(wait_for(builder.bind("127.0.0.1:0")).is_ok());
    }
}

#[test]
fn times_that_the_timers_of_clients_cannot_keep_are_refused() {
    let longest = seconds(2_147_483);
    let builder = Server::builder()
        .heartbeat_timeout(longest)
        .close_timeout(longest);
    assert!(wait_for(builder.bind("127.0.0.1:0")).is_ok());
    let too_long = longest + Duration::from_millis(1);
    for builder in [
        Server::builder().heartbeat_timeout(too_long),
        Server::builder().close_timeout(too_long),
    ] {
        let error = failure(builder);
        assert!(matches!(error, BuildError::TooLong { .. }), "{error}");
    }
}

#[test]
fn nothing_that_is_needed_may_be_zero() {
    let limited = |change: fn(&mut ServerLimits)| {
        let mut limits = ServerLimits::default();
        change(&mut limits);
        Server::builder().limits(limits)
    };
    for (builder, zero) in [
        (
            Server::builder().heartbeat_interval(Duration::ZERO),
            "heartbeat_interval",
        ),
        (
            Server::builder().close_timeout(Duration::ZERO),
            "close_timeout",
        ),
        (
            Server::builder().polling_duration(Duration::ZERO),
            "polling_duration",
        ),
        (
            Server::builder().handshake_timeout(Duration::ZERO),
            "handshake_timeout",
        ),
        (limited(|limits| limits.sessions = 0), "sessions"),
        (limited(|limits| limits.connections = 0), "connections"),
        (
            limited(|limits| limits.request_head_timeout = Duration::ZERO),
            "request_head_timeout",
        ),
    ] {
        let error = failure(builder);
        assert!(
            matches!(error, BuildError::Zero(setting) if setting == zero),
            "{error}"
        );
    }
}

#[test]
fn a_resource_is_path_segments_of_plain_characters() {
    for resource in ["socket.io", "/a/b-c_d~1/", "x"] {
        let builder = Server::builder().resource(resource);
        assert!(wait_for(builder.bind("127.0.0.1:0")).is_ok(), "{resource}");
    }
    for resource in [
        "", "/", "a//b", "a b", "a?b", "a#b", "a%20b", "\u{e9}", "..", "a/../b", "a\r\nb",
    ] {
        let error = failure(Server::builder().resource(resource));
        assert!(
            matches!(&error, BuildError::Resource(named) if named == resource),
            "{error}"
        );
    }
}
