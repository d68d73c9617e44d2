//! More connections than the operating system lets the server have.

use std::io::{BufRead, BufReader, Seek};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use socketio_conformance::http_client::HttpClient;

use super::{NO_MORE, PACKAGE, address, answer, start};
use crate::browser::Example;

/// Files that the server may have open: enough for itself and for what starts it.
const DESCRIPTORS: usize = 64;

/// How long the server does not try again.
const PAUSE: Duration = Duration::from_millis(100);

/// Requests on a connection that is there, each of which wakes the loop.
const REQUESTS: usize = 2000;

#[test]
fn a_lack_of_descriptors_is_told_once_in_a_pause() {
    // It is built by now, so that nothing else has to do with so few descriptors.
    drop(start(&[]));
    let mut told = tempfile::tempfile().expect("a file");
    let limit = format!("ulimit -n {DESCRIPTORS} && exec \"$@\"");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &limit, "sh", env!("CARGO")])
        .stderr(Stdio::from(told.try_clone().expect("another handle")));
    let example = Example::run_by(shell, &["-p", PACKAGE], &[]);

    let begin = Instant::now();
    let mut accepted = HttpClient::open(address(&example));
    assert_eq!(accepted.get("/").status, 200);
    let crowd: Vec<TcpStream> = (0..DESCRIPTORS)
        .map(|_| TcpStream::connect(address(&example)).expect("the system takes it"))
        .collect();
    for _ in 0..REQUESTS {
        assert_eq!(accepted.get("/").status, 200);
    }
    let pauses = begin.elapsed().as_millis() / PAUSE.as_millis();

    told.rewind().expect("a file that was written");
    let lines = BufReader::new(told).lines().map(|line| line.expect("text"));
    let complaints = lines.filter(|line| line.starts_with("a connection cannot be accepted"));
    let complaints = complaints.count() as u128;
    assert!(
        (1..=pauses + 1).contains(&complaints),
        "{complaints} in {pauses} pauses"
    );
    // When there is room again, whoever waits is served.
    drop(crowd);
    assert_eq!(answer(&example, "GET /", NO_MORE).0, 200);
}
