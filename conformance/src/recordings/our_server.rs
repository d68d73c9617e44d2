//! Our server with the settings of a recording and the scripted application.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use socketio_server::{
    FlashPolicy, FlashPorts, HandlerError, Handshake, Listen, LocalAddr, Origins, ServerBuilder,
    ServerLimits, TransportName,
};

use super::scripted_app;
use crate::replay::connection::Connection;
use crate::replay::raw_http::read_response;
use crate::replay::{AppLog, Authorization, Running, ScriptedServer, Transcript};
use crate::server::{TestServer, bind};

/// Starts our server.
pub(crate) struct OurServer;

impl ScriptedServer for OurServer {
    fn start(&self, transcript: &Transcript) -> Result<Running, String> {
        let log = AppLog::default();
        run(scripted(transcript, &log)?, log)
    }
}

/// The settings and the application of a recording.
pub fn scripted(transcript: &Transcript, log: &AppLog) -> Result<ServerBuilder, String> {
    let mut builder = configured(transcript)?;
    for (name, script) in &transcript.app {
        builder = builder.namespace(scripted_app::namespace(name, script, log));
    }
    if let Some(authorization) = transcript.authorization {
        builder = with_authorization(builder, authorization, log);
    }
    Ok(builder)
}

/// The transports that our server has when all are asked for: the end of its handshake.
pub(crate) fn offered_transports() -> Vec<String> {
    let builder = ServerBuilder::new().transports(TransportName::ALL);
    let running = run(builder, AppLog::default()).expect("a server with all transports");
    let mut connection = Connection::open(running.address).expect("a connection");
    let request = format!(
        "GET /socket.io/1/ HTTP/1.1\r\nHost: {}\r\n\r\n",
        running.address
    );
    connection.send(request.as_bytes()).expect("a request");
    let deadline = Instant::now() + Duration::from_secs(10);
    let answer = read_response(&mut connection, "GET", deadline).expect("a handshake");
    let line = String::from_utf8(answer.body).expect("a handshake in ASCII");
    let transports = line.rsplit(':').next().unwrap_or_default();
    transports.split(',').map(str::to_owned).collect()
}

fn run(builder: ServerBuilder, log: AppLog) -> Result<Running, String> {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = bind(builder, any_port).map_err(|e| e.to_string())?;
    let policy_address = server.flash_policy_addrs().find_map(LocalAddr::tcp);
    // It is shut down when it is dropped.
    let server = TestServer::run(server);
    server.clock.run();
    let running = Running::new(server.address, log, move || drop(server));
    Ok(match policy_address {
        Some(address) => running.and_at("flash policy port", address),
        None => running,
    })
}

/// The reference's settings in our words.
///
/// The reference allows every origin unless told otherwise; ours allows none but its own, so what the
/// recordings take for granted is said here.
fn configured(transcript: &Transcript) -> Result<ServerBuilder, String> {
    let mut builder = ServerBuilder::new()
        .origins(origins(transcript.config.get("origins")))
        .transports(transports(transcript))
        .fallback(|_request| not_ours());
    if let Some(resource) = &transcript.resource {
        builder = builder.resource(resource.trim_start_matches('/'));
    }
    builder = with_times(builder, transcript);
    for (setting, value) in &transcript.config {
        builder = match setting.as_str() {
            "heartbeats" if *value == Value::Bool(false) => builder.heartbeat_interval(None),
            "flash policy server" if *value == Value::Bool(true) => {
                let policy = flash_policy(transcript.config.get("origins"));
                let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
                builder
                    .flash_policy(&policy)
                    .flash_policy_listen(Listen::tcp(any_port))
            }
            "flash policy server" | "flash policy port" => builder,
            "destroy buffer size" => builder.limits(message_limit(value)),
            "close timeout" | "polling duration" | "heartbeat timeout" | "heartbeat interval"
            | "origins" | "transports" => builder,
            _ => return Err(format!("our server has no setting {setting:?}")),
        };
    }
    Ok(builder)
}

/// The reference takes times that contradict each other; ours are shortened to fit. An empty
/// timeout cannot be said in our words.
fn with_times(builder: ServerBuilder, transcript: &Transcript) -> ServerBuilder {
    let time = |setting, default| {
        let said = transcript.config.get(setting).and_then(seconds);
        said.unwrap_or(Duration::from_secs(default))
    };
    let (heartbeat_timeout, close_timeout) =
        (time("heartbeat timeout", 60), time("close timeout", 60));
    let polling_duration = time("polling duration", 20).min(close_timeout.mul_f64(0.9));
    let longest_interval = heartbeat_timeout.min(close_timeout).mul_f64(0.9);
    builder
        .heartbeat_timeout(heartbeat_timeout)
        .heartbeat_interval(time("heartbeat interval", 25).min(longest_interval))
        .close_timeout(close_timeout)
        .polling_duration(polling_duration)
}

fn message_limit(bytes: &Value) -> ServerLimits {
    let mut limits = ServerLimits::default();
    let bytes = bytes.as_u64().and_then(|bytes| usize::try_from(bytes).ok());
    limits.decode.max_packet_bytes = bytes.unwrap_or(limits.decode.max_packet_bytes);
    limits
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().map(Duration::from_secs_f64)
}

fn origins(setting: Option<&Value>) -> Origins {
    match setting {
        None => Origins::any(),
        Some(Value::Array(list)) => Origins::list(list.iter().filter_map(Value::as_str)),
        Some(one) => Origins::list(one.as_str()),
    }
}

/// The reference lets in Flash objects from the same places as pages.
fn flash_policy(origins: Option<&Value>) -> FlashPolicy {
    let Some(Value::Array(list)) = origins else {
        return FlashPolicy::new().allow("*", FlashPorts::All);
    };
    let listed = list
        .iter()
        .filter_map(|origin| origin.as_str()?.split_once(':'));
    listed.fold(FlashPolicy::new(), |policy, (host, port)| {
        policy.allow(host, port.parse::<u16>().expect("a port"))
    })
}

/// Those of the recording that we have, in its order.
fn transports(transcript: &Transcript) -> Vec<TransportName> {
    static OFFERED: OnceLock<Vec<String>> = OnceLock::new();
    let offered = OFFERED.get_or_init(offered_transports);
    let recorded = transcript.transports();
    recorded
        .iter()
        .filter(|name| offered.contains(name))
        .filter_map(|name| name.parse().ok())
        .collect()
}

fn with_authorization(
    builder: ServerBuilder,
    decision: Authorization,
    log: &AppLog,
) -> ServerBuilder {
    let log = log.clone();
    builder.authorize(move |handshake: std::sync::Arc<Handshake>| {
        log.record(scripted_app::authorization_line(&handshake));
        let decided = match decision {
            Authorization::Allow => Ok(true),
            Authorization::Deny => Ok(false),
            Authorization::Error => Err(HandlerError::new("authorization", "failed")),
            Authorization::Query => Ok(handshake.query_param("token").as_deref() == Some("sesame")),
        };
        async move { decided }
    })
}

/// What the application behind the recorded servers answers to requests that are none of theirs.
pub fn not_ours() -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::from_static(b"app: not socket.io"));
    *answer.status_mut() = http::StatusCode::NOT_FOUND;
    answer.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("text/plain"),
    );
    answer
}
