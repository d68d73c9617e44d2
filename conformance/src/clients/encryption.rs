//! The real client on Node over TLS, with a certificate that it checks.

use std::io::Write;
use std::sync::Arc;

use socketio_server::Listen;

use super::application::RunningServer;
use crate::certificates::OwnCertificate;
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

scenarios! {
    acks_from_client = "acks-from-client",
    acks_from_server = "acks-from-server",
    event_burst = "event-burst",
    large_text = "large-text",
    namespaces = "namespaces",
    server_disconnects = "server-disconnects",
}
