//! What people who come from gevent-socketio rely on, and what they could not, in its words.

use socketio_server::{Args, HandlerError, Namespace, ServerBuilder, Socket, Text};

use crate::client::{Client, Transport, on_each_transport};
use crate::server::TestServer;

tests![
    emit_to_room_skips_the_sender,
    broadcast_event_reaches_the_sender_too,
    broadcast_event_not_me_reaches_everybody_else,
    the_global_namespace_may_speak_first,
    lines_and_emoji_arrive_both_ways_together_with_others,
];

/// A namespace whose clients enter a room and tell others.
fn telling(name: &str) -> Namespace {
    Namespace::new(name)
        .on("join", async |socket: Socket| {
            Ok::<_, HandlerError>(socket.join("room")?)
        })
        .on("emit_to_room", async |socket: Socket| {
            socket.to("room").emit("heard", ("in the room",))?;
            Ok::<_, HandlerError>(())
        })
        .on("broadcast_event", async |socket: Socket| {
            socket.everybody().emit("heard", ("everybody",))?;
            Ok::<_, HandlerError>(())
        })
        .on("broadcast_event_not_me", async |socket: Socket| {
            socket.broadcast().emit("heard", ("not me",))?;
            Ok::<_, HandlerError>(())
        })
        .on(
            "done",
            async |socket: Socket, Args((text,)): Args<(String,)>| {
                socket.send(&text)?;
                Ok::<_, HandlerError>(())
            },
        )
}

/// Three clients: one in the room that speaks, one in the room, one in the namespace. A fourth
/// is in another namespace, where it is in a room of the same name.
struct Crowd {
    speaker: Client,
    in_room: Client,
    outside: Client,
    elsewhere: Client,
    _server: TestServer,
}

impl Crowd {
    fn gather(transport: Transport) -> Self {
        let server = TestServer::of([telling("/chat"), telling("/other")]);
        let client = |namespace: &str, in_room: bool| {
            let mut client = Client::join(&server, transport, namespace);
            if in_room {
                client.send(&format!(r#"5:1+:{namespace}:{{"name":"join"}}"#));
                client.expect(&format!("6::{namespace}:1"));
            }
            client
        };
        Self {
            speaker: client("/chat", true),
            in_room: client("/chat", true),
            outside: client("/chat", false),
            elsewhere: client("/other", true),
            _server: server,
        }
    }

    /// What each client hears of what the speaker does: the speaker, the one in the room, the
    /// one outside, the one elsewhere.
    fn hear(&mut self, event: &str) -> [Vec<String>; 4] {
        self.speaker
            .send(&format!(r#"5:9+:/chat:{{"name":"{event}"}}"#));
        let mut speaker = Vec::new();
        loop {
            let packet = self.speaker.next();
            if packet == "6::/chat:9" {
                break;
            }
            speaker.push(packet);
        }
        [
            speaker,
            heard_before_done(&mut self.in_room, "/chat"),
            heard_before_done(&mut self.outside, "/chat"),
            heard_before_done(&mut self.elsewhere, "/other"),
        ]
    }
}

/// Whatever was sent to the client before it asks for a message of its own.
fn heard_before_done(client: &mut Client, namespace: &str) -> Vec<String> {
    client.send(&format!(
        r#"5::{namespace}:{{"name":"done","args":["done"]}}"#
    ));
    let mut heard = Vec::new();
    loop {
        let packet = client.next();
        if packet == format!("3::{namespace}:done") {
            return heard;
        }
        heard.push(packet);
    }
}

fn heard(what: &str) -> Vec<String> {
    vec![format!(r#"5::/chat:{{"name":"heard","args":["{what}"]}}"#)]
}

fn emit_to_room_skips_the_sender() {
    on_each_transport(|transport| {
        let mut crowd = Crowd::gather(transport);
        let expected = [vec![], heard("in the room"), vec![], vec![]];
        assert_eq!(crowd.hear("emit_to_room"), expected);
    });
}

fn broadcast_event_reaches_the_sender_too() {
    on_each_transport(|transport| {
        let mut crowd = Crowd::gather(transport);
        let all = heard("everybody");
        let expected = [all.clone(), all.clone(), all, vec![]];
        assert_eq!(crowd.hear("broadcast_event"), expected);
    });
}

fn broadcast_event_not_me_reaches_everybody_else() {
    on_each_transport(|transport| {
        let mut crowd = Crowd::gather(transport);
        let others = heard("not me");
        let expected = [vec![], others.clone(), others, vec![]];
        assert_eq!(crowd.hear("broadcast_event_not_me"), expected);
    });
}

fn the_global_namespace_may_speak_first() {
    let namespace = Namespace::global().on_connect(async |socket: Socket| {
        socket.emit("welcome", ())?;
        Ok::<_, HandlerError>(())
    });
    let server = TestServer::start(ServerBuilder::new().namespace(namespace));
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        client.expect(r#"5:::{"name":"welcome"}"#);
    });
}

fn lines_and_emoji_arrive_both_ways_together_with_others() {
    let echo = Namespace::global().on_message(async |socket: Socket, Text(text): Text| {
        socket.send(&text)?;
        Ok::<_, HandlerError>(())
    });
    let server = TestServer::of([echo]);
    on_each_transport(|transport| {
        let mut client = Client::connect(&server, transport);
        let packets = ["3:::first\nsecond", "3:::\u{1f600} smiles", "3:::last"];
        client.send_together(&packets);
        for packet in packets {
            client.expect(packet);
        }
    });
}
