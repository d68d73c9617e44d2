//! Unix sockets, and their files.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use socketio_server::{BuildError, Handshake, Listen, LocalAddr, ServerBuilder, ServerHandle};

use crate::server::build;
use crate::waiting::{PATIENCE, eventually, in_background, wait_for};

tests![
    requests_and_websockets_are_served,
    the_file_is_there_as_long_as_the_server,
    what_a_dead_server_left_is_replaced,
    what_is_in_use_or_no_socket_is_left_alone,
    a_file_that_has_taken_the_place_is_left_alone,
    permissions_are_set,
    a_listener_that_exists_already_is_taken_over_and_its_file_kept,
];

/// A folder of its own, removed with everything in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("socketio-unix-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a new folder");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn start(builder: ServerBuilder) -> ServerHandle {
    let server = build(builder).expect("a server");
    let handle = server.handle();
    in_background(server.run());
    handle
}

fn serve(path: &Path) -> ServerHandle {
    start(ServerBuilder::new().listen(Listen::unix(path)))
}

fn open(path: &Path) -> UnixStream {
    let stream = UnixStream::connect(path).expect("a connection");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a timeout that is not zero");
    stream
}

/// What the server answers to one request that is the last on its connection.
fn answer(path: &Path, target: &str) -> String {
    let mut stream = open(path);
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").expect("a head").1
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

fn requests_and_websockets_are_served() {
    let folder = Folder::new();
    let path = folder.socket();
    let no_peer = async |handshake: Arc<Handshake>| Ok(handshake.peer().is_none());
    let server = start(
        ServerBuilder::new()
            .authorize(no_peer)
            .listen(Listen::unix(&path)),
    );
    let handshake = answer(&path, "/socket.io/1/");
    assert!(handshake.starts_with("HTTP/1.1 200"), "{handshake}");
    let (sid, _) = body(&handshake).split_once(':').expect("a session");
    let mut websocket = open(&path);
    let request = format!(
        "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    websocket.write_all(request.as_bytes()).expect("it is read");
    let mut received = Vec::new();
    while !received.ends_with(b"\x81\x031::") {
        let mut byte = [0];
        websocket.read_exact(&mut byte).expect("a greeting");
        received.extend(byte);
    }
    assert_eq!(server.session_count(), 1);
    drop(websocket);
    eventually("the session is over", || server.session_count() == 0);
}

fn the_file_is_there_as_long_as_the_server() {
    let folder = Folder::new();
    let path = folder.socket();
    let server = build(ServerBuilder::new().listen(Listen::unix(&path)));
    let server = server.expect("a server");
    let addresses: Vec<_> = server.local_addrs().cloned().collect();
    assert_eq!(addresses, [LocalAddr::Unix(Some(path.clone()))]);
    assert!(server.local_addr().is_err());
    assert!(is_socket(&path));
    let handle = server.handle();
    in_background(server.run());
    assert!(answer(&path, "/").starts_with("HTTP/1.1 404"));
    assert!(wait_for(handle.shutdown(PATIENCE)));
    assert!(!path.exists());
}

fn what_a_dead_server_left_is_replaced() {
    let folder = Folder::new();
    let path = folder.socket();
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(is_socket(&path));
    let _server = serve(&path);
    assert!(answer(&path, "/").starts_with("HTTP/1.1 404"));
}

fn what_is_in_use_or_no_socket_is_left_alone() {
    let folder = Folder::new();
    let path = folder.socket();
    let failure = |path: &Path| {
        let built = build(ServerBuilder::new().listen(Listen::unix(path)));
        let error = built.expect_err("the path is taken");
        assert!(matches!(error, BuildError::Listen { .. }), "{error}");
    };
    let _server = serve(&path);
    failure(&path);
    assert!(answer(&path, "/").starts_with("HTTP/1.1 404"));

    let file = folder.0.join("file");
    fs::write(&file, "precious").expect("a file");
    failure(&file);
    assert_eq!(fs::read_to_string(&file).expect("the file"), "precious");

    let link = folder.0.join("link");
    std::os::unix::fs::symlink(&file, &link).expect("a link");
    failure(&link);
    failure(&folder.0.join("no folder").join("socket"));
    failure(&folder.0.join("long".repeat(100)));
}

fn a_file_that_has_taken_the_place_is_left_alone() {
    let folder = Folder::new();
    let path = folder.socket();
    let server = build(ServerBuilder::new().listen(Listen::unix(&path)));
    let server = server.expect("a server");
    fs::remove_file(&path).expect("the file");
    let _other = UnixListener::bind(&path).expect("a socket");
    drop(server);
    assert!(is_socket(&path));
}

fn permissions_are_set() {
    let folder = Folder::new();
    let path = folder.socket();
    let _server = start(ServerBuilder::new().listen(Listen::unix(&path).mode(0o640)));
    let permissions = fs::metadata(&path).expect("the file").permissions();
    assert_eq!(permissions.mode() & 0o777, 0o640);
}

fn a_listener_that_exists_already_is_taken_over_and_its_file_kept() {
    let folder = Folder::new();
    let path = folder.socket();
    let listener = UnixListener::bind(&path).expect("a socket");
    let server = start(ServerBuilder::new().listen(Listen::from_std(listener)));
    assert!(answer(&path, "/").starts_with("HTTP/1.1 404"));
    assert!(wait_for(server.shutdown(PATIENCE)));
    assert!(UnixStream::connect(&path).is_err());
    assert!(is_socket(&path));
}
