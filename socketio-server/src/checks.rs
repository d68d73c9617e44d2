//! What must hold of settings, before anything is done with them.

use std::collections::HashSet;
use std::time::Duration;

use socketio_proto::TransportName;
use socketio_session::{CONNECT_METHOD, EventNames, SessionConfig};

use crate::error::BuildError;
use crate::handlers::{Namespace, StateMap};
use crate::settings::Settings;

/// The longest time that real clients can keep: their timers count milliseconds in 32 bits, and
/// a longer one fires at once.
pub(crate) const LONGEST_TIMEOUT: Duration = Duration::from_secs(2_147_483);

/// Checks what concerns the whole server.
pub(crate) fn check_settings(
    settings: &Settings,
    session: &SessionConfig,
) -> Result<(), BuildError> {
    check_resource(&settings.resource)?;
    check_transports(&settings.transports)?;
    check_not_zero(settings, session)?;
    check_times(&settings.transports, session)
}

fn check_resource(resource: &str) -> Result<(), BuildError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment =
        |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain);
    if resource.trim_matches('/').split('/').all(is_segment) {
        return Ok(());
    }
    Err(BuildError::Resource(String::from(resource)))
}

fn check_transports(transports: &[TransportName]) -> Result<(), BuildError> {
    if transports.is_empty() {
        return Err(BuildError::NoTransports);
    }
    Ok(())
}

/// With none of something, nothing would ever work, or nothing ever wait.
fn check_not_zero(settings: &Settings, session: &SessionConfig) -> Result<(), BuildError> {
    let limits = &settings.limits;
    let times = [
        ("heartbeat_timeout", session.heartbeat_timeout),
        ("close_timeout", session.close_timeout),
        ("polling_duration", session.polling_duration),
        ("handshake_timeout", session.handshake_timeout),
        ("request_head_timeout", limits.request_head_timeout),
        ("request_body_timeout", limits.request_body_timeout),
        ("unread_response_timeout", limits.unread_response_timeout),
        ("authorization_timeout", limits.authorization_timeout),
        ("upload_timeout", limits.upload_timeout),
        ("websocket_close_timeout", limits.websocket_close_timeout),
        ("tls_handshake_timeout", limits.tls_handshake_timeout),
        ("flash_policy_timeout", limits.flash_policy_timeout),
    ];
    let interval = session.heartbeat_interval;
    let interval = interval.map(|interval| ("heartbeat_interval", interval));
    let handlers = limits.handler_timeout;
    let handlers = handlers.map(|timeout| ("handler_timeout", timeout));
    let mut times = times.into_iter().chain(interval).chain(handlers);
    if let Some((setting, _)) = times.find(|(_, time)| time.is_zero()) {
        return Err(BuildError::Zero(setting));
    }
    let counts = [
        ("sessions", limits.sessions),
        ("connections", limits.connections),
        (
            "sessions_per_peer",
            limits.sessions_per_peer.of(limits.sessions).unwrap_or(1),
        ),
        (
            "connections_per_peer",
            limits
                .connections_per_peer
                .of(limits.connections)
                .unwrap_or(1),
        ),
        ("max_packet_bytes", limits.decode.max_packet_bytes),
        ("outbox_bytes", session.limits.outbox_bytes),
        ("outbox_packets", session.limits.outbox_packets),
        ("inbox_bytes", session.limits.inbox_bytes),
        ("inbox_packets", session.limits.inbox_packets),
    ];
    let zero = counts.into_iter().find(|(_, count)| *count == 0);
    zero.map_or(Ok(()), |(setting, _)| Err(BuildError::Zero(setting)))
}

/// Clients give up when they hear nothing for the heartbeat timeout or the close timeout.
fn check_times(transports: &[TransportName], session: &SessionConfig) -> Result<(), BuildError> {
    const CLIENTS: &str = "the longest time of real clients";
    let heartbeat_timeout = ("heartbeat_timeout", session.heartbeat_timeout);
    let close_timeout = ("close_timeout", session.close_timeout);
    for timeout in [heartbeat_timeout, close_timeout] {
        // That much exactly is still possible.
        let bound = (CLIENTS, LONGEST_TIMEOUT + Duration::from_nanos(1));
        check_below(timeout, bound)?;
    }
    let is_polled = |name: &TransportName| {
        matches!(
            name,
            TransportName::XhrPolling | TransportName::JsonpPolling
        )
    };
    if transports.iter().any(is_polled) {
        check_below(
            ("polling_duration", session.polling_duration),
            close_timeout,
        )?;
    }
    if let Some(interval) = session.heartbeat_interval {
        let interval = ("heartbeat_interval", interval);
        check_below(interval, heartbeat_timeout)?;
        if !transports.iter().all(is_polled) {
            check_below(interval, close_timeout)?;
        }
    }
    Ok(())
}

fn check_below(
    (setting, value): (&'static str, Duration),
    (bound, limit): (&'static str, Duration),
) -> Result<(), BuildError> {
    if value < limit {
        return Ok(());
    }
    Err(BuildError::TooLong {
        setting,
        value,
        bound,
        limit,
    })
}

/// Checks one namespace, given the names of those before it.
pub(crate) fn check_namespace(
    namespace: &Namespace,
    names: &mut HashSet<Box<str>>,
    state: &StateMap,
) -> Result<(), BuildError> {
    let name = &namespace.config.name;
    if !names.insert(name.clone()) {
        return Err(BuildError::DuplicateNamespace(String::from(&**name)));
    }
    if name.is_empty() && namespace.handlers.authorizer.is_some() {
        return Err(BuildError::GlobalNamespaceCannotAsk);
    }
    if namespace.handlers.timeout == Some(Some(Duration::ZERO)) {
        return Err(BuildError::Zero("handler_timeout"));
    }
    if nobody_can_join(namespace) {
        return Err(BuildError::NobodyCanJoin(String::from(&**name)));
    }
    if let Some(event) = namespace
        .handlers
        .event_names()
        .find(|it| EventNames::is_inert(it) || namespace.config.blacklist.contains(*it))
    {
        return Err(BuildError::InertEvent {
            namespace: String::from(&**name),
            event: String::from(event),
        });
    }
    let mut needed = namespace.handlers.state_types();
    let missing = needed.find(|needed| !state.has(*needed));
    missing.map_or(Ok(()), |missing| {
        Err(BuildError::MissingState {
            namespace: String::from(&**name),
            type_name: missing.name,
        })
    })
}

/// Whether the access control list keeps everybody out, and nobody is asked to open it.
fn nobody_can_join(namespace: &Namespace) -> bool {
    let config = &namespace.config;
    !config.name.is_empty()
        && !config.asks_before_join
        && !config.initial_acl.is_allowed(CONNECT_METHOD)
}
