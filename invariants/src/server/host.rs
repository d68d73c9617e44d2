//! A server of its own for each input.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::Duration;

use futures_lite::future::block_on;
use socketio_server::runtime::Runtime;
use socketio_server::{
    Listen, ServerBuilder, ServerHandle, ServerLimits, SessionLimits, TransportName,
};
use socketio_simulation::{Line, ServerSide, Side, World};

use super::application::{Heard, namespaces};
use super::client::Client;

/// Long enough for every deadline of a server, one after another.
const AGES: Duration = Duration::from_secs(1_000);

/// What is sent at once may be this large: little enough for inputs to go beyond.
const MAX_PACKET_BYTES: usize = 512;

/// The order of tasks, and where bytes are cut, as long as they are not said to be cut elsewhere.
const SEED: u64 = 1;

pub(super) struct Host {
    world: World,
    runtime: ServerSide,
    handle: ServerHandle,
    heard: Heard,
}

impl Host {
    pub(super) fn start(session_limits: SessionLimits) -> Self {
        let world = World::with_known_ids(SEED);
        let runtime = ServerSide(world.clone());
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
            world,
            runtime,
            handle,
            heard,
        };
        host.wait(Duration::ZERO);
        host
    }

    /// A client connects.
    pub(super) fn connect(&self, line: Line) -> Client {
        Client::connect(&self.world, line).expect("the server listens")
    }

    /// Everything happens that can in this time.
    pub(super) fn wait(&self, time: Duration) {
        self.world.run_for(time);
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
            world,
            runtime,
            handle,
            ..
        } = self;
        runtime.spawn(async move {
            handle.shutdown(Duration::from_secs(1)).await;
        });
        drop(runtime);
        world.run_for(AGES);
        assert_eq!(world.tasks_of(Side::Server), 0, "tasks are left");
        assert_eq!(world.timers_of(Side::Server), 0, "timers are left");
        world.end();
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
