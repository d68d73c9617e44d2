//! What the application learns of clients behind a proxy.

use std::sync::{Arc, Mutex, PoisonError};

use socketio_driver_tokio::{Handshake, Server};

use crate::http_client::HttpClient;
use crate::in_process::InProcessServer;
use crate::proxy::{Proxy, behind_each_proxy};

/// A server that keeps the handshakes it has seen.
fn remembering() -> (InProcessServer, Arc<Mutex<Vec<Arc<Handshake>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let builder = Server::builder().authorize(move |handshake| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(handshake);
        async { Ok(true) }
    });
    let builder = builder.trusted_proxies(["127.0.0.1"]);
    (InProcessServer::start(builder), seen)
}

#[test]
fn the_address_that_is_forwarded_is_not_what_the_client_says() {
    behind_each_proxy(|kind| {
        let (server, seen) = remembering();
        let proxy = Proxy::start(kind, server.twice());
        let mut client = HttpClient::open(proxy.address);
        let lies = "X-Forwarded-For: 192.0.2.1\r\nx-forwarded-for: 192.0.2.2, 192.0.2.3\r\n\
                    X-Forwarded-Proto: https\r\n";
        client.begin("GET", "/socket.io/1/", lies, "");
        assert_eq!(client.answer().status, 200);

        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let all = |wanted: &str| -> Vec<String> {
            let headers = seen[0].headers().filter(|(name, _)| *name == wanted);
            headers.map(|(_, value)| value.to_owned()).collect()
        };
        assert_eq!(all("x-forwarded-for"), ["127.0.0.1"], "{kind:?}");
        assert_eq!(all("x-forwarded-proto"), ["http"], "{kind:?}");
        // The port is 0, so it is what the proxy said, and not the proxy itself.
        let peer = seen[0].peer().map(|peer| peer.to_string());
        assert_eq!(peer.as_deref(), Some("127.0.0.1:0"), "{kind:?}");
    });
}

/// The rule for origins compares with the host that the page asked for, its port included.
#[test]
fn pages_of_the_proxy_s_host_are_let_in_and_others_are_not() {
    behind_each_proxy(|kind| {
        let (server, _seen) = remembering();
        let proxy = Proxy::start(kind, server.twice());
        let own = proxy.address.to_string();
        for (host, origin, status) in [
            (own.as_str(), proxy.url().as_str(), 200),
            ("chat.example:8080", "http://chat.example:8080", 200),
            // The proxy in front of this one ends TLS.
            ("chat.example", "https://chat.example", 200),
            ("chat.example:8080", "http://chat.example", 403),
            ("chat.example", "https://elsewhere.example", 403),
        ] {
            let mut client = HttpClient::open_for(proxy.address, host);
            let headers = format!("Origin: {origin}\r\n");
            client.begin("GET", "/socket.io/1/", &headers, "");
            assert_eq!(client.answer().status, status, "{kind:?} {host} {origin}");
        }
    });
}
