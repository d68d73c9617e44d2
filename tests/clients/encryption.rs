//! The real client on Node over TLS, with a certificate that it checks.

#[path = "../certificates.rs"]
mod certificates;

use std::io::Write;
use std::sync::Arc;

use socketio_driver_tokio::Listen;

use self::certificates::OwnCertificate;
use crate::application::RunningServer;
use crate::node;

fn play(scenario: &str, transport: &str) {
    let certificate = OwnCertificate::new();
    let mut trusted = tempfile::NamedTempFile::new().expect("a file");
    trusted
        .write_all(certificate.pem.as_bytes())
        .expect("room for a certificate");
    let listen = Listen::tcp("127.0.0.1:0").tls(Arc::new(certificate.server()));
    let server = RunningServer::listen(listen, false);
    let url = format!("https://{}", server.address);
    let arguments = [scenario, "--url", &url, "--transport", transport];
    let output = node::script("run-scenario.js", &arguments)
        .env("NODE_EXTRA_CA_CERTS", trusted.path())
        .output()
        .expect("node can be started");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

macro_rules! scenarios {
    ($($test:ident = $name:literal),+ $(,)?) => {
        mod websocket {
            $(#[test] fn $test() { super::play($name, "websocket"); })+
        }

        mod xhr_polling {
            $(#[test] fn $test() { super::play($name, "xhr-polling"); })+
        }
    };
}

scenarios!(
    acks_from_client = "acks-from-client",
    acks_from_server = "acks-from-server",
    event_burst = "event-burst",
    large_text = "large-text",
    namespaces = "namespaces",
    server_disconnects = "server-disconnects",
);
