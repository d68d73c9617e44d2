//! The end of a connection that somebody else's HTTP server holds.

use std::io::Read;
use std::net::TcpListener;
use std::time::Duration;

use async_std::net::TcpStream;
use async_std::task::block_on;
use futures_lite::AsyncWriteExt;
use socketio_driver_async_std::runtime::FuturesStream;

/// Longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_closed_stream_tells_the_peer_while_it_is_still_there() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let connected = block_on(TcpStream::connect(address)).expect("a connection");
    let (mut peer, _) = listener.accept().expect("the connection");
    peer.set_read_timeout(Some(PATIENCE)).expect("a timeout");

    let mut stream = FuturesStream(connected);
    block_on(async {
        stream.write_all(b"goodbye").await?;
        stream.close().await
    })
    .expect("an end");
    let mut heard = String::new();
    peer.read_to_string(&mut heard).expect("an end in time");
    assert_eq!(heard, "goodbye");
    drop(stream);
}
