//! The life of a polling session.

use std::time::Duration;

use socketio_server::{Args, HandlerError, Namespace, ServerBuilder, Socket, Text};

use crate::client::{Client, Polling, Transport, WebSocket, handshake};
use crate::http_client::{HttpClient, text};
use crate::server::{TestServer, with_close_timeout};
use crate::waiting::eventually;

tests![
    the_greeting_comes_alone,
    a_post_may_come_before_the_first_poll,
    everything_may_go_over_one_connection,
    what_waits_comes_together_and_in_order,
    more_than_a_poll_takes_comes_with_the_next,
    a_body_in_pieces_is_one_text,
    a_payload_is_taken_as_far_as_it_makes_sense,
    a_poll_without_news_is_released_in_time,
    a_second_poll_releases_the_first,
    nothing_is_lost_with_a_client_that_vanishes_while_it_polls,
    a_goodbye_between_two_polls_is_kept_for_the_next,
    a_goodbye_that_nobody_fetches_is_forgotten,
    a_websocket_takes_a_polling_session_over_and_is_greeted,
    a_poll_takes_a_websocket_session_over_and_is_greeted,
    a_second_websocket_replaces_the_first_and_is_not_greeted_again,
    a_client_may_leave_by_a_request,
    a_goodbye_that_is_posted_is_returned_on_the_held_poll,
    a_websocket_is_told_when_its_client_leaves_by_a_request,
    a_post_that_offers_another_protocol_is_read_all_the_same,
];

fn echoing() -> Namespace {
    Namespace::global()
        .on_message(async |socket: Socket, Text(text): Text| socket.send(&text).is_ok())
        .on("end", async |socket: Socket| {
            let _ = socket.send("last words")?;
            Ok::<_, HandlerError>(socket.disconnect()?)
        })
        .on(
            "repeat",
            async |socket: Socket, Args((text, times)): Args<(String, usize)>| {
                (0..times).all(|_| socket.send(&text).is_ok())
            },
        )
}

fn the_greeting_comes_alone() {
    let namespace =
        Namespace::global().on_connect(async |socket: Socket| socket.send("hello").is_ok());
    let server = TestServer::of([namespace]);
    let sid = handshake(server.address, "");
    let mut polling = Polling::open(server.address, &sid);
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["1::"]);
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["3:::hello"]);
}

fn a_post_may_come_before_the_first_poll() {
    let server = TestServer::of([echoing()]);
    let sid = handshake(server.address, "");
    let mut polling = Polling::open(server.address, &sid);
    polling.post("3:::hello");
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["1::"]);
    polling.begin_poll();
    assert_eq!(polling.end_poll(), ["3:::hello"]);
}

fn everything_may_go_over_one_connection() {
    let server = TestServer::listening(ServerBuilder::new().namespace(echoing()));
    let mut http = HttpClient::open(server.address);
    let answer = http.get("/socket.io/1/");
    let (sid, _) = text(&answer).split_once(':').expect("a handshake");
    let target = format!("/socket.io/1/xhr-polling/{sid}/?t=1");
    assert_eq!(text(&http.get(&target)), "1::");
    for number in 0..50 {
        let message = format!("3:::{number}");
        assert_eq!(text(&http.request("POST", &target, "", &message)), "1");
        let answer = http.get(&target);
        assert_eq!(text(&answer), message);
        assert_eq!(answer.header("Connection"), Some("Keep-Alive"));
        assert_eq!(
            answer.header("Content-Type"),
            Some("text/plain; charset=UTF-8")
        );
    }
}

fn what_waits_comes_together_and_in_order() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    client.send_together(&["3:::a 😀", "3:::", "3:::\u{fffd}3\u{fffd}", "3:::ünd"]);
    client.polling().begin_poll();
    let packets = client.polling().end_poll();
    assert_eq!(
        packets,
        ["3:::a 😀", "3::", "3:::\u{fffd}3\u{fffd}", "3:::ünd"]
    );
}

fn more_than_a_poll_takes_comes_with_the_next() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    let text = "x".repeat(100_000);
    client.emit("repeat", &format!(r#"["{text}",8]"#));
    let mut polls = Vec::new();
    while polls.iter().sum::<usize>() < 8 {
        client.polling().begin_poll();
        let packets = client.polling().end_poll();
        assert!(packets.iter().all(|packet| packet.len() == 100_004));
        polls.push(packets.len());
    }
    assert_eq!(polls, [2, 2, 2, 2]);
}

fn a_body_in_pieces_is_one_text() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    let body = "3:::😀☃";
    let mut http = HttpClient::open(server.address);
    http.send(&format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        body.len()
    ));
    for byte in body.as_bytes() {
        http.connection.send(&[*byte]).expect("an open connection");
    }
    assert_eq!(text(&http.answer("POST")), "1");
    client.expect(body);
    http.send(&format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    ));
    http.send("5\r\n3:::c\r\n3\r\nhun\r\n2\r\nks\r\n0\r\n\r\n");
    assert_eq!(text(&http.answer("POST")), "1");
    client.expect("3:::chunks");
}

fn a_payload_is_taken_as_far_as_it_makes_sense() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    for rest in [
        "\u{fffd}-4\u{fffd}3:::b",
        "\u{fffd}99\u{fffd}3:::b",
        "\u{fffd}x",
        "3:::b",
    ] {
        client.send(&format!("\u{fffd}5\u{fffd}3:::a{rest}"));
        client.expect("3:::a");
    }
    client.send("");
    client.send("3:::still there");
    client.expect("3:::still there");
}

