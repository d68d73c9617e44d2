//! TLS: the same server behind `https` and `wss`.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use futures_rustls::pki_types::CertificateDer;
use futures_rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::crypto::ring;
use futures_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use socketio_server::{
    BuildError, FlashPolicy, Listen, LocalAddr, Namespace, ServerBuilder, ServerHandle,
    ServerLimits, Socket, Text,
};

use crate::certificates::OwnCertificate;
use crate::clock::Clock;
use crate::http_client::HttpClient;
use crate::replay::raw_websocket::{TEXT, frame_bytes};
use crate::server::{bind, build};
use crate::waiting::{PATIENCE, eventually, in_background, wait_for};

tests![
    polls_and_websockets_are_encrypted,
    what_is_listened_on_beside_it_is_not,
    who_does_not_speak_it_is_not_served,
    who_never_begins_is_not_waited_for,
    who_leaves_a_response_unread_is_given_up,
    goodbyes_are_encrypted_too,
    a_cut_is_no_orderly_end,
    a_protocol_that_is_not_spoken_must_not_be_offered,
    policies_are_not_encrypted,
];

struct EncryptedServer {
    addresses: Vec<SocketAddr>,
    handle: ServerHandle,
    clock: Clock,
    certificate: OwnCertificate,
}

impl EncryptedServer {
    fn start(builder: ServerBuilder) -> Self {
        let certificate = OwnCertificate::new();
        let encrypted = Listen::tcp("127.0.0.1:0").tls(Arc::new(certificate.server()));
        let builder = builder.listen(encrypted).listen(Listen::tcp("127.0.0.1:0"));
        let server = build(builder).expect("a server");
        let addresses = server.local_addrs().filter_map(LocalAddr::tcp).collect();
        let (handle, clock) = (server.handle(), server.clock());
        in_background(server.run());
        Self {
            addresses,
            handle,
            clock,
            certificate,
        }
    }

    fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addresses[0]).expect("a connection");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout that is not zero");
        stream
    }

    fn connect(&self) -> Encrypted {
        let name = "127.0.0.1".try_into().expect("a name");
        let session = ClientConnection::new(trusting(&self.certificate), name).expect("a client");
        Encrypted(StreamOwned::new(session, self.tcp()))
    }

    /// The answer to one request that is the last on its connection.
    fn answer(&self, request: &str) -> String {
        let mut connection = self.connect();
        connection.send(request.as_bytes());
        connection.rest()
    }

    fn handshake(&self) -> String {
        let answer = self.answer(&get("/socket.io/1/"));
        let (_, line) = answer.split_once("\r\n\r\n").expect("a head");
        let (sid, _) = line.split_once(':').expect("a session");
        sid.to_owned()
    }

    fn websocket(&self, sid: &str) -> Encrypted {
        let mut connection = self.connect();
        let request = format!(
            "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        connection.send(request.as_bytes());
        connection.read_until(b"\r\n\r\n");
        connection.expect(b"\x81\x031::");
        connection
    }
}

/// A client that trusts this certificate, and nobody else.
fn trusting(certificate: &OwnCertificate) -> Arc<ClientConfig> {
    let certificate = CertificateDer::from_pem_slice(certificate.pem.as_bytes());
    let mut roots = RootCertStore::empty();
    roots
        .add(certificate.expect("a certificate"))
        .expect("a certificate that can be trusted");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

struct Encrypted(StreamOwned<ClientConnection, TcpStream>);

impl Encrypted {
    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("an open connection");
    }

    fn read_until(&mut self, end: &[u8]) -> Vec<u8> {
        let mut read = Vec::new();
        while !read.ends_with(end) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("more");
            read.extend(byte);
        }
        read
    }

    fn expect(&mut self, bytes: &[u8]) {
        let mut read = vec![0; bytes.len()];
        self.0.read_exact(&mut read).expect("more");
        assert_eq!(read, bytes, "{:?}", String::from_utf8_lossy(&read));
    }

    /// What comes until the server says that it is the end: without a word, this is an error.
    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("an orderly end");
        rest
    }
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

fn echoing() -> Namespace {
    Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        let _ = socket.send(&text);
    })
}

fn polls_and_websockets_are_encrypted() {
    let server = EncryptedServer::start(ServerBuilder::new().namespace(echoing()));
    let sid = server.handshake();
    let poll = server.answer(&get(&format!("/socket.io/1/xhr-polling/{sid}")));
    assert!(poll.ends_with("\r\n\r\n1::"), "{poll}");
    let mut websocket = server.websocket(&sid);
    let text = format!("3:::{}", "x".repeat(60_000));
    websocket.send(&frame_bytes(TEXT, true, true, text.as_bytes()));
    websocket.expect(&frame_bytes(TEXT, true, false, text.as_bytes()));
    websocket.send(&frame_bytes(TEXT, true, true, b"0::"));
    websocket.expect(b"\x81\x030::\x88\x02\x03\xe8");
    assert_eq!(websocket.rest(), "");
}

