//! Packets that were made up to confuse who reads them.

use socketio_server::{
    ConnectQuery, ErrorPacket, EventName, EventNames, Json, Namespace, RawArgs, Socket, State, Text,
};

use crate::client::{Client, Transport, on_each_transport, payload};
use crate::journal::{Journal, Pen};
use crate::server::TestServer;

tests![
    cve_2024_38355_reserved_event_names_are_inert,
    cve_2023_32695_event_names_that_are_no_strings_are_no_packets,
    arguments_that_are_no_array_are_no_packets,
    cve_2022_2421_placeholders_for_attachments_are_plain_json,
    cve_2026_33151_packets_that_announce_attachments_are_no_packets,
    cve_2026_69185_packets_that_announce_no_attachments_are_no_packets,
    socketioxide_357_packets_of_other_generations_are_no_packets,
    cve_2020_36049_any_number_of_packets_is_read_in_one_go,
    what_a_client_makes_up_goes_back_to_it_no_larger,
];

/// Notes whatever any handler is told, but for events that ask to mark the end.
fn noting() -> Namespace {
    Namespace::global()
        .event_names(EventNames::any())
        .on("mark", async || ())
        .on_connect(async |State(pen): State<Pen>, query: ConnectQuery| {
            pen.note(format_args!("connect {}", query.0));
        })
        .on_disconnect(async |State(pen): State<Pen>| pen.note("disconnect"))
        .on_message(async |State(pen): State<Pen>, Text(text): Text| {
            pen.note(format_args!("message {text}"));
        })
        .on_json(
            async |State(pen): State<Pen>, Json(value): Json<serde_json::Value>| {
                pen.note(format_args!("json {value}"));
            },
        )
        .on_error_packet(async |State(pen): State<Pen>, _: ErrorPacket| pen.note("error packet"))
}

fn with_any_event(namespace: Namespace) -> Namespace {
    namespace.on_any(
        async |State(pen): State<Pen>, EventName(name): EventName, args: RawArgs| {
            pen.note(format_args!("event {name} {}", args.as_str()));
        },
    )
}

/// The session still works, and nothing else was handled.
#[track_caller]
fn expect_going_on(client: &mut Client, journal: &Journal) {
    client.send("3:::still there");
    journal.expect("message still there");
}

/// Names that are not answered either.
const INERT: [&str; 3] = ["connect", "disconnect", "newListener"];

/// Names that mean something to servers, clients or languages of this family.
const RESERVED: [&str; 27] = [
    "error",
    "connect",
    "connecting",
    "connect_error",
    "connect_failed",
    "connection",
    "disconnect",
    "disconnecting",
    "message",
    "json",
    "anything",
    "ack",
    "noop",
    "heartbeat",
    "reconnect",
    "reconnecting",
    "reconnect_failed",
    "initialize",
    "recv_connect",
    "recv_disconnect",
    "newListener",
    "removeListener",
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
];

fn cve_2024_38355_reserved_event_names_are_inert() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(noting());
        let mut client = Client::connect(&server, transport);
        journal.expect("connect ");
        for name in RESERVED {
            client.emit(name, r#"["made up"]"#);
            client.ask(1, name, r#"[{"reason":"booted"}]"#);
        }
        // Each is told what any unknown event is: to whom asks, in an answer as well.
        for name in RESERVED.iter().filter(|name| !INERT.contains(name)) {
            for start in ["5:::", "5:::", "6:::1+"] {
                let answer = client.next();
                let is_right = answer.starts_with(start) && answer.contains("no_such_method");
                assert!(is_right, "{name}: {answer}");
            }
        }
        client.ask(2, "mark", "[]");
        client.expect("6:::2");
        expect_going_on(&mut client, &journal);
        assert_eq!(server.handle.session_count(), 1);
    });
}

fn cve_2023_32695_event_names_that_are_no_strings_are_no_packets() {
    expect_refused(&[
        r#"5:::{"name":["constructor"],"args":[]}"#,
        r#"5:::{"name":{"toString":"x"},"args":[]}"#,
        r#"5:::{"name":7,"args":[]}"#,
        r#"5:::{"name":null}"#,
        r#"5:::{"name":true}"#,
        r#"5:::{"args":["name"]}"#,
        r#"5:::["name",{}]"#,
        r#"5:::"name""#,
        "5:::null",
        "5:::",
    ]);
}

