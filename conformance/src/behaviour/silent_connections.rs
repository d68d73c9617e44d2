//! Connections whose peers fall silent where no heartbeats are sent: the operating system asks them.

use std::time::Duration;

use socketio_server::{Listen, ServerBuilder};

use crate::client::{Client, Transport};
use crate::server::{TestServer, build};
use crate::waiting::eventually;

tests![the_operating_system_looks_after_them];

/// Linux lists for each connection which timer runs: 2 is that of keepalive.
fn the_operating_system_looks_after_them() {
    const LOCAL: ([u8; 4], u16) = ([127, 0, 0, 1], 0);
    let of_std = || std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    for (listen, timer) in [
        (Listen::tcp(LOCAL), "02"),
        (Listen::tcp(LOCAL).keepalive(Duration::from_secs(1)), "02"),
        (Listen::from_std(of_std()), "02"),
        (Listen::tcp(LOCAL).keepalive(None), "00"),
    ] {
        let shown = format!("{listen:?}");
        let server = build(ServerBuilder::new().heartbeat_interval(None).listen(listen));
        let server = TestServer::run(server.expect("a server"));
        let client = Client::connect(&server, Transport::WebSocket);
        let is_so = || {
            timers_of(server.address.port())
                .iter()
                .any(|it| it == timer)
        };
        eventually(&format!("timer {timer} of {shown}"), is_so);
        drop(client);
    }
}

/// The timers of the established connections of a listener at this port of 127.0.0.1.
fn timers_of(port: u16) -> Vec<String> {
    const ESTABLISHED: &str = "01";
    let connections = std::fs::read_to_string("/proc/net/tcp").expect("Linux");
    let local = format!("0100007F:{port:04X}");
    let timer = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let timer = fields.get(5)?.split_once(':')?.0;
        (*fields.get(1)? == local && *fields.get(3)? == ESTABLISHED).then(|| timer.to_owned())
    };
    connections.lines().filter_map(timer).collect()
}
