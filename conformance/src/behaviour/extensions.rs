//! Values that the application keeps with its clients.

use socketio_server::{Namespace, ServerBuilder, Socket, State};

use crate::client::{Client, Transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    there_are_values_of_the_membership_and_of_the_session,
    values_are_dropped_when_their_time_is_over,
    a_client_is_found_in_the_other_namespaces_that_it_is_in,
];

struct Visits(u32);

/// Says so when it is dropped.
struct Dropped(Pen, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

fn counting(name: &str) -> Namespace {
    Namespace::new(name)
        .on("visit", async |socket: Socket| {
            let visit = |extensions: &socketio_server::Extensions| {
                let before = extensions.get::<Visits>().map_or(0, |visits| visits.0);
                extensions.insert(Visits(before + 1));
                before + 1
            };
            (
                visit(socket.extensions()),
                visit(socket.session_extensions()),
            )
        })
        .on("forget", async |socket: Socket| {
            let removed = socket.extensions().remove::<Visits>();
            removed.map(|visits| visits.0)
        })
}

fn there_are_values_of_the_membership_and_of_the_session() {
    let server = TestServer::of(["", "/chat"].map(counting));
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.ask(1, "visit", "[]");
    client.expect("6:::1+[1,1]");
    client.ask(2, "visit", "[]");
    client.expect("6:::2+[2,2]");
    client.send(r#"5:3+:/chat:{"name":"visit"}"#);
    client.expect("6::/chat:3+[1,3]");
    client.send_together(&["0::/chat", "1::/chat", r#"5:4+:/chat:{"name":"visit"}"#]);
    client.expect("1::/chat");
    client.expect("6::/chat:4+[1,4]");
    client.ask(5, "forget", "[]");
    client.expect("6:::5+[2]");
    client.ask(6, "forget", "[]");
    client.expect("6:::6+[null]");
    let mut other = Client::connect(&server, Transport::WebSocket);
    other.ask(7, "visit", "[]");
    other.expect("6:::7+[1,1]");
}

fn values_are_dropped_when_their_time_is_over() {
    let namespace = Namespace::new("/chat")
        .on_connect(async |socket: Socket, State(pen): State<Pen>| {
            socket
                .session_extensions()
                .insert(Dropped(pen.clone(), "session's"));
            socket.extensions().insert(Dropped(pen, "membership's"));
            // Handles do not keep anything alive.
            socket.extensions().insert(socket.clone());
        })
        .on_disconnect(async |socket: Socket, State(pen): State<Pen>| {
            let there = socket.extensions().get::<Dropped>().is_some();
            pen.note(format_args!("left, with it: {there}"));
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send("0::/chat");
    journal.expect("left, with it: true");
    journal.expect("membership's");
    client.send("0::");
    journal.expect("session's");
}

fn a_client_is_found_in_the_other_namespaces_that_it_is_in() {
    let global = Namespace::global().on("whisper", async |socket: Socket| {
        let nowhere = socket.in_namespace("/nowhere").is_none();
        let chat = socket.in_namespace("/chat");
        let sent = chat.map(|chat| chat != socket && chat.send("psst").is_ok());
        (nowhere, sent)
    });
    let builder = ServerBuilder::new()
        .namespace(global)
        .namespace(Namespace::new("/chat"));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "whisper", "[]");
    client.expect("6:::1+[true,null]");
    client.send("1::/chat");
    client.expect("1::/chat");
    client.ask(2, "whisper", "[]");
    client.expect("3::/chat:psst");
    client.expect("6:::2+[true,true]");
    client.send("0::/chat");
    client.ask(3, "whisper", "[]");
    client.expect("6:::3+[true,null]");
}
