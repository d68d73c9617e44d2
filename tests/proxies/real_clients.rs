//! The real client on Node, through each proxy to two processes.

use crate::echo_processes::{address, start_named};
use crate::proxy::{Kind, Proxy};
use socketio_tests::node;

fn play(kind: Kind, folder: &str, scenario: &str, transport: &str) {
    let (a1, b1) = (start_named("a1"), start_named("b1"));
    let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
    let arguments = [
        scenario,
        "--folder",
        folder,
        "--url",
        &proxy.url(),
        "--transport",
        transport,
    ];
    node::run("run-scenario.js", &arguments);
}

macro_rules! scenarios {
    ($($test:ident = $folder:literal / $name:literal),+ $(,)?) => {
        scenarios!(@proxy nginx Nginx $($test $folder $name),+);
        scenarios!(@proxy haproxy HaProxy $($test $folder $name),+);
    };
    (@proxy $module:ident $kind:ident $($test:ident $folder:literal $name:literal),+) => {
        mod $module {
            mod websocket {
                use super::super::{Kind, play};
                $(#[test] fn $test() { play(Kind::$kind, $folder, $name, "websocket"); })+
            }

            mod xhr_polling {
                use super::super::{Kind, play};
                $(#[test] fn $test() { play(Kind::$kind, $folder, $name, "xhr-polling"); })+
            }
        }
    };
}

scenarios!(
    client_disconnects = "scenarios" / "client-disconnects",
    connect = "scenarios" / "connect",
    crowd = "behind-proxies" / "crowd",
    event_arguments = "scenarios" / "event-arguments",
    large_text = "scenarios" / "large-text",
    messages = "scenarios" / "messages",
);
