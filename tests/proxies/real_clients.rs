//! The real client on Node, through each proxy to two processes.

use crate::echo_processes::{address, start_named};
use crate::proxy::{Kind, Proxy};
use crate::scenario::Scenario;

fn play(kind: Kind, scenario: Scenario<'_>) {
    let (a1, b1) = (start_named("a1"), start_named("b1"));
    let proxy = Proxy::start(kind, [address(&a1), address(&b1)]);
    scenario.play(&proxy.url());
}

const fn over<'a>(transport: &'a str, folder: &'a str, name: &'a str) -> Scenario<'a> {
    Scenario {
        folder,
        name,
        transport,
    }
}

macro_rules! scenarios {
    ($($test:ident = $folder:literal / $name:literal),+ $(,)?) => {
        scenarios!(@proxy nginx Nginx $($test $folder $name),+);
        scenarios!(@proxy haproxy HaProxy $($test $folder $name),+);
    };
    (@proxy $module:ident $kind:ident $($test:ident $folder:literal $name:literal),+) => {
        mod $module {
            mod websocket {
                use super::super::{Kind, over, play};
                $(#[test] fn $test() { play(Kind::$kind, over("websocket", $folder, $name)); })+
            }

            mod xhr_polling {
                use super::super::{Kind, over, play};
                $(#[test] fn $test() { play(Kind::$kind, over("xhr-polling", $folder, $name)); })+
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
