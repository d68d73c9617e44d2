//! A server in this process, whose application tells what reached it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use socketio_driver_tokio::{Listen, Server, ServerBuilder, ServerHandle};
use tokio::runtime::Runtime;

use crate::proxy::PATIENCE;

/// A server on a port of its own, which is shut down when the test is over.
pub(crate) struct InProcessServer {
    pub(crate) address: SocketAddr,
    pub(crate) handle: ServerHandle,
}

impl InProcessServer {
    pub(crate) fn start(builder: ServerBuilder) -> Self {
        let builder = builder.listen(Listen::tcp("127.0.0.1:0"));
        let server: Server = runtime().block_on(builder.build()).expect("a server");
        let (address, handle) = (server.local_addr().expect("an address"), server.handle());
        runtime().spawn(server.run());
        Self { address, handle }
    }

    /// On a Unix socket as well.
    pub(crate) fn start_on_unix(socket: &Path, builder: ServerBuilder) -> Self {
        Self::start(builder.listen(Listen::unix(socket)))
    }

    /// In place of both processes.
    pub(crate) const fn twice(&self) -> [SocketAddr; 2] {
        [self.address, self.address]
    }
}

impl Drop for InProcessServer {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        runtime().spawn(async move { handle.shutdown(Duration::from_secs(1)).await });
    }
}

/// Waits for what nobody announces.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"))
}
