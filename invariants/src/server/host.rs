//! A server of its own for each input.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::Duration;

use futures_lite::future::block_on;
use socketio_server::runtime::Runtime;
use socketio_server::{
    Listen, ServerBuilder, ServerHandle, ServerLimits, SessionLimits, TransportName,
};

use super::application::{Heard, namespaces};
use super::pipe::{self, ClientEnd};
use super::virtual_runtime::VirtualRuntime;

/// Long enough for every deadline of a server, one after another.
const AGES: Duration = Duration::from_secs(1_000);

/// What is sent at once may be this large: little enough for inputs to go beyond.
const MAX_PACKET_BYTES: usize = 512;

pub(super) struct Host {
    runtime: VirtualRuntime,
    handle: ServerHandle,
    heard: Heard,
}

impl Host {
    pub(super) fn start(session_limits: SessionLimits) -> Self {
        let runtime = VirtualRuntime::new();
        let heard = Heard::default();
        let mut builder = ServerBuilder::new()
            .state(heard.clone())
            .transports(TransportName::ALL)
            .limits(limits())
            .session_limits(session_limits)
            .shards(1)
            .client_script("// the client")
            .listen(Listen::from_std(socket()));
        for namespace in namespaces() {
            builder = builder.namespace(namespace);
        }
        let built = block_on(builder.on_runtime().build_on(runtime.clone()));
        let server = built.expect("the settings fit together");
        let handle = server.handle();
        Runtime::spawn(&runtime, server.run());
        let host = Self {
            runtime,
            handle,
            heard,
        };
        host.wait(Duration::ZERO);
        host
    }

    /// A client connects.
    pub(super) fn connect(&self) -> ClientEnd {
        let (client, server) = pipe::connect();
        self.runtime.arrives(server);
        client
    }

    /// Everything happens that can in this time.
    pub(super) fn wait(&self, time: Duration) {
        self.runtime.wait(time);
    }

    /// What the application has heard since it was asked last.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.take()
    }

    /// All clients have gone. After some time nothing is left of them, and nothing of the server
    /// after it was shut down.
    pub(super) fn ends(self) {
        self.wait(AGES);
        assert_eq!(self.handle.connection_count(), 0, "connections are left");
        assert_eq!(self.handle.session_count(), 0, "sessions are left");
        let Self {
            runtime, handle, ..
        } = self;
        Runtime::spawn(&runtime, async move {
            handle.shutdown(Duration::from_secs(1)).await;
        });
        runtime.wait(AGES);
        assert!(runtime.is_idle(), "tasks or timers are left");
        runtime.end();
    }
}

fn limits() -> ServerLimits {
    ServerLimits::default()
        .max_packet_bytes(MAX_PACKET_BYTES)
        .sessions(8)
        .connections(16)
        .jobs_per_session(2)
        .concurrent_handlers(2)
}

/// A socket that nobody connects to: one for all servers.
fn socket() -> TcpListener {
    static SOCKET: OnceLock<TcpListener> = OnceLock::new();
    let socket = SOCKET.get_or_init(|| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    socket.try_clone().expect("a file descriptor")
}
