//! A process dies: its clients come back at the other one.

use std::io::{BufRead, BufReader};

use crate::echo_processes::{address, start_named, start_named_on};
use crate::http_client::{UNKNOWN, get, handshake, handshake_at, held_poll, post, text};
use crate::proxy::{Kind, Proxy, behind_each_proxy};
use crate::scenario::Scenario;

fn come_back(kind: Kind, transport: &str) {
    let (a1, b1) = (start_named("a1"), start_named("b1"));
    let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
    let scenario = Scenario::behind_proxies("process-dies", transport);
    let mut clients = scenario.start(&proxy.url());
    let mut output = BufReader::new(clients.stdout.take().expect("it is piped")).lines();

    let ready = output
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line == "READY_FOR_KILL");
    assert!(ready, "the clients ended before the process");
    drop(a1);

    let rest: Vec<String> = output.map_while(Result::ok).collect();
    let status = clients.wait().expect("it ends");
    assert!(status.success(), "{}", rest.join("\n"));
}

#[test]
fn over_websocket_behind_nginx() {
    come_back(Kind::Nginx, "websocket");
}

#[test]
fn over_websocket_behind_haproxy() {
    come_back(Kind::HaProxy, "websocket");
}

#[test]
fn over_xhr_polling_behind_nginx() {
    come_back(Kind::Nginx, "xhr-polling");
}

#[test]
fn over_xhr_polling_behind_haproxy() {
    come_back(Kind::HaProxy, "xhr-polling");
}

/// Whatever a client does next, it hears at once that its session is gone.
#[test]
fn requests_of_its_sessions_are_answered_by_the_other() {
    behind_each_proxy(|kind| {
        let (a1, b1) = (start_named("a1"), start_named("b1"));
        let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
        let sid = handshake_at(proxy.address, "a1");
        let survivor = handshake_at(proxy.address, "b1");
        let mut held = held_poll(proxy.address, &sid);
        drop(a1);
        assert_eq!(text(&held.answer()), UNKNOWN, "{kind:?}");
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        assert_eq!(get(proxy.address, &target), UNKNOWN, "{kind:?}");
        assert_eq!(post(proxy.address, &target, "3:::hello"), "1", "{kind:?}");
        for _ in 0..4 {
            let sid = handshake(proxy.address);
            assert!(sid.starts_with("b1"), "{kind:?} {sid}");
        }
        let target = format!("/socket.io/1/xhr-polling/{survivor}");
        assert_eq!(get(proxy.address, &target), "1::", "{kind:?}");
    });
}

#[test]
fn a_process_that_comes_back_has_its_new_sessions_to_itself() {
    behind_each_proxy(|kind| {
        let (a1, b1) = (start_named("a1"), start_named("b1"));
        let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
        let sid = handshake_at(proxy.address, "a1");
        let port = a1.port();
        drop(a1);
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        assert_eq!(get(proxy.address, &target), UNKNOWN, "{kind:?}");

        let _again = start_named_on(port, "a1");
        let sid = handshake_at(proxy.address, "a1");
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        assert_eq!(get(proxy.address, &target), "1::", "{kind:?}");
        assert_eq!(post(proxy.address, &target, "3:::hello"), "1", "{kind:?}");
        assert_eq!(get(proxy.address, &target), "3:::hello", "{kind:?}");
    });
}
