//! Rooms: who is in them gets what is sent there, once.

use socketio_server::{Args, HandlerError, Namespace, ServerBuilder, SessionLimits, Socket, State};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    a_room_is_told_and_nobody_else,
    a_member_of_several_rooms_is_told_once,
    others_are_told_without_the_sender,
    rooms_can_be_left_out,
    who_left_a_room_is_told_no_more,
    a_room_belongs_to_its_namespace_and_is_left_with_it,
    there_is_an_end_to_rooms_and_no_new_one_for_who_has_gone,
];

type Rooms = Args<(Vec<String>,)>;

fn with_rooms(namespace: Namespace) -> Namespace {
    namespace
        .on(
            "join",
            async |socket: Socket, Args((room,)): Args<(String,)>| {
                Ok::<_, HandlerError>(socket.join(&room)?)
            },
        )
        .on(
            "leave",
            async |socket: Socket, Args((room,)): Args<(String,)>| {
                socket.leave(&room);
            },
        )
        .on("rooms", async |socket: Socket| {
            let mut rooms = socket.rooms();
            rooms.sort();
            rooms
        })
        .on("tell", async |socket: Socket, Args((rooms,)): Rooms| {
            let to_all = rooms
                .iter()
                .fold(socket.everybody(), |cast, room| cast.to(&**room));
            to_all.emit("told", (rooms,)).is_ok()
        })
        .on(
            "tell others",
            async |socket: Socket, Args((room,)): Args<(String,)>| {
                socket.to(room.clone()).emit("told", (room,)).is_ok()
            },
        )
        .on(
            "tell except",
            async |socket: Socket, Args((rooms,)): Rooms| {
                let to_rest = rooms
                    .iter()
                    .fold(socket.everybody(), |cast, room| cast.except(&**room));
                to_rest.emit("told", ("the rest",)).is_ok()
            },
        )
        .on("mark", async |socket: Socket| {
            socket.everybody().emit("marked", ()).is_ok()
        })
}

fn join(client: &mut Client, room: &str) {
    client.ask(1, "join", &format!("[{room:?}]"));
    client.expect("6:::1");
}

/// Everybody gets the marker next: nothing else was sent to them.
fn expect_nothing_more(clients: &mut [Client]) {
    clients[0].emit("mark", "[]");
    for client in clients {
        client.expect(r#"5:::{"name":"marked"}"#);
    }
}

fn told(what: &str) -> String {
    format!(r#"5:::{{"name":"told","args":[{what}]}}"#)
}

/// The first is in `a`, the second in `a` and `b`, the third in `b`, the last in none.
fn in_rooms(server: &TestServer, transport: Transport) -> [Client; 4] {
    let mut clients = [(); 4].map(|()| Client::connect(server, transport));
    join(&mut clients[0], "a");
    join(&mut clients[1], "a");
    join(&mut clients[1], "b");
    join(&mut clients[2], "b");
    clients
}

fn a_room_is_told_and_nobody_else() {
    on_each_transport(|transport| {
        let server = TestServer::of([with_rooms(Namespace::global())]);
        let mut clients = in_rooms(&server, transport);
        clients[3].emit("tell", r#"[["a"]]"#);
        for client in &mut clients[..2] {
            client.expect(&told(r#"["a"]"#));
        }
        expect_nothing_more(&mut clients);
    });
}

fn a_member_of_several_rooms_is_told_once() {
    on_each_transport(|transport| {
        let server = TestServer::of([with_rooms(Namespace::global())]);
        let mut clients = in_rooms(&server, transport);
        clients[1].emit("tell", r#"[["a","b","a","empty"]]"#);
        for client in &mut clients[..3] {
            client.expect(&told(r#"["a","b","a","empty"]"#));
        }
        expect_nothing_more(&mut clients);
    });
}

fn others_are_told_without_the_sender() {
    let server = TestServer::of([with_rooms(Namespace::global())]);
    let mut clients = in_rooms(&server, Transport::WebSocket);
    clients[0].emit("tell others", r#"["a"]"#);
    clients[1].expect(&told(r#""a""#));
    clients[0].emit("tell others", r#"["b"]"#);
    clients[1].expect(&told(r#""b""#));
    clients[2].expect(&told(r#""b""#));
    expect_nothing_more(&mut clients);
}

fn rooms_can_be_left_out() {
    let server = TestServer::of([with_rooms(Namespace::global())]);
    let mut clients = in_rooms(&server, Transport::WebSocket);
    clients[0].emit("tell except", r#"[["b"]]"#);
    clients[0].expect(&told(r#""the rest""#));
    clients[3].expect(&told(r#""the rest""#));
    clients[0].emit("tell except", r#"[["a","b"]]"#);
    clients[3].expect(&told(r#""the rest""#));
    expect_nothing_more(&mut clients);
}

fn who_left_a_room_is_told_no_more() {
    on_each_transport(|transport| {
        let server = TestServer::of([with_rooms(Namespace::global())]);
        let mut clients = in_rooms(&server, transport);
        clients[1].ask(2, "rooms", "[]");
        clients[1].expect(r#"6:::2+[["a","b"]]"#);
        clients[1].emit("leave", r#"["a"]"#);
        clients[1].emit("leave", r#"["never joined"]"#);
        clients[1].ask(3, "rooms", "[]");
        clients[1].expect(r#"6:::3+[["b"]]"#);
        clients[3].emit("tell", r#"[["a"]]"#);
        clients[0].expect(&told(r#"["a"]"#));
        expect_nothing_more(&mut clients);
    });
}

fn a_room_belongs_to_its_namespace_and_is_left_with_it() {
    let server = TestServer::of(["", "/chat"].map(|name| with_rooms(Namespace::new(name))));
    let mut client = Client::join(&server, Transport::WebSocket, "/chat");
    join(&mut client, "a");
    client.send(r#"5:1+:/chat:{"name":"rooms"}"#);
    client.expect("6::/chat:1+[[]]");
    client.send(r#"5:2+:/chat:{"name":"join","args":["b"]}"#);
    client.expect("6::/chat:2");
    client.send_together(&["0::/chat", "1::/chat", r#"5:3+:/chat:{"name":"rooms"}"#]);
    client.expect("1::/chat");
    client.expect("6::/chat:3+[[]]");
    client.ask(4, "rooms", "[]");
    client.expect(r#"6:::4+[["a"]]"#);
}

fn there_is_an_end_to_rooms_and_no_new_one_for_who_has_gone() {
    let mut limits = SessionLimits::default();
    limits.rooms = 2;
    let namespace = with_rooms(Namespace::global()).on_disconnect(
        async |socket: Socket, State(pen): State<Pen>| {
            pen.note(socket.join("c").is_err());
            pen.note(socket.rooms().len());
        },
    );
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .session_limits(limits);
    let (server, journal) = TestServer::noting(builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    join(&mut client, "a");
    join(&mut client, "b");
    join(&mut client, "b");
    client.emit("join", r#"["c"]"#);
    client.expect(
        r#"5:::{"name":"error","args":["handler_failed","the session is in too many rooms"]}"#,
    );
    client.send("0::");
    journal.expect("true");
    journal.expect("2");
}