fn a_poll_without_news_is_released_in_time() {
    let builder = ServerBuilder::new().polling_duration(Duration::from_millis(20));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    server.clock.run();
    for _ in 0..3 {
        client.expect("8::");
    }
}

fn a_second_poll_releases_the_first() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect_and_poll(&server);
    let mut second = Polling::open(server.address, &client.sid);
    second.begin_poll();
    assert_eq!(client.polling().end_poll(), ["8::"]);
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("hello").queued, 1);
    assert_eq!(second.end_poll(), ["3:::hello"]);
}

fn nothing_is_lost_with_a_client_that_vanishes_while_it_polls() {
    let server = TestServer::listening(ServerBuilder::new().namespace(echoing()));
    let mut client = Client::connect_and_poll(&server);
    let connected = |count: usize| {
        eventually("as many connections as expected", || {
            server.handle.connection_count() == count
        });
    };
    connected(2);
    let fresh = HttpClient::open(server.address);
    connected(3);
    client.polling().polls = fresh;
    connected(2);
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("kept").queued, 1);
    client.expect("3:::kept");
}

fn a_goodbye_between_two_polls_is_kept_for_the_next() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    client.emit("end", "[]");
    assert_eq!(server.handle.session_count(), 1);
    client.polling().begin_poll();
    assert_eq!(client.polling().end_poll(), ["3:::last words", "0::"]);
    client.expect("7:::1+0");
    eventually("nothing is left", || server.handle.session_count() == 0);
}

fn a_goodbye_that_nobody_fetches_is_forgotten() {
    let builder = ServerBuilder::new().namespace(echoing());
    let builder = with_close_timeout(builder, Duration::from_millis(50));
    let server = TestServer::start(builder);
    let mut client = Client::connect(&server, Transport::Polling);
    client.emit("end", "[]");
    drop(client);
    server.wait_until_deserted();
}

fn a_websocket_takes_a_polling_session_over_and_is_greeted() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect_and_poll(&server);
    let mut websocket = Client::resume(&server, Transport::WebSocket, client.sid.clone());
    assert_eq!(client.polling().end_poll(), ["8::"]);
    websocket.send("3:::hello");
    websocket.expect("3:::hello");
    // Uploads count for the session, whatever carries it.
    client.send("3:::uploaded");
    websocket.expect("3:::uploaded");
}

fn a_poll_takes_a_websocket_session_over_and_is_greeted() {
    let server = TestServer::of([echoing()]);
    let mut websocket = Client::connect(&server, Transport::WebSocket);
    let mut client = Client::resume(&server, Transport::Polling, websocket.sid.clone());
    websocket.websocket().expect_close(1000);
    client.send("3:::hello");
    client.expect("3:::hello");
}

fn a_second_websocket_replaces_the_first_and_is_not_greeted_again() {
    let server = TestServer::of([echoing()]);
    let mut first = Client::connect(&server, Transport::WebSocket);
    let mut second = WebSocket::open(server.address, &first.sid);
    first.websocket().expect_close(1000);
    let global = server.handle.of("").expect("the global namespace");
    assert_eq!(global.send("hello").queued, 1);
    assert_eq!(second.next_frame().payload, b"3:::hello");
}

fn a_client_may_leave_by_a_request() {
    for form in [
        "xhr-polling/{}?disconnect=1",
        "/{}/?disconnect=1",
        "xhr-polling/{}/?t=1&disconnect",
    ] {
        let server = TestServer::of([echoing()]);
        let mut client = Client::connect_and_poll(&server);
        let target = format!("/socket.io/1/{}", form.replace("{}", &client.sid));
        let answer = HttpClient::open(server.address).get(&target);
        assert_eq!((answer.status, text(&answer)), (200, ""));
        let last = client.polling().end_poll();
        assert!(last == ["0::"] || last == ["7:::1+0"], "{last:?}");
        eventually("nothing is left", || server.handle.session_count() == 0);
        let mut idle = Client::connect(&server, Transport::Polling);
        let target = format!("/socket.io/1/{}", form.replace("{}", &idle.sid));
        HttpClient::open(server.address).get(&target);
        idle.expect("7:::1+0");
        eventually("nothing is left", || server.handle.session_count() == 0);
    }
}

fn a_goodbye_that_is_posted_is_returned_on_the_held_poll() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect_and_poll(&server);
    client.send("0::");
    assert_eq!(client.polling().end_poll(), ["0::"]);
    client.send("3:::too late");
    client.expect("7:::1+0");
    eventually("nothing is left", || server.handle.session_count() == 0);
}

fn a_websocket_is_told_when_its_client_leaves_by_a_request() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let target = format!("/socket.io/1/websocket/{}?disconnect", client.sid);
    assert_eq!(HttpClient::open(server.address).get(&target).status, 200);
    client.expect("0::");
    client.websocket().expect_close(1000);
}

/// Some programs offer HTTP/2 with whatever they send.
fn a_post_that_offers_another_protocol_is_read_all_the_same() {
    let server = TestServer::of([echoing()]);
    let mut client = Client::connect(&server, Transport::Polling);
    let target = format!("/socket.io/1/xhr-polling/{}", client.sid);
    let offer =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
    for packet in ["3:::one", "3:::two"] {
        let posts = &mut client.polling().posts;
        let answer = posts.request("POST", &target, offer, packet);
        assert_eq!((answer.status, text(&answer)), (200, "1"));
        client.expect(packet);
    }
}
