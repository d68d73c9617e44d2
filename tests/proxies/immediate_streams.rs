//! Of a response that has no end, each piece goes out as it comes.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use socketio_tests::replay::raw_http::read_chunk;

use crate::http_client::HttpClient;
use crate::proxy::{PATIENCE, Proxy, behind_each_proxy};

/// What a server streams, piece by piece.
const PIECES: [&str; 3] = ["first", "second", "third"];

/// A server that streams one piece whenever it is told to; other requests are health checks.
fn streaming_server() -> (SocketAddr, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut told = Some(told);
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let is_stream = lines.next().is_some_and(|line| line.contains("/stream"));
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            match told.take_if(|_| is_stream) {
                Some(told) => {
                    thread::spawn(move || stream_pieces(stream, &told));
                }
                None => answer_check(stream),
            }
        }
    });
    (address, tell)
}

/// Ends early when the proxy is gone, which the test notices.
fn stream_pieces(mut stream: TcpStream, told: &Receiver<()>) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
    let _ = stream.write_all(head.as_bytes());
    for (piece, ()) in PIECES.iter().zip(told) {
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        let _ = stream.write_all(chunk.as_bytes());
    }
    // Holds the stream open until the test is over.
    let _ = told.recv();
}

fn answer_check(mut stream: TcpStream) {
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

#[test]
fn a_piece_arrives_before_the_next_is_sent() {
    behind_each_proxy(|kind| {
        let (address, tell) = streaming_server();
        let proxy = Proxy::start(kind, [address, address]);
        let mut client = HttpClient::open(proxy.address);
        client.begin("GET", "/socket.io/1/stream/a1", "", "");
        assert_eq!(client.head().status, 200);
        for piece in PIECES {
            tell.send(()).expect("the server listens");
            // A proxy may cut pieces differently.
            let mut arrived = Vec::new();
            while arrived.len() < piece.len() {
                let chunk = read_chunk(&mut client.connection, Instant::now() + PATIENCE);
                arrived.extend(chunk.expect("a piece").expect("no end"));
            }
            assert_eq!(String::from_utf8_lossy(&arrived), piece, "{kind:?}");
        }
    });
}
