//! Whatever a request is, it reaches the process that has the session.

use crate::echo_processes::{address, start_named, start_nameless};
use crate::http_client::{UNKNOWN, get, handshake, post};
use crate::proxy::{Proxy, behind_each_proxy};

#[test]
fn requests_reach_the_process_of_their_session() {
    behind_each_proxy(|kind| {
        let (a1, b1) = (start_named("a1"), start_named("b1"));
        let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
        let sids: Vec<_> = (0..8).map(|_| handshake(proxy.address)).collect();
        for prefix in ["a1", "b1"] {
            let count = sids.iter().filter(|sid| sid.starts_with(prefix)).count();
            assert_eq!(count, 4, "{kind:?} {sids:?}");
        }
        for sid in &sids {
            let target = format!("/socket.io/1/xhr-polling/{sid}");
            assert_eq!(get(proxy.address, &target), "1::", "{kind:?}");
            let with_query = format!("{target}?t=1700000000000");
            assert_eq!(
                post(proxy.address, &with_query, "3:::hello"),
                "1",
                "{kind:?}"
            );
            assert_eq!(get(proxy.address, &with_query), "3:::hello", "{kind:?}");
        }
        let (hurried, orderly) = sids.split_at(4);
        for sid in hurried {
            get(proxy.address, &format!("/socket.io/1//{sid}/?disconnect=1"));
        }
        for sid in orderly {
            get(
                proxy.address,
                &format!("/socket.io/1/xhr-polling/{sid}/?disconnect"),
            );
        }
        for sid in &sids {
            let answer = get(proxy.address, &format!("/socket.io/1/xhr-polling/{sid}"));
            assert_eq!(answer, UNKNOWN, "{kind:?}");
        }
    });
}

/// What the prefixes are for.
#[test]
fn without_prefixes_requests_go_astray() {
    behind_each_proxy(|kind| {
        let (first, second) = (start_nameless(), start_nameless());
        let proxy = Proxy::start(kind, [address(&first), address(&second)]);
        // One id in 2,000 begins like a prefix by chance.
        let astray = (0..4).filter(|_| {
            let sid = handshake(proxy.address);
            get(proxy.address, &format!("/socket.io/1/xhr-polling/{sid}")) == UNKNOWN
        });
        assert!(astray.count() > 0, "{kind:?}");
    });
}

#[test]
fn sessions_that_nobody_can_have_are_told_so() {
    behind_each_proxy(|kind| {
        let (a1, b1) = (start_named("a1"), start_named("b1"));
        let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
        for sid in ["c1AAAAAAAAAAAAAAAAAAAAAA", "A1AAAAAAAAAAAAAAAAAAAAAA", "x"] {
            let answer = get(proxy.address, &format!("/socket.io/1/xhr-polling/{sid}"));
            assert_eq!(answer, UNKNOWN, "{kind:?} {sid}");
        }
    });
}