fn what_is_listened_on_beside_it_is_not() {
    let server = EncryptedServer::start(ServerBuilder::new());
    let plain = HttpClient::open(server.addresses[1]).get("/socket.io/1/");
    assert_eq!(plain.status, 200);
    assert_eq!(server.handle.session_count(), 1);
}

fn who_does_not_speak_it_is_not_served() {
    let server = EncryptedServer::start(ServerBuilder::new());
    let mut plain = server.tcp();
    plain
        .write_all(get("/socket.io/1/").as_bytes())
        .expect("an open connection");
    let mut answer = Vec::new();
    if let Err(error) = plain.read_to_end(&mut answer) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(server.handle.session_count(), 0);
    eventually("nothing is left", || server.handle.connection_count() == 0);
}

fn who_never_begins_is_not_waited_for() {
    let mut limits = ServerLimits::default();
    limits.tls_handshake_timeout = Duration::from_millis(50);
    let server = EncryptedServer::start(ServerBuilder::new().limits(limits));
    server.clock.run();
    let mut silent = server.tcp();
    assert_eq!(silent.read(&mut [0]).expect("the end"), 0);
    let patient = EncryptedServer::start(ServerBuilder::new());
    let mut silent = patient.tcp();
    eventually("it is there", || patient.handle.connection_count() == 1);
    assert!(wait_for(patient.handle.shutdown(PATIENCE)));
    assert_eq!(silent.read(&mut [0]).expect("the end"), 0);
}

fn who_leaves_a_response_unread_is_given_up() {
    let mut limits = ServerLimits::default();
    limits.unread_response_timeout = Duration::from_millis(50);
    // More than sockets hold.
    let page = vec![b'x'; 16 << 20];
    let builder = ServerBuilder::new()
        .limits(limits)
        .fallback(move |_| http::Response::new(page.clone().into()));
    let server = EncryptedServer::start(builder);
    let mut unread = server.connect();
    eventually("it is there", || server.handle.connection_count() == 1);
    unread.send(get("/page").as_bytes());
    server.clock.run();
    eventually("it is given up", || server.handle.connection_count() == 0);
    let mut read = Vec::new();
    let error = unread.0.read_to_end(&mut read).expect_err("a cut");
    let cut = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
    assert!(cut.contains(&error.kind()), "{error}");
}

fn goodbyes_are_encrypted_too() {
    let server = EncryptedServer::start(ServerBuilder::new());
    let mut websocket = server.websocket(&server.handshake());
    let handle = server.handle;
    let complete = in_background(async move { handle.shutdown(PATIENCE).await });
    websocket.expect(b"\x81\x030::\x88\x02\x03\xe8");
    assert_eq!(websocket.rest(), "");
    drop(websocket);
    assert!(wait_for(complete).expect("a shutdown"));
}

fn a_cut_is_no_orderly_end() {
    let server = EncryptedServer::start(ServerBuilder::new());
    let websocket = server.websocket(&server.handshake());
    // The end of the connection, without the end of what is encrypted.
    drop(websocket);
    eventually("the connection is gone", || {
        server.handle.connection_count() == 0
    });
    assert_eq!(server.handle.session_count(), 1);
}

fn a_protocol_that_is_not_spoken_must_not_be_offered() {
    let with = |protocols: &[&str]| {
        let mut config = OwnCertificate::new().server();
        config.alpn_protocols = protocols.iter().map(|name| (*name).into()).collect();
        let listen = Listen::tcp("127.0.0.1:0").tls(Arc::new(config));
        build(ServerBuilder::new().listen(listen))
    };
    assert!(with(&["http/1.1"]).is_ok());
    let error = with(&["h2", "http/1.1"]).expect_err("a misfit");
    assert!(
        matches!(error, BuildError::ListenOption { option: "tls", .. }),
        "{error}"
    );
}

fn policies_are_not_encrypted() {
    let config = Arc::new(OwnCertificate::new().server());
    let builder = ServerBuilder::new()
        .flash_policy(&FlashPolicy::new())
        .flash_policy_listen(Listen::tcp("127.0.0.1:0").tls(config));
    let error = bind(builder, "127.0.0.1:0").expect_err("a misfit");
    assert!(
        matches!(error, BuildError::ListenOption { option: "tls", .. }),
        "{error}"
    );
}
