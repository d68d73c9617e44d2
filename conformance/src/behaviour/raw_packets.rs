//! Packets as they came, beside whatever else a handler takes.

use socketio_server::{
    Ack, Args, ErrorAdvice, ErrorPacket, ErrorReason, Namespace, RawPacket, ServerBuilder, State,
    Text,
};

use crate::client::{Client, on_each_transport};
use crate::journal::Pen;
use crate::server::TestServer;

tests![
    they_tell_everything_that_the_client_wrote,
    error_packets_that_nobody_handles_are_ignored,
    there_is_none_where_nothing_was_received,
];

fn note(pen: &Pen, packet: &RawPacket) {
    pen.note(format_args!(
        "{:?} {:?} {:?} {:?} {:?} {}",
        packet.kind(),
        packet.endpoint(),
        packet.id(),
        packet.ack_mode(),
        packet.name(),
        packet.data()
    ));
}

fn they_tell_everything_that_the_client_wrote() {
    on_each_transport(|transport| {
        let namespace = Namespace::new("/a")
            .on_connect(async |packet: RawPacket, State(pen): State<Pen>| note(&pen, &packet))
            .on_message(
                async |Text(text): Text, packet: RawPacket, State(pen): State<Pen>| {
                    assert_eq!(text, packet.data());
                    note(&pen, &packet);
                },
            )
            .on_json(async |packet: RawPacket, State(pen): State<Pen>| note(&pen, &packet))
            .on(
                "event",
                async |ack: Ack, packet: RawPacket, _: Args<(u8,)>, State(pen): State<Pen>| {
                    note(&pen, &packet);
                    let _ = ack.send(());
                },
            )
            .on_error_packet(
                async |error: ErrorPacket, packet: RawPacket, State(pen): State<Pen>| {
                    let expected = ErrorPacket {
                        reason: Some(ErrorReason::Unauthorized),
                        advice: Some(ErrorAdvice::Reconnect),
                    };
                    assert_eq!(error, expected);
                    note(&pen, &packet);
                },
            );
        let (server, journal) = TestServer::noting(ServerBuilder::new().namespace(namespace));
        let mut client = Client::connect(&server, transport);
        for (packet, noted) in [
            ("1::/a:?q=1", r#"Connect "/a" None None None ?q=1"#),
            (
                "3:007:/a:text",
                r#"Message "/a" Some("007") Some(Automatic) None text"#,
            ),
            (
                "3:8+:/a:text",
                r#"Message "/a" Some("8") Some(Data) None text"#,
            ),
            ("4::/a:{\"a\": 1}", r#"Json "/a" None None None {"a": 1}"#),
            (
                r#"5:9+:/a:{"name":"event","args":[1, "two"]}"#,
                r#"Event "/a" Some("9") Some(Data) Some("event") [1, "two"]"#,
            ),
            ("7::/a:2+0", r#"Error "/a" None None None "#),
        ] {
            client.send(packet);
            journal.expect(noted);
        }
        for answer in ["1::/a", "6::/a:007", "6::/a:8", "6::/a:9"] {
            client.expect(answer);
        }
    });
}

fn error_packets_that_nobody_handles_are_ignored() {
    on_each_transport(|transport| {
        let server = TestServer::of([Namespace::global().on("ping", async || "pong")]);
        let mut client = Client::connect(&server, transport);
        for packet in ["7:::1+0", "7::/nowhere:1", "7::"] {
            client.send(packet);
        }
        client.ask(1, "ping", "[]");
        client.expect(r#"6:::1+["pong"]"#);
    });
}

fn there_is_none_where_nothing_was_received() {
    let namespace = Namespace::global().on_disconnect(
        async |packet: Result<RawPacket, socketio_server::Rejection>, State(pen): State<Pen>| {
            pen.note(packet.is_err());
        },
    );
    let (server, journal) = TestServer::noting(ServerBuilder::new().namespace(namespace));
    let mut client = Client::connect(&server, crate::client::Transport::WebSocket);
    client.send("0::");
    journal.expect("true");
}
