//! A proxy does not read ahead of its clients: the server would take slow ones for fast ones.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::http_client::HttpClient;
use crate::proxy::{PATIENCE, Proxy, behind_each_proxy};

/// Much more than fits into the sockets on the way.
const ENOUGH: usize = 128 << 20;

/// A server that writes a stream for as long as somebody takes it, and says how much that was.
fn flooding_server() -> (SocketAddr, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let tell = tell.clone();
            thread::spawn(move || {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                // Other requests are health checks.
                if lines.next().is_some_and(|line| line.contains("/htmlfile/")) {
                    lines.take_while(|line| !line.is_empty()).for_each(drop);
                    let _ = tell.send(flood(&stream));
                }
            });
        }
    });
    (address, told)
}

/// Bytes written before nobody took any for a while.
fn flood(mut stream: &TcpStream) -> usize {
    let a_while = Some(Duration::from_secs(2));
    stream.set_write_timeout(a_while).expect("a timeout");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let mut written = 0;
    let mut next = head;
    while written < ENOUGH && stream.write_all(next.as_bytes()).is_ok() {
        written += next.len();
        next = &chunk;
    }
    written
}

#[test]
fn what_is_not_read_is_not_taken() {
    behind_each_proxy(|kind| {
        let (address, told) = flooding_server();
        let proxy = Proxy::start(kind, [address, address]);
        let mut client = HttpClient::open(proxy.address);
        client.begin("GET", "/socket.io/1/htmlfile/a1", "", "");
        assert_eq!(client.head().status, 200);
        let written = told.recv_timeout(3 * PATIENCE).expect("an end");
        assert!(written < ENOUGH, "{kind:?} took {written} bytes");
    });
}
