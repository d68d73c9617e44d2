//! A server in this process, whose application tells what reached it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use socketio_driver_tokio::{
    Ack, Listen, Namespace, RawArgs, Server, ServerBuilder, ServerHandle, ServerLimits, Socket,
    Text,
};
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

    #[track_caller]
    pub(crate) fn wait_for_connections(&self, count: usize) {
        let what = format!("the server has {count} connections");
        eventually(&what, || self.handle.connection_count() == count);
    }

    #[track_caller]
    pub(crate) fn wait_for_sessions(&self, count: usize) {
        let what = format!("the server has {count} sessions");
        eventually(&what, || self.handle.session_count() == count);
    }
}

impl Drop for InProcessServer {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        runtime().spawn(async move { handle.shutdown(Duration::from_secs(1)).await });
    }
}

/// The global namespace, sending messages back and acknowledging event `echo` with its
/// arguments, or sending it back, too.
pub(crate) fn echoing() -> Namespace {
    Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on("echo", async |socket: Socket, args: RawArgs, ack: Ack| {
            if ack.is_wanted() {
                ack.send(args)?;
            } else {
                socket.emit("echo", args)?;
            }
            Ok(())
        })
}

/// Limits under which connections that are not used are closed soon.
pub(crate) fn prompt_limits() -> ServerLimits {
    let mut limits = ServerLimits::default();
    limits.request_head_timeout = Duration::from_secs(1);
    limits
}

/// Waits for what nobody announces.
#[track_caller]
fn eventually(what: &str, is_so: impl Fn() -> bool) {
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
