//! Scripts and documents that pages include: what a client says must not become a part of them.

use socketio_server::{
    FlashPolicy, HandlerError, Listen, LocalAddr, Namespace, ServerBuilder, Socket, Text,
    TransportName,
};

use crate::client::{Client, Transport, form, handshake, script_argument};
use crate::http_client::{HttpClient, text};
use crate::replay::raw_http::ReceivedResponse;
use crate::server::{TestServer, build};

tests![
    scripts_call_functions_by_number_alone,
    nothing_that_is_said_ends_a_script,
    refusals_in_scripts_are_strings,
    documents_of_streams_hold_no_foreign_markup,
    queries_are_in_no_answer,
    a_flash_policy_names_hosts,
];

/// What would be a script, a tag, or the end of either, if it got where it should not.
const HOSTILE: [&str; 9] = [
    "</script><script>alert(1)</script>",
    "</SCRIPT ><!--<script>",
    "\");alert(1);(\"",
    "');alert(1);('",
    "\\\");alert(1)//",
    "\u{2028}alert(1)\u{2029}",
    "]]>\r\n\r\n<html>",
    "${alert(1)}`+alert(1)+`",
    "\u{0}\u{8}\u{b}\u{7f}\u{fffd}\u{ffff}\u{10ffff}",
];

fn server() -> TestServer {
    let namespace = Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on("fail", async |Text(text): Text| {
            Err::<(), _>(HandlerError::new("failed", text))
        });
    let builder = ServerBuilder::new()
        .namespace(namespace)
        .transports(TransportName::ALL);
    TestServer::start(builder)
}

/// As a page of the server's own.
fn get(server: &TestServer, target: &str) -> ReceivedResponse {
    let mut http = HttpClient::open(server.address);
    let headers = http.referer();
    http.request("GET", target, &headers, "")
}

fn scripts_call_functions_by_number_alone() {
    let server = server();
    let sid = handshake(server.address, "");
    for index in [
        "alert(1)",
        "0%5D%3Balert(1)%2F%2F",
        "0];alert(1)//",
        "__proto__",
        "1e3",
        "+1",
        "%31",
        "%D9%A1",
        "",
        "0%0A1",
        "99999999999999999999999999",
    ] {
        let answer = get(&server, &format!("/socket.io/1/?jsonp={index}"));
        // Refused as a request, or no script.
        let is_plain = answer.header("Content-Type") == Some("text/plain");
        assert!(
            is_plain && !text(&answer).contains("io.j"),
            "{index}: {answer:?}"
        );
        let target = format!("/socket.io/1/jsonp-polling/nobody?i={index}");
        let answer = get(&server, &target);
        assert_eq!(script_argument(text(&answer), 0), "7:::1+0", "{index}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    }
    // The last word is the first.
    let answer = get(
        &server,
        &format!("/socket.io/1/jsonp-polling/{sid}?i=3&i=x"),
    );
    assert_eq!(script_argument(text(&answer), 3), "1::");
}

fn nothing_that_is_said_ends_a_script() {
    let server = server();
    for hostile in HOSTILE {
        let mut client = Client::connect(&server, Transport::Jsonp);
        let packet = format!("3:::{hostile}");
        client.send(&packet);
        let target = format!("/socket.io/1/jsonp-polling/{}?i=7", client.sid);
        let answer = get(&server, &target);
        let script = text(&answer);
        for end in ["<", "\u{2028}", "\u{2029}", "\n", "\r", "\u{0}"] {
            assert!(!script.contains(end), "{end:?} in {script}");
        }
        assert_eq!(script_argument(script, 7), packet);
    }
}

fn refusals_in_scripts_are_strings() {
    for hostile in HOSTILE {
        let builder = ServerBuilder::new()
            .authorize(move |_| async move { Err(HandlerError::new(hostile, hostile)) });
        let server = TestServer::start(builder);
        let answer = get(&server, "/socket.io/1/?jsonp=4");
        let script = r#"io.j[4](new Error("handshake error"));"#;
        assert_eq!(text(&answer), script);
    }
}

fn documents_of_streams_hold_no_foreign_markup() {
    let server = server();
    for hostile in HOSTILE {
        let mut client = Client::connect(&server, Transport::HtmlFile);
        let packet = format!("3:::{hostile}");
        client.send(&packet);
        let element = client.htmlfile().next_element();
        let inside = element.strip_prefix("<script>_(\"");
        let inside = inside.and_then(|it| it.strip_suffix("\");</script>"));
        let inside = inside.unwrap_or_else(|| panic!("no script element: {element}"));
        for end in ["<", "\u{2028}", "\u{2029}", "\n", "\r", "\u{0}"] {
            assert!(!inside.contains(end), "{end:?} in {inside}");
        }
        let read: String = serde_json::from_str(&format!("\"{inside}\"")).expect("JSON");
        assert_eq!(read, packet);
    }
}

fn queries_are_in_no_answer() {
    let server = server();
    let marks = [
        "reflected",
        "<reflected>",
        "%3Creflected%3E",
        "%0d%0aSet-Cookie:reflected",
    ];
    for mark in marks {
        for target in [
            format!("/socket.io/1/?t={mark}&jsonp=1"),
            format!("/socket.io/1/?jsonp={mark}"),
            format!("/socket.io/1/?{mark}={mark}"),
            format!("/socket.io/1/{mark}/nobody"),
            format!("/socket.io/1/xhr-polling/{mark}"),
            format!("/socket.io/1/jsonp-polling/{mark}?i={mark}&t={mark}"),
            format!("/socket.io/1/htmlfile/{mark}?{mark}"),
            format!("/socket.io/1/xhr-multipart/{mark}?boundary={mark}"),
            format!("/socket.io/{mark}/"),
            format!("/socket.io/static/{mark}"),
            format!("/{mark}"),
        ] {
            for method in ["GET", "POST"] {
                let mut http = HttpClient::open(server.address);
                let referer = http.referer();
                let body = form(mark);
                let answer = http.request(method, &target, &referer, &body);
                let shown = format!("{answer:?} {}", String::from_utf8_lossy(&answer.body));
                assert!(!shown.contains("reflected"), "{method} {target}: {shown}");
            }
        }
    }
}

fn a_flash_policy_names_hosts() {
    // Nobody is told one unless there is one, and nobody is let in unless it says so.
    let ask = |address| {
        let mut player = HttpClient::open(address);
        player.send("<policy-file-request/>\0");
        player.rest()
    };
    let plain = TestServer::listening(ServerBuilder::new());
    assert!(!ask(plain.address).contains("cross-domain-policy"));
    let policy = FlashPolicy::new().allow("page.example\" /><allow-access-from domain=\"*", 80);
    let builder = ServerBuilder::new()
        .flash_policy(&policy)
        .flash_policy_listen(Listen::tcp(([127, 0, 0, 1], 0)))
        .listen(Listen::tcp(([127, 0, 0, 1], 0)));
    let server = build(builder).expect("a server");
    let policies = server.flash_policy_addrs().find_map(LocalAddr::tcp);
    let server = TestServer::run(server);
    for address in [policies.expect("a port"), server.address] {
        let told = ask(address);
        assert_eq!(told.matches("<allow-access-from").count(), 1, "{told}");
        assert!(!told.contains("domain=\"*\""), "{told}");
    }
}
