//! Session ids are secrets: nobody can guess one, and nobody is told one.

use std::collections::HashSet;

use socketio_server::{
    DisconnectReason, Handshake, Namespace, ServerBuilder, ServerLimits, SessionId, Socket, State,
    Text, TransportName,
};
use tracing::level_filters::LevelFilter;

use super::{HTTP_TRANSPORTS, WEBSOCKETS};
use crate::client::{Client, Transport, WebSocket, form, handshake, on_each_transport};
use crate::http_client::{HttpClient, comparable};
use crate::journal::{Journal, Pen, journal};
use crate::log_lines;
use crate::server::{SHORT, TestServer};

tests![
    cve_2017_16031_session_ids_cannot_be_predicted,
    session_ids_are_in_no_trace_whole,
    session_ids_are_in_no_debug_output_whole,
    ids_of_nobody_are_answered_the_same_on_every_transport,
];

/// How many handshakes the bits of ids are judged by.
const IDS: usize = 1000;

/// The 144 bits that an id spells out.
fn bits(sid: &str) -> Vec<bool> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = |character| ALPHABET.find(character).expect("a character of an id");
    let six = |character| {
        (0..6)
            .rev()
            .map(move |bit| value(character) >> bit & 1 == 1)
    };
    sid.chars().flat_map(six).collect()
}

/// Each bit is set in about half of them. A fair one strays this far less than once in 10^20 times;
/// one of a clock or a counter stays the same, or changes every time.
fn expect_fair(what: &str, samples: &[Vec<bool>]) {
    for bit in 0..samples[0].len() {
        let set = samples.iter().filter(|sample| sample[bit]).count();
        let fair = samples.len() * 35 / 100..samples.len() * 65 / 100;
        assert!(fair.contains(&set), "{what}, bit {bit}: set {set} times");
    }
}

fn cve_2017_16031_session_ids_cannot_be_predicted() {
    let server = TestServer::of([]);
    let mut http = HttpClient::open(server.address);
    let mut next = || {
        let answer = http.get("/socket.io/1/");
        let line = String::from_utf8(answer.body).expect("a handshake");
        line.split(':').next().expect("an id").to_owned()
    };
    let sids: Vec<String> = (0..IDS).map(|_| next()).collect();
    let different: HashSet<&String> = sids.iter().collect();
    assert_eq!(different.len(), IDS);
    let samples: Vec<_> = sids.iter().map(|sid| bits(sid)).collect();
    assert_eq!(samples[0].len(), 144);
    expect_fair("ids", &samples);
    // Nor does one say anything about the next.
    let changed = samples.windows(2).map(|pair| {
        let both = pair[0].iter().zip(&pair[1]);
        both.map(|(one, other)| one != other).collect()
    });
    expect_fair("changes", &changed.collect::<Vec<_>>());
}

/// Says and answers something of each kind, and notes how sessions end.
fn talking() -> (ServerBuilder, Journal) {
    let (journal, pen) = journal();
    let talking = |namespace: Namespace| {
        namespace
            .on("echo", async |socket: Socket| {
                socket.emit("echo", ()).is_ok()
            })
            .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
            .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
                pen.note(format_args!("{reason:?}"));
            })
    };
    let builder = ServerBuilder::new()
        .namespace(talking(Namespace::global()))
        .namespace(talking(Namespace::new("/chat")))
        .on_fault(|_, _| {})
        .state(pen);
    (builder, journal)
}

