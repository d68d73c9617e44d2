//! Clients that send without an end, and read what they get: nobody else suffers from them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{JoinHandle, spawn};

use socketio_conformance::client::{handshake, upgrade_request};
use socketio_conformance::replay::raw_websocket::{TEXT, frame_bytes};
use socketio_conformance::waiting::eventually;

use super::{NO_MORE, address, answer, shakes_hands, start};
use crate::browser::Example;

/// More than the server takes in one turn, so that who got this much back was in its midst.
const WELL_UNDER_WAY: usize = 2 << 20;

/// Clients that flood until they are told to stop.
struct Flood {
    is_over: Arc<AtomicBool>,
    clients: Vec<Flooding>,
}

/// One of them: a thread that sends, and one that reads.
struct Flooding {
    stream: TcpStream,
    received: Arc<AtomicUsize>,
    sending: JoinHandle<io::Result<()>>,
}

impl Flood {
    /// Each wants an echo of whatever it sends.
    fn begin(example: &Example, clients: usize) -> Self {
        let address = address(example);
        let is_over = Arc::new(AtomicBool::new(false));
        let flood = Self {
            clients: (0..clients)
                .map(|_| Flooding::begin(address, Arc::clone(&is_over)))
                .collect(),
            is_over,
        };
        for client in &flood.clients {
            eventually("the flood is under way", || {
                client.received.load(Ordering::Relaxed) > WELL_UNDER_WAY
            });
        }
        flood
    }

    /// # Panics
    /// If it was over before.
    fn end(self) {
        self.is_over.store(true, Ordering::Relaxed);
        for client in self.clients {
            // What is written last is not waited for: it may be that nobody reads it any more.
            let is_under_way = !client.sending.is_finished();
            let _ = client.stream.shutdown(Shutdown::Both);
            let sent = client.sending.join().expect("a thread that goes on");
            assert!(is_under_way || sent.is_ok(), "the flood ended: {sent:?}");
        }
    }
}

impl Flooding {
    fn begin(address: SocketAddr, is_over: Arc<AtomicBool>) -> Self {
        let mut stream = TcpStream::connect(address).expect("it listens");
        let upgrade = upgrade_request(address, &handshake(address, ""), "");
        stream.write_all(upgrade.as_bytes()).expect("a connection");
        let frame = frame_bytes(TEXT, true, true, br#"5:::{"name":"echo","args":["x"]}"#);
        let frames = frame.repeat(1000);
        let received = Arc::new(AtomicUsize::new(0));
        let (mut sender, mut reader) = (clone(&stream), clone(&stream));
        let counter = Arc::clone(&received);
        spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(1..) = reader.read(&mut buffer).inspect(|read| {
                counter.fetch_add(*read, Ordering::Relaxed);
            }) {}
        });
        let sending = spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                sender.write_all(&frames)?;
            }
            Ok(())
        });
        Self {
            stream,
            received,
            sending,
        }
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("another handle")
}

#[test]
fn a_handshake_is_answered_in_a_flood() {
    let example = start(&[]);
    for clients in [1, 3] {
        let flood = Flood::begin(&example, clients);
        shakes_hands(&example);
        flood.end();
    }
}

#[test]
fn the_deadline_of_a_session_comes_in_a_flood() {
    let example = start(&["--poll-time", "1"]);
    let poll = format!("GET /socket.io/1/xhr-polling/{}", shakes_hands(&example));
    assert_eq!(answer(&example, &poll, NO_MORE).1, "1::");
    let flood = Flood::begin(&example, 1);
    assert_eq!(answer(&example, &poll, NO_MORE).1, "8::");
    flood.end();
}
