//! Clients that say very much at once, and take all the answers, which are larger.

use std::time::Duration;

use socketio_server::{DisconnectReason, Namespace, ServerBuilder, Socket, State, Text};

use crate::client::{Client, Transport, payload};
use crate::http_client::text;
use crate::journal::{Journal, Pen};
use crate::server::{TestServer, with_close_timeout};

tests![
    many_small_packets_at_once_are_all_answered,
    answers_may_be_larger_than_all_that_is_kept_for_a_client,
    what_waited_for_a_handler_is_answered_no_faster_than_the_client_reads,
    a_post_waits_until_its_answers_are_polled,
    a_post_whose_answers_nobody_polls_ends_with_its_session,
];

/// Answers each message with its text and so many bytes more. After `wait`, the next ones have
/// to wait until they are all there.
fn server(
    more: usize,
    change: impl FnOnce(ServerBuilder) -> ServerBuilder,
) -> (TestServer, Journal) {
    let namespace = Namespace::global()
        .on_message(move |socket: Socket, Text(text): Text| async move {
            if text == "wait" {
                socket.sleep(Duration::from_millis(50)).await;
            }
            socket.send(&format!("{text}{}", "x".repeat(more))).is_ok()
        })
        .on_disconnect(async |State(pen): State<Pen>, reason: DisconnectReason| {
            pen.note(format_args!("{reason:?}"));
        });
    TestServer::noting(change(ServerBuilder::new().namespace(namespace)))
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("3:::{number}.")).collect()
}

fn together(packets: &[String]) -> Vec<&str> {
    packets.iter().map(String::as_str).collect()
}

/// All of them come back, each with so many bytes more.
fn expect_all(client: &mut Client, packets: &[String], more: usize) {
    for packet in packets {
        let answer = client.next();
        assert_eq!(
            answer.strip_prefix(packet).map(str::len),
            Some(more),
            "{answer:.30}"
        );
    }
}

fn many_small_packets_at_once_are_all_answered() {
    let (server, _journal) = server(0, |builder| builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let packets = numbered(10_000);
    client.send_together(&together(&packets));
    expect_all(&mut client, &packets, 0);
}

fn answers_may_be_larger_than_all_that_is_kept_for_a_client() {
    let (server, _journal) = server(4000, |builder| builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let packets = numbered(1000);
    client.send_together(&together(&packets));
    expect_all(&mut client, &packets, 4000);
}

fn what_waited_for_a_handler_is_answered_no_faster_than_the_client_reads() {
    let (server, _journal) = server(8000, |builder| builder);
    let mut client = Client::connect(&server, Transport::WebSocket);
    let mut packets = numbered(1000);
    packets.insert(0, String::from("3:::wait"));
    client.send_together(&together(&packets));
    server.clock.run();
    expect_all(&mut client, &packets, 8000);
}

fn a_post_waits_until_its_answers_are_polled() {
    let (server, _journal) = server(4000, |builder| builder);
    let mut client = Client::connect(&server, Transport::Polling);
    let packets = numbered(1000);
    client.polling().begin_post(&payload(&together(&packets)));
    expect_all(&mut client, &packets, 4000);
    assert_eq!(text(&client.polling().posts.answer("POST")), "1");
}

fn a_post_whose_answers_nobody_polls_ends_with_its_session() {
    let (server, journal) = server(4000, |builder| {
        with_close_timeout(builder, Duration::from_millis(100))
    });
    let mut client = Client::connect(&server, Transport::Polling);
    let packets = numbered(1000);
    client.polling().begin_post(&payload(&together(&packets)));
    server.clock.run();
    assert_eq!(text(&client.polling().posts.answer("POST")), "1");
    journal.expect("CloseTimeout");
    client.expect("7:::1+0");
    drop(client);
    server.wait_until_deserted();
}