/// A conversation with whatever may be traced in it: faults, wrong paths, a broken connection.
fn converse(server: &TestServer, transport: Transport) -> String {
    let mut client = Client::join(server, transport, "/chat");
    let sid = client.sid.clone();
    client.send("3::/chat:hello");
    client.expect("3::/chat:hello");
    client.send(r#"5:1+:/chat:{"name":"echo"}"#);
    client.expect(r#"5::/chat:{"name":"echo"}"#);
    client.expect("6::/chat:1+[true]");
    for wrong in ["garbage", "1::/nowhere", r#"5:::{"name":"nobody"}"#] {
        client.send(wrong);
        client.next();
    }
    for target in [
        format!("/socket.io/1/{sid}"),
        format!("/socket.io/1/{sid}/websocket"),
        format!("/socket.io/1/made-up/{sid}"),
        format!("/socket.io/1/websocket/{sid}"),
        format!("/socket.io/1/xhr-multipart/{sid}"),
        format!("/socket.io/2/xhr-polling/{sid}"),
        format!("/socket.io/{sid}"),
        format!("/socket.io/1/?sid={sid}"),
        format!("/other/socket.io/1/xhr-polling/{sid}"),
    ] {
        HttpClient::open(server.address).get(&target);
        let headers = "Origin: http://evil.example\r\n";
        HttpClient::open(server.address).request("POST", &target, headers, "d=x");
    }
    let mut broken = HttpClient::open(server.address);
    broken.send(&format!(
        "GET /socket.io/1/xhr-polling/{sid} HTTP/1.1\r\nno header\r\n\r\n"
    ));
    broken.answer("GET");
    client.send("0::");
    sid
}

fn session_ids_are_in_no_trace_whole() {
    on_each_transport(|transport| {
        let (builder, journal) = talking();
        let (server, lines) = log_lines::start_hearing_all(builder, LevelFilter::TRACE);
        let sid = converse(&server, transport);
        // From both namespaces.
        journal.expect("ClientDisconnected");
        journal.expect("ClientDisconnected");
        drop(server);
        assert!(journal.is_over());
        let lines = lines.all();
        let shown = sid.get(..6).expect("an id");
        // Something was told of it, or nothing is shown by this.
        let told = lines
            .iter()
            .filter(|line| format!("{line:?}").contains(shown));
        assert!(told.count() > 5, "{transport:?}: {lines:#?}");
        for line in &lines {
            let text = format!("{line:?}");
            assert!(!text.contains(&sid), "{transport:?}: {text}");
        }
    });
}

fn session_ids_are_in_no_debug_output_whole() {
    let namespace =
        Namespace::global().on("show", async |socket: Socket, State(pen): State<Pen>| {
            let room = socket.to("room").except("other");
            pen.note(format_args!(
                "{socket:?} {:?} {:?} {:?} {room:?} {:?}",
                socket.id(),
                socket.session(),
                socket.handshake(),
                socket.acl(),
            ));
        });
    let (server, journal) = TestServer::noting_of(namespace);
    let mut client = Client::connect_saying(&server, "?token=secret", "Cookie: key=secret\r\n");
    let sid = client.sid.clone();
    client.ask(1, "show", "[]");
    client.expect("6:::1");
    let id = SessionId::parse(&sid).expect("an id");
    let session = server.handle.session(&id).expect("a session");
    let handshake: &Handshake = session.handshake();
    let global = server.handle.of("").expect("the global namespace");
    let told = [
        journal.next(),
        format!("{id:?} {session:?} {handshake:?}"),
        format!("{:?} {global:?} {:?}", server.handle, global.sockets()),
        format!("{:?} {:?}", session.sockets(), session.counters()),
        format!("{:#?}", server.handle.sessions()),
    ];
    for text in told {
        assert!(!text.contains(&sid), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

/// An id that never was one, one that nobody took up, one that was ended, and some that look like
/// none.
fn ids_of_nobody(server: &TestServer) -> Vec<String> {
    let expired = handshake(server.address, "");
    let mut ended = Client::connect(server, Transport::Polling);
    ended.send("0::");
    server.eventually("both are gone", || server.handle.session_count() == 0);
    let never = SessionId::from_random([7; 18]);
    let strange = ["constructor", "__proto__", "%2e%2e", "0"];
    [
        expired,
        ended.sid,
        never.as_str().to_owned(),
        "A".repeat(24),
        "A".repeat(500),
    ]
    .into_iter()
    .chain(strange.map(str::to_owned))
    .collect()
}

fn ids_of_nobody_are_answered_the_same_on_every_transport() {
    let mut limits = ServerLimits::default();
    limits.decode.max_packet_bytes = 1000;
    let builder = ServerBuilder::new()
        .transports(TransportName::ALL)
        .limits(limits)
        .handshake_timeout(SHORT);
    let server = TestServer::start(builder);
    let ids = ids_of_nobody(&server);
    for transport in HTTP_TRANSPORTS {
        for (method, body) in [
            ("GET", String::new()),
            ("POST", "3:::hello".to_owned()),
            ("POST", form("3:::hello")),
            ("POST", "x".repeat(70_000)),
            ("OPTIONS", String::new()),
            ("PUT", "3:::hello".to_owned()),
            ("DELETE", String::new()),
        ] {
            let answers = ids.iter().map(|sid| {
                let mut http = HttpClient::open(server.address);
                let headers = http.referer();
                let target = format!("/socket.io/1/{transport}/{sid}?i=1");
                http.begin(method, &target, &headers, &body);
                comparable(http.answer(method))
            });
            let answers: Vec<_> = answers.collect();
            for (sid, answer) in ids.iter().zip(&answers) {
                assert_eq!(answer, &answers[0], "{method} {transport} {sid}");
            }
        }
    }
    for name in WEBSOCKETS {
        for sid in &ids {
            let mut websocket = WebSocket::open_as(name, server.address, sid);
            assert_eq!(websocket.next_frame().payload, b"7:::1+0", "{name} {sid}");
            websocket.expect_close(1000);
        }
    }
}
