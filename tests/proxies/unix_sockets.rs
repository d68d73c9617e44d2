//! Processes that listen on Unix sockets.

use std::path::Path;

use socketio_driver_tokio::Server;

use crate::in_process::{InProcessServer, echoing};
use crate::proxy::{Kind, Proxy, behind_each_proxy};
use crate::scenario::Scenario;

fn start(prefix: &str, folder: &Path) -> InProcessServer {
    let builder = Server::builder()
        .session_id_prefix(prefix)
        .namespace(echoing());
    InProcessServer::start_on_unix(&folder.join(prefix), builder)
}

/// As the proxy's configuration has it.
fn spelled(kind: Kind, folder: &Path, prefix: &str) -> String {
    let scheme = match kind {
        Kind::Nginx => "unix:",
        Kind::HaProxy => "unix@",
    };
    format!("{scheme}{}", folder.join(prefix).display())
}

#[test]
fn real_clients_reach_them() {
    behind_each_proxy(|kind| {
        let folder = tempfile::tempdir().expect("a folder");
        let _processes = ["a1", "b1"].map(|prefix| start(prefix, folder.path()));
        let sockets = ["a1", "b1"].map(|prefix| spelled(kind, folder.path(), prefix));
        let proxy = Proxy::start(kind, sockets);
        for transport in ["websocket", "xhr-polling"] {
            Scenario::behind_proxies("crowd", transport).play(&proxy.url());
        }
    });
}
