//! Servers in processes of their own that die, and what becomes of their clients.

use socketio_tests::echo_process::executable;
use socketio_tests::load::{LoadError, PollingStorm, ReconnectStorm, ServerProcess};

/// More than a server of the time would have had; each takes a descriptor here and one there.
const MANY: usize = 5000;

/// Descriptors for other things.
const OTHER_DESCRIPTORS: usize = 300;

fn start_on(port: u16) -> Result<ServerProcess, LoadError> {
    ServerProcess::start_on(port, executable(), &["--tell-counts"])
}

/// Kills a server and starts another one in its place.
fn replace(first: ServerProcess) -> Result<ServerProcess, LoadError> {
    let port = first.port();
    drop(first);
    start_on(port)
}

#[test]
fn five_thousand_clients_come_back_at_once_to_a_server_that_was_killed() {
    let server = start_on(0).expect("the echo server");
    let descriptors = server.descriptor_limit().expect("a limit");
    assert!(
        descriptors >= MANY + OTHER_DESCRIPTORS,
        "{descriptors} files may be open: raise the limit (ulimit -n)"
    );
    let storm = ReconnectStorm { clients: MANY };
    storm.pass_over(server, replace).expect("all come back");
}

#[test]
fn a_server_that_is_killed_in_the_midst_of_everything_is_followed_by_another() {
    let server = start_on(0).expect("the echo server");
    let storm = ReconnectStorm { clients: 200 };
    let after = storm.strike_in_mid_flight(server, replace);
    after.expect("everybody is served again");
}

#[test]
fn clients_that_poll_find_another_server_and_miss_nothing_that_was_answered() {
    let server = start_on(0).expect("the echo server");
    let storm = PollingStorm { clients: 100 };
    storm.pass_over(server, replace).expect("all go on");
}
