//! Sessions and sockets, looked up and looked at from outside of handlers.

use socketio_server::{
    Acl, Args, HandlerError, Misuse, Namespace, ServerBuilder, SessionId, SessionState, Socket,
    State, TransportName,
};

use crate::client::{Client, Transport, handshake, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;
use crate::waiting::eventually;

tests![
    a_session_is_found_by_its_id_from_its_handshake_to_its_end,
    what_goes_on_is_counted,
    sessions_sockets_and_rooms_are_listed,
    one_namespace_opens_the_lists_of_another,
    an_error_can_be_told,
    who_is_dropped_silently_hears_nothing,
];

fn rooms(name: &str) -> Namespace {
    Namespace::new(name).on(
        "join",
        async |socket: Socket, Args((room,)): Args<(String,)>| {
            Ok::<_, HandlerError>(socket.join(&room)?)
        },
    )
}

fn id(sid: &str) -> SessionId {
    SessionId::parse(sid).expect("a session's id")
}

fn a_session_is_found_by_its_id_from_its_handshake_to_its_end() {
    on_each_transport(|transport| {
        let server = TestServer::of([rooms("/chat")]);
        let sid = handshake(server.address, "?color=red");
        let session = server.handle.session(&id(&sid)).expect("a session");
        assert_eq!(session.state(), SessionState::Connecting);
        assert_eq!((session.id(), session.transport()), (id(&sid), None));
        assert_eq!(
            session.handshake().query_param("color").as_deref(),
            Some("red")
        );
        let mut client = Client::resume(&server, transport, sid);
        assert_eq!(session.state(), SessionState::Connected);
        let name = match transport {
            Transport::WebSocket => TransportName::WebSocket,
            Transport::Polling => TransportName::XhrPolling,
            Transport::Jsonp => TransportName::JsonpPolling,
            Transport::HtmlFile => TransportName::HtmlFile,
        };
        assert_eq!(session.transport(), Some(name));
        client.send("1::/chat");
        client.expect("1::/chat");
        let names: Vec<_> = session
            .sockets()
            .iter()
            .map(|it| it.namespace().to_owned())
            .collect();
        assert_eq!(names, ["", "/chat"]);
        let chat = session.socket("/chat").expect("it has joined");
        assert_eq!(chat.transport(), Some(name));
        assert_eq!(chat.session(), session);
        assert!(session.socket("/nowhere").is_none());
        chat.session().extensions().insert(7_u8);
        assert_eq!(session.extensions().get::<u8>().as_deref(), Some(&7));
        session.disconnect();
        assert_ne!(session.state(), SessionState::Connected);
        client.expect("0::");
        drop(client);
        eventually("the session is gone", || {
            session.state() == SessionState::Disconnected
        });
        assert!(server.handle.session(&session.id()).is_none());
        assert_eq!(session.counters(), None);
        assert!(session.sockets().is_empty());
        session.disconnect();
    });
}

fn what_goes_on_is_counted() {
    let server = TestServer::of([]);
    let mut client = Client::connect(&server, Transport::Polling);
    client.send("2::");
    client.send("3:::nothing handles it");
    client.next();
    let session = server.handle.session(&id(&client.sid)).expect("a session");
    let counters = session.counters().expect("it is there");
    // Two polls and two posts, the greeting and the fault.
    assert_eq!(counters.requests, 4);
    assert_eq!((counters.packets_received, counters.heartbeats), (2, 1));
    assert_eq!(counters.packets_sent, 2);
    assert_eq!(session.backlog(), (0, 0));
}

fn sessions_sockets_and_rooms_are_listed() {
    on_each_transport(|transport| {
        let server = TestServer::of([rooms("/chat"), rooms("/other")]);
        let mut clients = [(); 3].map(|()| Client::join(&server, transport, "/chat"));
        for (client, room) in clients.iter_mut().zip(["a", "b", "b"]) {
            client.send(&format!(
                r#"5:1+:/chat:{{"name":"join","args":["{room}"]}}"#
            ));
            client.expect("6::/chat:1");
        }
        let namespaces: Vec<_> = server.handle.namespaces().collect();
        assert_eq!(namespaces, ["/chat", "/other", ""]);
        let mut listed: Vec<_> = server.handle.sessions().iter().map(|it| it.id()).collect();
        let mut ids: Vec<_> = clients.iter().map(|client| id(&client.sid)).collect();
        listed.sort();
        ids.sort();
        assert_eq!(listed, ids);
        let chat = server.handle.of("/chat").expect("it is there");
        assert_eq!(chat.name(), "/chat");
        let rooms: Vec<_> = chat.rooms().into_iter().collect();
        assert_eq!(rooms, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(chat.sockets_in("b").len(), 2);
        let other = server.handle.of("/other").expect("it is there");
        assert!(other.rooms().is_empty());
        assert!(other.socket(&ids[0]).is_none());
        let one = chat.socket(&ids[0]).expect("it has joined");
        one.disconnect().expect("it is there");
        assert!(chat.socket(&ids[0]).is_none());
        eventually("its room is empty or smaller", || {
            chat.rooms().values().sum::<usize>() == 2
        });
    });
}

fn one_namespace_opens_the_lists_of_another() {
    let admin = Namespace::new("/admin")
        .initial_acl(Acl::only(["connect"]))
        .on("kick", async || "kicked");
    let login = Namespace::new("/login").on("password", async |socket: Socket| {
        let admin = socket.in_namespace("/admin").ok_or(Misuse::NotJoined)?;
        admin.acl().allow("kick")?;
        Ok::<_, HandlerError>(())
    });
    let server = TestServer::of([admin, login]);
    let mut client = Client::join(&server, Transport::WebSocket, "/login");
    let kick = r#"5:1+:/admin:{"name":"kick"}"#;
    client.send(r#"5::/login:{"name":"password"}"#);
    let told = client.next();
    assert!(told.contains("has not joined"), "{told}");
    client.send_together(&["1::/admin", kick]);
    client.expect("1::/admin");
    for begin in ["5::/admin:", "6::/admin:1+"] {
        let denied = client.next();
        assert!(denied.starts_with(begin) && denied.contains("method_access_denied"));
    }
    client.send(r#"5:1+:/login:{"name":"password"}"#);
    client.expect("6::/login:1");
    client.send(kick);
    client.expect(r#"6::/admin:1+["kicked"]"#);
}

fn an_error_can_be_told() {
    let namespace = Namespace::new("/chat").on("try", async |socket: Socket| {
        socket.error("too_loud", "Please whisper").is_ok()
    });
    let server = TestServer::of([namespace]);
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    client.send(r#"5:1+:/chat:{"name":"try"}"#);
    client.expect(r#"5::/chat:{"name":"error","args":["too_loud","Please whisper"]}"#);
    client.expect("6::/chat:1+[true]");
}

fn who_is_dropped_silently_hears_nothing() {
    on_each_transport(|transport| {
        let namespace = rooms("/chat")
            .on("drop me", async |socket: Socket| {
                let _ = socket.send("last");
                socket.disconnect_silently().is_ok()
            })
            .on_disconnect(async |State(pen): State<Pen>| pen.note("gone"));
        let global = Namespace::global().on("drop me", async |socket: Socket| {
            let _ = socket.send("last");
            socket.disconnect_silently().is_ok()
        });
        let builder = ServerBuilder::new().namespace(namespace).namespace(global);
        let (server, journal) = TestServer::noting(builder);
        let mut client = Client::join(&server, transport, "/chat");
        client.send(r#"5:1+:/chat:{"name":"drop me"}"#);
        client.expect("3::/chat:last");
        client.expect("6::/chat:1+[true]");
        journal.expect("gone");
        client.emit("drop me", "[]");
        client.expect("3:::last");
        match transport {
            Transport::WebSocket => client.websocket().expect_close(1000),
            Transport::HtmlFile => client.htmlfile().expect_end(),
            // The client is told to make a new handshake.
            Transport::Polling | Transport::Jsonp => client.expect("7:::1+0"),
        }
        drop(client);
        server.wait_until_deserted();
    });
}
