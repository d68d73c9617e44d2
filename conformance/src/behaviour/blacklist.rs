//! Events that are ignored by name.

use socketio_server::{BuildError, EventName, Namespace, ServerBuilder, Socket};

use crate::client::{Client, on_each_transport};
use crate::server::{TestServer, bind};

tests![
    blacklisted_events_are_neither_answered_nor_delivered,
    a_namespace_that_was_never_added_keeps_to_it,
    a_handler_for_what_is_ignored_would_never_run,
];

fn repeating(name: &str) -> Namespace {
    Namespace::new(name).on_any(async |socket: Socket, EventName(name): EventName| {
        let _ = socket.send(&name);
    })
}

fn blacklisted_events_are_neither_answered_nor_delivered() {
    on_each_transport(|transport| {
        let builder = ServerBuilder::new()
            .blacklist(["everywhere"])
            .namespace(repeating(""))
            .namespace(repeating("/chat").blacklist(["here"]));
        let server = TestServer::start(builder);
        let mut client = Client::join(&server, transport, "/chat");
        for (namespace, heard) in [("", "here"), ("/chat", "there")] {
            for name in ["everywhere", "here", "there"] {
                client.send(&format!(r#"5:1+:{namespace}:{{"name":"{name}"}}"#));
            }
            client.expect(&format!("3::{namespace}:{heard}"));
            client.expect(&format!("6::{namespace}:1"));
            if namespace.is_empty() {
                client.expect("3:::there");
                client.expect("6:::1");
            }
        }
    });
}

fn a_namespace_that_was_never_added_keeps_to_it() {
    on_each_transport(|transport| {
        let server = TestServer::start(ServerBuilder::new().blacklist(["quiet"]));
        let mut client = Client::connect(&server, transport);
        client.emit("quiet", "[]");
        client.emit("loud", "[]");
        let heard = client.next();
        assert!(
            heard.contains("no_such_method") && heard.contains("loud"),
            "{heard}"
        );
    });
}

fn a_handler_for_what_is_ignored_would_never_run() {
    let chat = || Namespace::new("/chat").on("quiet", async || ());
    for builder in [
        ServerBuilder::new().blacklist(["quiet"]).namespace(chat()),
        ServerBuilder::new().namespace(chat().blacklist(["quiet"])),
    ] {
        let error = bind(builder, "127.0.0.1:0").expect_err("an inert handler");
        assert!(matches!(error, BuildError::InertEvent { .. }), "{error}");
    }
}