fn arguments_that_are_no_array_are_no_packets() {
    expect_refused(&[
        r#"5:::{"name":"event","args":{"length":4294967295}}"#,
        r#"5:::{"name":"event","args":"text"}"#,
        r#"5:::{"name":"event","args":1e999}"#,
        r#"5:::{"name":"event","args":[}"#,
        r#"5:::{"name":"event","args":[]"#,
        r#"5:::{"name":"event","args":[]}}"#,
        "5:::{\"name\":\"ev\u{0}ent\",\"args\":[]}",
    ]);
}

fn cve_2026_33151_packets_that_announce_attachments_are_no_packets() {
    expect_refused(&[
        r#"51-["event",{"_placeholder":true,"num":0}]"#,
        r#"5999999999-["event",{"_placeholder":true,"num":0}]"#,
        r#"5:::1000000-{"name":"event","args":[{"_placeholder":true,"num":0}]}"#,
    ]);
}

fn cve_2026_69185_packets_that_announce_no_attachments_are_no_packets() {
    expect_refused(&["50-", "50-[]", r#"50-["event"]"#, "60-1[]", "5::0-"]);
}

fn socketioxide_357_packets_of_other_generations_are_no_packets() {
    expect_refused(&[
        "5",
        "51",
        "5-",
        "51[]",
        "b",
        "b4",
        "béé",
        "éabcd",
        "4",
        "42[\"event\"]",
        "2probe",
        "1:0",
        "9999:",
        "-",
        ":",
        "::",
        ":::",
        "-1::",
        "5:-1::",
        "\u{fffd}",
        "\u{fffd}\u{fffd}",
    ]);
}

/// Each of these is answered once, and handled by nothing.
fn expect_refused(packets: &[&str]) {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(with_any_event(noting()));
        let mut client = Client::connect(&server, transport);
        journal.expect("connect ");
        for packet in packets {
            client.send(packet);
            client.ask(2, "mark", "[]");
            // In a post it is the beginning of a payload: a broken one has no packet to be told of.
            if transport == Transport::WebSocket || !packet.starts_with('\u{fffd}') {
                let told = client.next();
                assert!(told.contains("invalid_packet"), "{packet:?}: {told}");
            }
            client.expect("6:::2");
            expect_going_on(&mut client, &journal);
        }
    });
}

fn cve_2022_2421_placeholders_for_attachments_are_plain_json() {
    on_each_transport(|transport| {
        let (server, journal) = TestServer::noting_of(with_any_event(noting()));
        let mut client = Client::connect(&server, transport);
        journal.expect("connect ");
        let args = r#"[{"_placeholder":true,"num":1000000000},{"_placeholder":true,"num":-1}]"#;
        client.emit("event", args);
        journal.expect(&format!("event event {args}"));
        expect_going_on(&mut client, &journal);
    });
}

fn cve_2020_36049_any_number_of_packets_is_read_in_one_go() {
    const PACKETS: usize = 100_000;
    let (server, journal) = TestServer::noting_of(noting());
    for transport in [Transport::Polling, Transport::HtmlFile, Transport::Jsonp] {
        let mut client = Client::connect(&server, transport);
        journal.expect("connect ");
        client.send_together(&vec!["2::"; PACKETS]);
        expect_going_on(&mut client, &journal);
        let heartbeats = server.handle.sessions()[0]
            .counters()
            .expect("a session")
            .heartbeats;
        assert_eq!(heartbeats, PACKETS as u64, "{transport:?}");
        // Nor does one that says to be larger than anything take room.
        for length in [
            "99999999999999999999",
            "4294967296",
            "999999999",
            "-1",
            "0x7f",
        ] {
            let valid = payload(&["3:::in front", "3:::of it"]);
            client.send(&format!("{valid}\u{fffd}{length}\u{fffd}3:::behind"));
            journal.expect("message in front");
            journal.expect("message of it");
        }
        expect_going_on(&mut client, &journal);
        client.send("0::");
        journal.expect("disconnect");
        drop(client);
        server.wait_until_deserted();
    }
}

fn what_a_client_makes_up_goes_back_to_it_no_larger() {
    on_each_transport(|transport| {
        let server = TestServer::of([Namespace::global().on("mark", async |_: Socket| ())]);
        let mut client = Client::connect(&server, transport);
        let long = "x".repeat(100_000);
        for packet in [
            format!(r#"5:::{{"name":"{long}"}}"#),
            format!("1::/{long}"),
            format!("3::/{long}:hello"),
            format!("5:::{{{long}"),
            format!("7::/{long}:{long}"),
        ] {
            client.send(&packet);
            client.ask(2, "mark", "[]");
            let mut answer = client.next();
            while answer != "6:::2" {
                assert!(answer.len() < packet.len() + 200, "{} bytes", answer.len());
                answer = client.next();
            }
        }
    });
}
