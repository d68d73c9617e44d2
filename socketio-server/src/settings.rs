//! The server's settings, as the builder has put them together.

use std::time::Duration;

use socketio_proto::{DecodeLimits, TransportName};
use socketio_session::SessionIdPrefix;

use crate::client_files::ClientFiles;
use crate::origins::Origins;

/// What the builder has been told, apart from what concerns single sessions.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: String,
    pub(crate) transports: Vec<TransportName>,
    pub(crate) origins: Origins,
    pub(crate) limits: ServerLimits,
    pub(crate) client_files: ClientFiles,
    /// Upgrades to websockets outside of the resource.
    pub(crate) refuse_other_upgrades: bool,
    /// The document that Flash players are answered with.
    pub(crate) flash_policy: Option<Box<str>>,
    pub(crate) shards: usize,
    pub(crate) session_id_prefix: Option<SessionIdPrefix>,
    /// Whether connections are accepted here, so that all of them are known.
    pub(crate) has_listener: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resource: "socket.io".into(),
            transports: vec![
                TransportName::WebSocket,
                TransportName::HtmlFile,
                TransportName::XhrPolling,
                TransportName::JsonpPolling,
            ],
            origins: Origins::same_only(),
            limits: ServerLimits::default(),
            client_files: ClientFiles::default(),
            refuse_other_upgrades: true,
            flash_policy: None,
            shards: default_shards(),
            session_id_prefix: None,
            has_listener: true,
        }
    }
}

/// A few shards for each core: enough that two cores seldom want the same one.
fn default_shards() -> usize {
    std::thread::available_parallelism()
        .map_or(4, |cores| 4 * cores.get())
        .min(256)
}

/// One method for each field, which sets it.
macro_rules! setters {
    ($($field:ident: $type:ty),+ $(,)?) => {
        $(
            #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
            #[must_use]
            pub const fn $field(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            }
        )+
    };
}

/// The bounds of a server.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLimits {
    /// What a packet and a payload may be. A request body or a WebSocket message may be as
    /// large as `decode.max_packet_bytes`, and framing on top.
    pub decode: DecodeLimits,
    /// Sessions at once. Default 100,000; each takes at most what
    /// [`SessionLimits`](crate::SessionLimits) say, and the head of its handshake's request.
    pub sessions: usize,
    /// Connections at once; more wait to be accepted. Default 200,000: a polling client uses
    /// two. An idle connection takes about 20 KiB until its first request is read, and about
    /// 1 KiB as a websocket.
    pub connections: usize,
    /// How long a connection may take for the head of a request, and stay idle between two
    /// requests. Default 30 s.
    pub request_head_timeout: Duration,
    /// The most bytes of a request's head. Default 16 KiB; at least 8 KiB.
    pub request_head_bytes: usize,
    /// How long a request's body may take. Default 30 s.
    pub request_body_timeout: Duration,
    /// How long a client may leave a response unread, or what is left of it. Default 30 s.
    pub unread_response_timeout: Duration,
    /// How long an authorization may take. Default 10 s.
    pub authorization_timeout: Duration,
    /// How long a closing websocket may take to answer. Default 5 s.
    pub websocket_close_timeout: Duration,
    /// How long a client may take to agree on encryption. Default 10 s.
    pub tls_handshake_timeout: Duration,
    /// How long a Flash player may take to ask for the policy on the port for policies, and to
    /// read it. Default 3 s, as in gevent-socketio.
    pub flash_policy_timeout: Duration,
    /// Jobs that one session may have spawned at once in each namespace. Default 64.
    pub jobs_per_session: usize,
    /// Handlers of one session that may run beside its other handlers. Default 16; above it, they take their turn like the others.
    pub concurrent_handlers: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            decode: DecodeLimits::default(),
            sessions: 100_000,
            connections: 200_000,
            request_head_timeout: Duration::from_secs(30),
            request_head_bytes: 16 << 10,
            request_body_timeout: Duration::from_secs(30),
            unread_response_timeout: Duration::from_secs(30),
            authorization_timeout: Duration::from_secs(10),
            websocket_close_timeout: Duration::from_secs(5),
            tls_handshake_timeout: Duration::from_secs(10),
            flash_policy_timeout: Duration::from_secs(3),
            jobs_per_session: 64,
            concurrent_handlers: 16,
        }
    }
}

impl ServerLimits {
    setters! {
        decode: DecodeLimits,
        sessions: usize,
        connections: usize,
        request_head_timeout: Duration,
        request_head_bytes: usize,
        request_body_timeout: Duration,
        unread_response_timeout: Duration,
        authorization_timeout: Duration,
        websocket_close_timeout: Duration,
        tls_handshake_timeout: Duration,
        flash_policy_timeout: Duration,
        jobs_per_session: usize,
        concurrent_handlers: usize,
    }

    /// Sets the size of the largest packet, in bytes of UTF-8, and with it those of the largest
    /// request body and WebSocket message: `decode.max_packet_bytes` (`destroy buffer size` of
    /// the reference, whose default is 100 MB).
    #[must_use]
    pub const fn max_packet_bytes(mut self, bytes: usize) -> Self {
        self.decode.max_packet_bytes = bytes;
        self
    }
}
