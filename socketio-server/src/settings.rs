//! The server's settings, as the builder has put them together.

use std::time::Duration;

use socketio_proto::{DecodeLimits, TransportName};
use socketio_session::{RateLimit, SessionIdPrefix};

use crate::client_files::ClientFiles;
use crate::origins::Origins;
use crate::trusted_proxies::TrustedProxies;

/// What the builder has been told, apart from what concerns single sessions.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) resource: String,
    pub(crate) transports: Vec<TransportName>,
    pub(crate) origins: Origins,
    pub(crate) limits: ServerLimits,
    pub(crate) trusted_proxies: TrustedProxies,
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
            trusted_proxies: TrustedProxies::default(),
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

/// How much of what there is one peer may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PeerShare {
    /// Half of it, rounded up: no peer alone can shut out the others.
    #[default]
    Half,
    /// So many.
    AtMost(usize),
    /// All of it: peers are not counted.
    Whole,
}

impl PeerShare {
    /// The share in `whole`; `None` if it is not limited.
    pub(crate) fn of(self, whole: usize) -> Option<usize> {
        match self {
            Self::Half => Some(whole.div_ceil(2)),
            Self::AtMost(most) => Some(most),
            Self::Whole => None,
        }
    }
}

/// The bounds of a server.
///
/// A peer is an IPv4 address, or the /64 network of an IPv6 address. Who has no address, as on a
/// Unix socket or behind a framework that does not tell, is not counted as one. Behind a proxy
/// everybody comes from one address, unless the server [trusts
/// it](crate::ServerBuilder::trusted_proxies) to tell them apart.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLimits {
    /// What a packet and a payload may be. A request body or a WebSocket message may be as
    /// large as `decode.max_packet_bytes`, and framing on top.
    pub decode: DecodeLimits,
    /// The bytes that all sessions and connections together may hold of what is received, what waits
    /// for handlers and what is to be sent, beyond an
    /// [allowance](socketio_session::MemoryBudget::ALLOWANCE_BYTES) of 16 KiB for each of these.
    /// Default 256 MiB.
    ///
    /// When it is used up, who needs more than the allowance is turned away: a post or a large
    /// response is answered 503, a websocket closed with 1013, a queue meets its
    /// [overflow policy](crate::ServerBuilder::overflow), and the reason is
    /// [`DisconnectReason::MemoryExhausted`](crate::DisconnectReason::MemoryExhausted). Whatever is
    /// said in small packets goes on.
    pub memory_budget_bytes: usize,
    /// Sessions at once. Default 100,000; each takes at most what
    /// [`SessionLimits`](crate::SessionLimits) say, and the head of its handshake's request.
    pub sessions: usize,
    /// Connections at once; more wait to be accepted. Default 200,000: a polling client uses
    /// two. An idle connection takes about 20 KiB until its first request is read, and about
    /// 1 KiB as a websocket.
    pub connections: usize,
    /// Sessions of one peer at once. Default half of `sessions`. A handshake above it is answered
    /// 429.
    pub sessions_per_peer: PeerShare,
    /// Connections of one peer at once, those of trusted proxies not counted. Default half of
    /// `connections`. One above it is closed at once.
    pub connections_per_peer: PeerShare,
    /// How fast handshakes may come from everybody together; those above it are answered 503.
    /// Default `None`, as fast as they come: everybody comes back at once after a restart, and who
    /// connects for the first time does not try again by itself. Set it to what the
    /// [authorization](crate::ServerBuilder::authorize) can take.
    pub handshakes: Option<RateLimit>,
    /// How fast handshakes may come from one peer; those above it are answered 429. Default 1000 a
    /// second and 10,000 at once: a whole company may come back at once, and whoever makes
    /// handshakes and does not use them has had his 30,000, within the handshake timeout of 30 s,
    /// before he has half of all sessions. `None` sets no limit.
    pub handshakes_per_peer: Option<RateLimit>,
    /// Peers that are counted at once. Default 100,000, each of which takes at most about 200
    /// bytes.
    ///
    /// A peer is remembered while it has a session or a connection, and until its allowance of
    /// handshakes is whole again. Where there is no room, those with nothing open are forgotten
    /// first; if there are none, newcomers are let in without being counted.
    pub peers: usize,
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
    /// How long a handler or dispatcher may take, with the layers around it. Default 60 s, because
    /// everything else that its client says waits so long, and proxies give up a post after as much;
    /// `None` is for ever. A namespace may have [a time of its
    /// own](crate::Namespace::handler_timeout).
    ///
    /// When it is over, the handler is dropped where it waits, its client is told
    /// `handler_timed_out` as if it had failed so, and the next event has its turn. Nothing can
    /// take a thread from a handler that never waits. What is to go on for longer is a
    /// [job](crate::Socket::spawn).
    pub handler_timeout: Option<Duration>,
    /// How long a post may wait, once it is there, for the handlers of what its client has said
    /// before, for the client to take the answers to that, or for its
    /// [rate](crate::ServerBuilder::event_rate). Default 120 s, so that one slow handler alone
    /// ends nothing. When it is over, the post is answered 503 and the session ends with
    /// [`DisconnectReason::UploadTimeout`](crate::DisconnectReason::UploadTimeout): the rest of
    /// the post is not taken, and nobody could tell the client which.
    pub upload_timeout: Duration,
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
            memory_budget_bytes: 256 << 20,
            sessions: 100_000,
            connections: 200_000,
            sessions_per_peer: PeerShare::Half,
            connections_per_peer: PeerShare::Half,
            handshakes: None,
            handshakes_per_peer: Some(RateLimit::per_second(1000).burst(10_000)),
            peers: 100_000,
            request_head_timeout: Duration::from_secs(30),
            request_head_bytes: 16 << 10,
            request_body_timeout: Duration::from_secs(30),
            unread_response_timeout: Duration::from_secs(30),
            authorization_timeout: Duration::from_secs(10),
            handler_timeout: Some(Duration::from_secs(60)),
            upload_timeout: Duration::from_secs(120),
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
        memory_budget_bytes: usize,
        sessions: usize,
        connections: usize,
        sessions_per_peer: PeerShare,
        connections_per_peer: PeerShare,
        handshakes: Option<RateLimit>,
        handshakes_per_peer: Option<RateLimit>,
        peers: usize,
        request_head_timeout: Duration,
        request_head_bytes: usize,
        request_body_timeout: Duration,
        unread_response_timeout: Duration,
        authorization_timeout: Duration,
        handler_timeout: Option<Duration>,
        upload_timeout: Duration,
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
