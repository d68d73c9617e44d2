//! Events that are ignored by name.

use socketio_driver_tokio::{BuildError, EventName, Namespace, Server, Socket};

use crate::client::{Client, on_each_transport};
use crate::server::{TestServer, wait_for};

fn repeating(name: &str) -> Namespace {
    Namespace::new(name).on_any(async |socket: Socket, EventName(name): EventName| {
        let _ = socket.send(&name);
    })
}

#[test]
fn blacklisted_events_are_neither_answered_nor_delivered() {
    on_each_transport(|transport| {
        let builder = Server::builder()
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

#[test]
fn a_namespace_that_was_never_added_keeps_to_it() {
    on_each_transport(|transport| {
        let server = TestServer::start(Server::builder().blacklist(["quiet"]));
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

#[test]
fn a_handler_for_what_is_ignored_would_never_run() {
    let chat = || Namespace::new("/chat").on("quiet", async || ());
    for builder in [
        Server::builder().blacklist(["quiet"]).namespace(chat()),
        Server::builder().namespace(chat().blacklist(["quiet"])),
    ] {
        let error = wait_for(builder.bind("127.0.0.1:0")).expect_err("an inert handler");
        assert!(matches!(error, BuildError::InertEvent { .. }), "{error}");
    }
}
